"""Blocks of bytes become numbered records: fast where the file is clean, careful where it is not."""

import csv
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from product_importer.imports import broken, decoding, grammar, resync
from product_importer.imports.broken import Broken, Found
from product_importer.imports.codes import Code
from product_importer.imports.decoding import Chunk
from product_importer.imports.dialect import Dialect
from product_importer.imports.headers import HeaderMissing
from product_importer.imports.limits import LIMITS, Limits
from product_importer.imports.lines import Lines
from product_importer.kit.errors import AppError

__all__ = ["Batch", "Broken", "Reader", "TooManyColumns", "open_reader", "read"]


class TooManyColumns(AppError):
    """The header is wider than the limit."""

    status = 413
    code = "FILE_TOO_LARGE"
    title = "The file has too many columns"
    action = "Leave columns out, or check the delimiter."


@dataclass(slots=True)
class Batch:
    """Some thousand records in file order, all as wide as the header.

    `lines` are the first physical lines of the records (1-based, as an editor counts), `bytes_read` the
    bytes of the file consumed so far. `recoded` are lines that were read as cp1252, `repeated` lines that
    repeat the header. Blank lines are left out without a trace, and so does whoever reads the records with those
    that have blank cells alone (`grammar.is_blank`).
    """

    lines: Sequence[int]
    records: list[list[str]]
    broken: list[Broken]
    bytes_read: int
    recoded: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


def read(blocks: Iterable[bytes], dialect: Dialect, *, limits: Limits = LIMITS) -> Iterator[Batch]:
    """Read the records behind the header, batch by batch."""
    return iter(open_reader(blocks, dialect, limits=limits))


def open_reader(blocks: Iterable[bytes], dialect: Dialect, *, limits: Limits = LIMITS) -> "Reader":
    """Read up to the header; raise HeaderMissing where the dialect's header line holds none, or TooManyColumns."""
    grammar.limit(limits.field)
    chunks = decoding.chunks(blocks, dialect.encoding, guessed=dialect.guessed, longest=limits.record)
    chunk = next(chunks, None) or Chunk("", 0)
    for more in chunks:
        if chunk.overlong or more.overlong or _header(Lines(chunk.text), dialect, last=False):
            chunks = itertools.chain([more], chunks)
            break
        chunk = _joined(chunk, more)
    lines = Lines(chunk.text)
    header, behind = _header(lines, dialect, last=True) or ([], 0)
    if grammar.is_blank(header):
        raise HeaderMissing(f"Line {dialect.header_line} holds no header.", header_line=dialect.header_line)
    if len(header) > limits.columns:
        raise TooManyColumns(f"The header has {len(header):,} columns; at most {limits.columns:,} are read.")
    recoded = [at - behind for at in chunk.recoded if at >= behind]
    rest = replace(chunk, text="".join(lines[behind:]), recoded=recoded)
    text = "".join(lines[dialect.header_line - 1 : behind]).strip()
    return Reader(header, text, itertools.chain([rest], chunks), behind + 1, dialect, limits)


def _joined(one: Chunk, two: Chunk) -> Chunk:
    recoded = one.recoded + [len(Lines(one.text)) + at for at in two.recoded]
    return Chunk(
        one.text + two.text, two.bytes_read, one.quoted or two.quoted, one.nul or two.nul,
        recoded, one.flawed or two.flawed,
    )  # fmt: skip


def _header(lines: Sequence[str], dialect: Dialect, *, last: bool) -> tuple[list[str], int] | None:
    """Give the header and the position behind it; None when it is not whole yet."""
    start = dialect.header_line - 1
    if len(lines) <= start + (not last):
        return None
    reader = grammar.strict(map(dialect.mended, lines[start:]), dialect.delimiter)
    try:
        header = next(reader)
    except csv.Error as error:
        if not last:
            return None
        raise HeaderMissing(
            f"The header in line {dialect.header_line} has a quote that is out of place: {lines[start][:200]!r}."
        ) from error
    return [decoding.legible(name.strip()) for name in header], start + reader.line_num


class Reader:
    """One pass over a file: `header` is known at once, iterating gives the batches."""

    def __init__(
        self, header: list[str], text: str, chunks: Iterator[Chunk], line: int, dialect: Dialect, limits: Limits
    ) -> None:
        self.header = header
        self._header_text = text
        self._chunks = chunks
        self._line = line  # number of the first line held, or of the next to come
        self._held = ""  # lines of a record that is still open
        self._held_lines = 0
        self._dialect = dialect
        self._limits = limits
        self._suspect = False
        self._careful = resync.Resync(delimiter=dialect.delimiter, header=header, limits=limits)

    def __iter__(self) -> Iterator[Batch]:
        bytes_read = 0
        for chunk in self._chunks:
            bytes_read = chunk.bytes_read
            if chunk.overlong:
                yield self._overlong(chunk)
            elif self._waits(chunk):
                yield self._hold(chunk)
            elif chunk.text:
                yield self._batch(chunk)
        if self._held or self._careful.in_doubt:
            yield self._batch(Chunk("", bytes_read), final=True)

    def _waits(self, chunk: Chunk) -> bool:
        """Tell whether a quote stays open over a chunk: nothing without a quote can close it."""
        waiting = self._held_lines > resync.PATIENCE and not chunk.quoted
        return waiting and len(self._held) + len(chunk.text) <= self._limits.field

    def _hold(self, chunk: Chunk) -> Batch:
        recoded = [self._line + self._held_lines + at for at in chunk.recoded]
        self._held += chunk.text
        self._held_lines += len(Lines(chunk.text))
        self._suspect |= chunk.nul or chunk.flawed
        return Batch([], [], [], chunk.bytes_read, recoded)

    def _batch(self, chunk: Chunk, *, final: bool = False) -> Batch:
        recoded = [self._line + self._held_lines + at for at in chunk.recoded]
        text = chunk.text
        if chunk.quoted and not self._dialect.plain:
            text = "".join(map(self._dialect.mended, Lines(text)))
        lines = Lines(self._held + text)
        self._suspect = chunk.nul or chunk.flawed or (self._suspect and bool(self._held))
        first, found = self._line, self._careful.read(lines, first=self._line, final=final)
        held = lines[found.rest :] if found.open else []
        self._held, self._held_lines, self._line = "".join(held), len(held), first + found.rest
        starts = found.starts
        numbers = range(first, first + len(starts)) if isinstance(starts, range) else [first + at for at in starts]
        batch = Batch(numbers, found.records, found.broken, chunk.bytes_read, recoded)
        return self._sifted(batch, found, lines)

    def _sifted(self, batch: Batch, found: Found, lines: Lines) -> Batch:
        """Leave out blank records and repeated headers, and set aside what is ragged or cannot be stored."""
        width, records = len(self.header), batch.records
        if not self._suspect and self._header_text not in lines.text and set(map(len, records)) <= {width}:
            return batch
        kept = Batch([], [], batch.broken, batch.bytes_read, batch.recoded)
        numbers: list[int] = []
        for line, start, end, record in zip(batch.lines, found.starts, found.ends, records, strict=True):
            if grammar.is_blank(record):
                continue
            if len(record) == width and [cell.strip() for cell in record] == self.header:
                kept.repeated.append(line)
            elif fault := self._fault(line, record, lines[start:end]):
                kept.broken.append(fault)
            else:
                numbers.append(line)
                kept.records.append(record)
        kept.lines = numbers
        kept.broken.sort(key=lambda fault: fault.line)
        return kept

    def _fault(self, line: int, record: list[str], physical: list[str]) -> Broken | None:
        raw = "".join(physical)
        if len(record) != len(self.header):
            return broken.ragged(line, raw, len(record), len(self.header), len(physical))
        if self._suspect and (found := _unstorable(record)):
            at, code, detail = found
            return Broken(line, code, raw, detail, self.header[at], len(physical))
        return None

    def _overlong(self, chunk: Chunk) -> Batch:
        """Close what is open, and report one physical line that passed the limit."""
        batch = self._batch(Chunk("", chunk.bytes_read), final=True)
        detail = f"the line is longer than {self._limits.record:,} bytes; its beginning is shown"
        batch.broken.append(Broken(self._line, Code.RECORD_TOO_LONG, chunk.text, detail))
        self._line += 1
        return batch


def _unstorable(record: Sequence[str]) -> tuple[int, Code, str] | None:
    for at, cell in enumerate(record):
        if "\0" in cell:
            return at, Code.NUL_BYTE, f"at character {cell.index(chr(0)) + 1} of the cell"
        if flaw := decoding.UNDECODABLE.search(cell):
            byte = ord(flaw.group()) & 0xFF
            return at, Code.ROW_UNDECODABLE, f"byte 0x{byte:02X} at character {flaw.start() + 1} of the cell is no text"
    return None
