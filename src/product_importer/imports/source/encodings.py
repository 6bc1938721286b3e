"""Which encoding a file is in, judged by its first bytes: a mark, strict UTF-8, UTF-16's zeros, then a guess."""

import codecs
import re
from typing import Final

import chardet

from product_importer.imports.source import decoding
from product_importer.imports.source.lines import Lines
from product_importer.kit.errors import AppError

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FOREIGN: Final = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_NO_FILES: Final = frozenset(
    ["idna", "punycode", "unicode-escape", "unicode_escape", "raw-unicode-escape", "undefined", "utf-7"]
)
_LINES: Final = 2_000  # non-ASCII lines shown to chardet
_EASTERN: Final = frozenset(["cp932", "shift_jis", "gb18030", "gb2312", "gbk", "euc_kr", "cp949", "big5", "euc_jp"])
# cp1252 wins at this share of the best score, and below the least nothing is believed: measured on 72 files in
# twelve languages, this guesses 68 right where chardet alone has 40.
_SHARE, _LEAST = 0.9, 0.07


class EncodingUnknown(AppError):
    """The encoding that was asked for is none we know."""

    status = 422
    code = "ENCODING_UNKNOWN"
    title = "The encoding is unknown"
    action = "Use a name such as utf-8, utf-16, cp1252 or iso-8859-1, or leave it out."


def named(encoding: str, head: bytes) -> str:
    """Give the decoder's name for an encoding a person chose; raise EncodingUnknown."""
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError) as error:  # ValueError: a NUL in the name
        raise EncodingUnknown(f"“{encoding}” is not a known encoding.", encoding=encoding) from error
    if not found._is_text_encoding or found.name in _NO_FILES:
        raise EncodingUnknown(f"“{encoding}” is not an encoding of text files.", encoding=encoding)
    if found.name in ("utf-16", "utf-32"):
        big = head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
        return f"{found.name}-{'be' if big else 'le'}"
    return {"utf-8-sig": "utf-8", "ascii": "utf-8"}.get(found.name, found.name)


def detect(head: bytes, *, whole: bool) -> tuple[str, bool]:
    """Give the encoding and whether it is only a guess; `whole` says that `head` is the entire file."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, False
    if wide := _wide(head):
        return wide, True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return _by_lines(head, whole=whole)
    return "utf-8", False


class Foreign:
    """Weighs the lines of a UTF-8 file that are not UTF-8, which the first 256 KiB may not have shown.

    Single ones are Windows-1252 in a file that is UTF-8 otherwise. Where no line of the file needs UTF-8, all of
    them together may show another encoding, and then what was read as Windows-1252 is to be read again.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._native = False  # whether a line has characters that are UTF-8

    def see(self, chunk: decoding.Chunk) -> None:
        """Look at a chunk of the file; costs nothing where it is ASCII."""
        if self._native or chunk.text.isascii():
            return
        recoded = set(chunk.recoded)
        for at, line in enumerate(Lines(chunk.text)):
            if at in recoded:
                self._lines.append(line.encode(decoding.FALLBACK))
            elif decoding.UNDECODABLE.search(line):
                self._lines.append(line.encode(errors="surrogateescape"))
            elif not line.isascii():
                self._native = True
        del self._lines[_LINES:]

    def mistaken(self) -> str | None:
        """Give the encoding the file is in after all, or None."""
        if self._native or not self._lines:
            return None
        guess = _guess(b"".join(self._lines))
        return None if guess == decoding.FALLBACK else guess


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark by where the zero bytes of its ASCII characters stand."""
    even, odd, pairs = head[0::2].count(0), head[1::2].count(0), len(head) // 2
    if max(even, odd) < 0.1 * pairs or min(even, odd) > 0.1 * max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _by_lines(head: bytes, *, whole: bool) -> tuple[str, bool]:
    """Keep UTF-8 where most lines are in it, so that the others alone fall back; else guess for all."""
    lines = _FOREIGN.findall(head)
    if not whole:
        lines = lines[:-1] or lines
    damaged = [line for line in lines if not _is_utf8(line)]
    if len(lines) - len(damaged) > len(damaged):
        return "utf-8", False
    return _guess(b"\n".join(damaged[:_LINES])), True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _guess(sample: bytes) -> str:
    """Guess an eight-bit encoding from lines that are not ASCII, in favour of cp1252."""
    ranked = chardet.detect_all(sample, ignore_threshold=True)
    scores = {_plain(str(guess["encoding"])): float(guess["confidence"] or 0) for guess in ranked if guess["encoding"]}
    best = max(scores, key=lambda name: scores[name], default=decoding.FALLBACK)
    if best not in decoding.SINGLE_BYTE | _EASTERN or scores.get(best, 0.0) < _LEAST:
        return decoding.FALLBACK
    western = max((scores.get(name, 0.0) for name in (decoding.FALLBACK, "iso8859-1", "iso8859-15")), default=0.0)
    return decoding.FALLBACK if western >= _SHARE * scores[best] else best


def _plain(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""
