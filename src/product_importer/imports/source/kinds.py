"""What a file is when it is not CSV, told by its first bytes and never by its name."""

import re
from enum import StrEnum
from typing import Final

from product_importer.kit.errors import AppError


class Kind(StrEnum):
    """The containers that are read: plain text, gzip around it, and an Excel workbook."""

    TEXT = "text"
    GZIP = "gzip"
    XLSX = "xlsx"


class FileNotCsv(AppError):
    """The bytes are something else than a table in text."""

    status = 422
    code = "FILE_NOT_CSV"
    title = "The file is not CSV"
    action = "Export the table as CSV (UTF-8) and upload that file."


GZIP: Final = b"\x1f\x8b"
ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_SIGNATURES: Final = (
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), "a ZIP archive"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1.*" + _ENCRYPTED, re.DOTALL), "an Office file with a password"),
    (re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Excel workbook (.xls) or another Office file"),
    (re.compile(rb"\x89PNG\r\n"), "a PNG image"),
    (re.compile(rb"\xff\xd8\xff"), "a JPEG image"),
    (re.compile(rb"GIF8[79]a"), "a GIF image"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "a WebP image"),
    (re.compile(rb"SQLite format 3\x00"), "an SQLite database"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "a 7-Zip archive"),
    (re.compile(rb"Rar!\x1a\x07"), "a RAR archive"),
    (re.compile(rb"BZh[1-9]1AY&SY"), "a bzip2 archive"),
    (re.compile(rb"\xfd7zXZ\x00"), "an XZ archive"),
    (re.compile(rb"\x28\xb5\x2f\xfd"), "a Zstandard archive"),
    (re.compile(rb"PAR1"), "a Parquet file"),
    (re.compile(rb"\x7fELF|MZ.{58}", re.DOTALL), "a program"),
    (re.compile(rb"\{\\rtf"), "a rich text document"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE), "a web page"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b"), "an XML document"),
    (re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:'), "JSON"),
)
_CONTROLS: Final = re.compile(rb"[\x01-\x08\x0e-\x19\x1c-\x1f]")
_BINARY: Final = 0.02  # share of control bytes in text; compressed bytes have a tenth


def require_text(head: bytes) -> None:
    """Raise FileNotCsv unless the first 256 KiB are text."""
    kind = kind_of(head)
    if kind is not Kind.TEXT:
        name = {Kind.GZIP: "a gzip archive", Kind.XLSX: "an Excel workbook (.xlsx)"}[kind]
        raise FileNotCsv(f"The file starts like {name}; a CSV file is expected here.", found=name)


def kind_of(head: bytes) -> Kind:
    """Tell how to open a file by its first 256 KiB; raise FileNotCsv where it cannot be a table."""
    if head.startswith(GZIP):
        return Kind.GZIP
    if head.startswith(ZIP) and (b"xl/" in head or b"[Content_Types].xml" in head):
        return Kind.XLSX
    for signature, name in _SIGNATURES:
        if signature.match(head):
            raise FileNotCsv(f"The file starts like {name}; a CSV file is expected.", found=name)
    if not head.startswith(_BOMS) and len(_CONTROLS.findall(head)) > _BINARY * len(head):
        raise FileNotCsv("The file holds binary data, not text; a CSV file is expected.", found="binary data")
    return Kind.TEXT
