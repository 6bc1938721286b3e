"""How a file is written: encoding, delimiter, header line and quoting, sniffed from its first bytes."""

import functools
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from product_importer.imports.source import decoding, encodings, folding, grammar, headers, kinds
from product_importer.imports.source.lines import Lines
from product_importer.kit.errors import AppError

HEAD = 256 * 1024  # bytes that `sniff` wants to see
DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE = 400  # lines tried under each way of quoting
_SEP = re.compile(r"\ufeff?\"?sep=(.)\"?\s*", re.IGNORECASE)
_ESCAPE = re.compile(r'\\(["\\])')


class FileEmpty(AppError):
    """There is nothing in the file."""

    status = 422
    code = "FILE_EMPTY"
    title = "The file is empty"
    action = "Check the export; a CSV file with a header line and at least one row is expected."


class DelimiterUnknown(AppError):
    """The delimiter that was asked for cannot separate cells."""

    status = 422
    code = "DELIMITER_UNKNOWN"
    title = "This delimiter cannot be used"
    action = "Use one character, such as , or ; or a tab, or leave it out."


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read a file; `header_line` counts physical lines from 1, `guessed` is about the encoding.

    `spaced` means blanks stand between delimiter and quote, `escaped` that quotes inside cells are `\\"`, `folded`
    that the file is a sheet, whose cells have their line breaks folded (`folding`).
    """

    encoding: str
    delimiter: str
    header_line: int
    guessed: bool = False
    spaced: bool = False
    escaped: bool = False
    folded: bool = False

    @property
    def plain(self) -> bool:
        """Whether lines can go to the grammar as they are."""
        return not (self.spaced or self.escaped)

    def mended(self, line: str) -> str:
        """Write a line's quotes as RFC 4180 does."""
        if self.escaped:
            line = _ESCAPE.sub(lambda found: '""' if found[1] == '"' else "\\", line)
        return _spaces(self.delimiter).sub(lambda found: found[1] or "", line) if self.spaced else line


def head_of(blocks: Iterable[bytes]) -> tuple[bytes, bool, Iterator[bytes]]:
    """Take what `sniff` wants to see off a file's blocks: bytes, whether these are all, and the file from its start."""
    source, taken, size = iter(blocks), list[bytes](), 0
    for block in source:
        taken.append(block)
        size += len(block)
        if size > HEAD:
            break
    return b"".join(taken)[:HEAD], size <= HEAD, itertools.chain(taken, source)


def sniff(
    head: bytes,
    *,
    whole: bool,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_line: int | None = None,
    wanted: Collection[str] = (),
    folded: bool = False,
) -> Dialect:
    """Sniff the dialect from the first 256 KiB; what is given wins over what is seen.

    `whole` says that `head` is the entire file, `wanted` are headers an explicit mapping names. Raises
    FileEmpty, FileNotCsv, HeaderMissing, EncodingUnknown, DelimiterUnknown.
    """
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise FileEmpty(f"The file has {len(head)} bytes but no text.")
    kinds.require_text(head)
    name, guessed = (encodings.named(encoding, head), False) if encoding else encodings.detect(head, whole=whole)
    lines = _lines(head, name, guessed=guessed, whole=whole)
    stated, first = _stated(lines, delimiter)
    dialects = [_quoting(lines, Dialect(name, sign, 1, guessed)) for sign in ([stated] if stated else DELIMITERS)]
    if folded:
        lines = list(map(folding.flat, lines))
    tables = {dialect.delimiter: list(map(dialect.mended, lines)) for dialect in dialects}
    header = headers.find(tables, first=first, line=header_line, wanted=wanted)
    dialect = next(dialect for dialect in dialects if dialect.delimiter == header.delimiter)
    return replace(dialect, header_line=header.line, folded=folded)


def _lines(head: bytes, encoding: str, *, guessed: bool, whole: bool) -> list[str]:
    """Decode the head; its last line is left out where it may be cut."""
    lines = [line for chunk in decoding.chunks([head], encoding, guessed=guessed) for line in Lines(chunk.text)]
    return lines if whole or len(lines) < 2 else lines[:-1]


def _stated(lines: Sequence[str], delimiter: str | None) -> tuple[str | None, int]:
    """Give the delimiter a person or a `sep=` line states, and the first position where a header may stand."""
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter.lower(), delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
            raise DelimiterUnknown(f"“{delimiter}” cannot separate cells.", delimiter=delimiter)
    if found := _SEP.fullmatch(lines[0]):
        return delimiter or found[1], 1
    return delimiter, 0


def _quoting(lines: Sequence[str], dialect: Dialect) -> Dialect:
    """Turn on the departures from RFC 4180 that make more lines readable."""
    text = "".join(lines)
    sign = re.escape(dialect.delimiter)
    variants = [dialect]
    if '\\"' in text:
        variants.append(replace(dialect, escaped=True))
    if re.search(rf'{sign}[ \t]+"|"[ \t]+(?:{sign}|$)', text, re.MULTILINE):
        variants += [replace(variant, spaced=True) for variant in variants]
    if len(variants) == 1:
        return dialect
    return min(variants, key=lambda variant: _faults(lines, variant))


def _faults(lines: Sequence[str], dialect: Dialect) -> int:
    cells = [grammar.alone(dialect.mended(line), dialect.delimiter) for line in lines[:_SAMPLE]]
    widths = Counter(len(record) for record in cells if record is not None)
    usual = widths.most_common(1)[0][0] if widths else 0
    return sum(record is None or len(record) != usual for record in cells)


@functools.cache
def _spaces(delimiter: str) -> re.Pattern[str]:
    """Match a quoted cell with the blanks around it, or the blanks before one that goes on over the line."""
    sign = re.escape(delimiter)
    blank = " " if delimiter == "\t" else r"[ \t]"
    cell = r'"(?:[^"]|"")*"'
    return re.compile(rf'(?:^|(?<={sign}))(?:{blank}*({cell}){blank}*(?=$|{sign}|[\r\n])|{blank}+(?="(?:[^"]|"")*$))')
