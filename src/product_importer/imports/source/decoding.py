"""Bytes of a file become whole lines of text, a block at a time, and no byte is lost or guessed at in silence."""

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from product_importer.imports.source.limits import LIMITS

BLOCK = 64 * 1024  # bytes decoded at once: some hundred lines, small enough for the processor's cache
KEPT = 200  # bytes kept of a line that is too long to be read
FALLBACK: Final = "cp1252"
_MARK: Final = "product_importer.mark"

# Encodings in which a line break is the byte of a line break; all others are turned into UTF-8 on the way in.
SINGLE_BYTE: Final = frozenset(
    {*(f"cp{page}" for page in (1250, 1251, 1252, 1253, 1254, 1257, 437, 850, 852, 866)), "koi8-r", "mac-roman"}
    | {f"iso8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)}
)
UNDECODABLE: Final = re.compile("[\ud800-\udfff]")
_LINE_END: Final = re.compile(rb"\r\n|\n|\r(?!\Z)")
_NO_TEXT: Final = b"\x81"  # undefined in UTF-8 and in cp1252


@dataclass(slots=True)
class Chunk:
    """Whole lines with their ends; `recoded` are the positions of lines read as cp1252, `flawed` of undecodable ones.

    Bytes that are text in no encoding stand in the text as lone surrogates. An `overlong` chunk holds the
    beginning of one line that passed the limit of a record. `bytes_read` counts from the start of the file.
    """

    text: str
    bytes_read: int
    quoted: bool = False
    nul: bool = False
    recoded: list[int] = field(default_factory=list)
    flawed: bool = False
    overlong: bool = False


def chunks(
    blocks: Iterable[bytes], encoding: str, *, guessed: bool = False, longest: int = LIMITS.record
) -> Iterator[Chunk]:
    """Decode a file; lines end with LF, CR or CRLF, and a byte order mark is dropped.

    `encoding` is a name `dialect.sniff` gave. A line that is not UTF-8 in a file that is falls back to cp1252;
    in a file whose eight-bit encoding is a guess, a line that is strict UTF-8 is still read as that.
    """
    progress = _Progress()
    counted = progress.count(blocks)
    narrow = encoding in SINGLE_BYTE
    order = (encoding,) if narrow and not guessed else ("utf-8", encoding if narrow else FALLBACK)
    byte_blocks = counted if narrow or encoding == "utf-8" else _as_utf8(counted, encoding)
    for number, (data, whole) in enumerate(_whole_lines(byte_blocks, longest)):
        text = data if number else data.removeprefix(codecs.BOM_UTF8)
        chunk = _decoded(text, order, progress.read) if whole else _overlong(text, order, progress.read)
        if narrow:
            chunk.recoded.clear()
        yield chunk


def legible(text: str) -> str:
    """Put a replacement character where the text has what no database stores and no page shows."""
    return UNDECODABLE.sub("\ufffd", text).replace("\0", "\ufffd")


@dataclass(slots=True)
class _Progress:
    read: int = 0

    def count(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        for block in blocks:
            for start in range(0, len(block), BLOCK):
                piece = block[start : start + BLOCK]
                self.read += len(piece)
                yield piece


def _mark(error: UnicodeError) -> tuple[str | bytes, int]:
    """Stand in for bytes that are no text with lone surrogates, and for these with a byte that is no text either."""
    if isinstance(error, UnicodeEncodeError):
        return _NO_TEXT * (error.end - error.start), error.end
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK, _mark)


def _as_utf8(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Turn UTF-16 and other wide encodings into UTF-8; what is no text becomes bytes that are none in UTF-8 either."""
    decoder = codecs.getincrementaldecoder(encoding)(errors=_MARK)
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", errors=_MARK)
    yield decoder.decode(b"", final=True).encode("utf-8", errors=_MARK)


def _whole_lines(blocks: Iterable[bytes], longest: int) -> Iterator[tuple[bytes, bool]]:
    """Cut blocks behind a line end; (beginning, False) stands for a line of more than `longest` bytes."""
    held, skipping = bytearray(), False
    for block in blocks:
        held += block
        if skipping:
            end = _LINE_END.search(held)
            # A CR at the very end may be the first half of a CRLF: it waits for its other half.
            del held[: end.end() if end else len(held) - held.endswith(b"\r")]
            skipping = end is None
        cut = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if cut and not skipping:
            yield bytes(held[:cut]), True
            del held[:cut]
        elif len(held) > longest:  # never while skipping: then one byte at most is held
            yield bytes(held[:KEPT]), False
            held.clear()
            skipping = True
    if held and not skipping:
        yield bytes(held), True


def _decoded(data: bytes, order: Sequence[str], read: int) -> Chunk:
    try:
        text = data.decode(order[0])
    except UnicodeDecodeError:
        return _mended(data, order, read)
    return Chunk(text, read, quoted='"' in text, nul="\0" in text)


def _mended(data: bytes, order: Sequence[str], read: int) -> Chunk:
    """Decode line by line: by the first encoding that takes the line, else with marks."""
    lines = [_line(raw, order) for raw in data.splitlines(keepends=True)]
    recoded = [at for at, (_, attempt) in enumerate(lines) if attempt == 1]
    flawed = any(attempt is None for _, attempt in lines)
    return Chunk("".join(line for line, _ in lines), read, b'"' in data, b"\0" in data, recoded, flawed)


def _line(raw: bytes, order: Sequence[str]) -> tuple[str, int | None]:
    """Give the line and which encoding took it, None if none did."""
    for attempt, encoding in enumerate(order):
        try:
            return raw.decode(encoding), attempt
        except UnicodeDecodeError:
            continue
    return raw.decode(order[0], errors=_MARK), None


def _overlong(data: bytes, order: Sequence[str], read: int) -> Chunk:
    return Chunk(data.decode(order[0], errors="replace") + "\n", read, overlong=True)
