"""Blocks of bytes become numbered records: fast where the file is clean, careful where it is not."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace

from product_importer.imports.codes import Code
from product_importer.imports.source import decoding, encodings, folding, grammar, resync
from product_importer.imports.source.batch import Batch, Sieve
from product_importer.imports.source.broken import Broken
from product_importer.imports.source.counting import Rows
from product_importer.imports.source.decoding import Chunk
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.front import Front
from product_importer.imports.source.headers import HeaderMissing
from product_importer.imports.source.limits import LIMITS, Limits
from product_importer.imports.source.lines import Lines
from product_importer.kit.errors import AppError

__all__ = ["Batch", "Broken", "Reader", "TooManyColumns", "open_reader", "read"]


class TooManyColumns(AppError):
    """The header is wider than the limit."""

    status = 413
    code = "FILE_TOO_LARGE"
    title = "The file has too many columns"
    action = "Remove columns, or check the delimiter."


def read(blocks: Iterable[bytes], dialect: Dialect, *, limits: Limits = LIMITS) -> Iterator[Batch]:
    """Read the records behind the header, batch by batch."""
    return iter(open_reader(blocks, dialect, limits=limits))


def open_reader(blocks: Iterable[bytes], dialect: Dialect, *, limits: Limits = LIMITS) -> "Reader":
    """Read up to the header; raise HeaderMissing where the dialect's header line holds none, or TooManyColumns."""
    grammar.limit(limits.field)
    front = Front(decoding.chunks(blocks, dialect.encoding, guessed=dialect.guessed, longest=limits.record), limits)
    header, behind = front.header(dialect)
    if grammar.is_blank(header):
        raise HeaderMissing(f"Line {dialect.header_line} has no header.", header_line=dialect.header_line)
    if len(header) > limits.columns:
        raise TooManyColumns(f"The header has {len(header):,} columns; at most {limits.columns:,} are read.")
    chunk = front.chunk()
    lines = Lines(chunk.text)
    recoded = [at - behind for at in chunk.recoded if at >= behind]
    rest = replace(chunk, text="".join(lines[behind:]), recoded=recoded)
    text = "".join(lines[dialect.header_line - 1 : behind]).strip()
    surplus = behind - dialect.header_line
    return Reader(header, text, itertools.chain([rest], front.behind), behind + 1, dialect, limits, surplus)


class Reader:
    """One pass over a file: `header` is known at once, iterating gives the batches."""

    def __init__(
        self,
        header: list[str],
        text: str,
        chunks: Iterator[Chunk],
        line: int,
        dialect: Dialect,
        limits: Limits,
        surplus: int = 0,
    ) -> None:
        self.header = header
        self._chunks = chunks
        self._surplus = surplus  # lines more than rows so far
        self._line = line  # number of the first line held, or of the next to come
        self._held = ""  # lines of a record that is still open
        self._held_lines = 0
        self._dialect = dialect
        self._limits = limits
        self._suspect = False
        self._foreign = encodings.Foreign()
        self._sieve = Sieve(header, text)
        self._careful = resync.Resync(delimiter=dialect.delimiter, header=header, limits=limits)

    def __iter__(self) -> Iterator[Batch]:
        bytes_read = 0
        for chunk in self._chunks:
            bytes_read = chunk.bytes_read
            if self._dialect.encoding == "utf-8":
                self._foreign.see(chunk)
            if chunk.overlong:
                yield self._overlong(chunk)
            elif self._waits(chunk):
                yield self._hold(chunk)
            elif chunk.text:
                yield self._batch(chunk)
        if self._held or self._careful.in_doubt:
            yield self._batch(Chunk("", bytes_read), final=True)

    def mistaken(self) -> str | None:
        """Give, once all was read, the encoding to read the file in again; None when this one is right."""
        return self._foreign.mistaken()

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
        if self._dialect.folded and folding.FOLD in text:
            found.records = [list(map(folding.unfolded, record)) for record in found.records]
        held = lines[found.rest :] if found.open else []
        self._held, self._held_lines, self._line = "".join(held), len(held), first + found.rest
        starts = found.starts
        numbers = range(first, first + len(starts)) if isinstance(starts, range) else [first + at for at in starts]
        rows = Rows(found, first=first, before=self._surplus)
        self._surplus = rows.after
        batch = Batch(numbers, found.records, found.broken, chunk.bytes_read, recoded, rows=rows)
        sifted = self._sieve.sift(batch, found, lines, suspect=self._suspect)
        if self._dialect.folded:
            for one in sifted.broken:
                one.raw = folding.unfolded(one.raw)
        return sifted

    def _overlong(self, chunk: Chunk) -> Batch:
        """Close what is open, and report one physical line that passed the limit."""
        batch = self._batch(Chunk("", chunk.bytes_read), final=True)
        detail = f"the line is longer than {self._limits.record:,} bytes; its beginning is shown"
        batch.broken.append(Broken(self._line, Code.RECORD_TOO_LONG, chunk.text, detail))
        self._line += 1
        return batch
