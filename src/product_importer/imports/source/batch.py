"""Some hundred records of a file at once, and the sieve that sets aside what cannot be one."""

import heapq
import operator
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from product_importer.imports.codes import Code
from product_importer.imports.source import broken, decoding, grammar
from product_importer.imports.source.broken import Broken, Found
from product_importer.imports.source.counting import Rows
from product_importer.imports.source.lines import Lines
from product_importer.imports.source.tables import Tables

_Span = tuple[int, int, int, list[str] | Broken]  # its line, the positions of its lines, what was found there


@dataclass(slots=True)
class Batch:
    """Some thousand records in file order, all as wide as the header.

    `lines` are the first physical lines of the records (1-based, as an editor counts), `bytes_read` the bytes of the
    file consumed so far. `recoded` are lines that were read as cp1252, `repeated` lines that repeat the header, `rows`
    tells what a spreadsheet calls a line. `tables` are the lines and headers of other tables, `left_out` counts the
    records in them. Blank lines are left out without a trace, and so does whoever reads the
    records with those that have blank cells alone (`grammar.is_blank`).
    """

    lines: Sequence[int]
    records: list[list[str]]
    broken: list[Broken]
    bytes_read: int
    recoded: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    rows: Rows = field(default_factory=lambda: Rows(Found()))
    tables: list[tuple[int, list[str]]] = field(default_factory=list)
    left_out: int = 0


class Sieve:
    """Knows a file's header, by its names and as it is written."""

    def __init__(self, header: list[str], text: str) -> None:
        self._header = header
        self._text = text
        self._blank = [""] * len(header)
        self._tables = Tables(header)

    def sift(self, batch: Batch, found: Found, lines: Lines, *, suspect: bool) -> Batch:
        """Leave out blank records, repeated headers and other tables; set aside what is ragged or not storable.

        Only if `suspect` may there be something that is not.
        """
        if not suspect and self._is_plain(batch, lines.text):
            return batch
        numbers: list[int] = []
        kept = Batch(numbers, [], [], batch.bytes_read, batch.recoded, rows=batch.rows)
        spans: Iterable[_Span] = zip(batch.lines, found.starts, found.ends, batch.records, strict=True)
        for line, start, end, record in heapq.merge(spans, _places(batch.broken), key=operator.itemgetter(0)):
            if isinstance(record, Broken):
                self._keep(kept, record)
                self._tables.skip()  # a blank line behind it went with it
            elif grammar.is_blank(record):
                self._tables.skip()
            elif self._tables.is_header(record):
                kept.repeated.append(line)
            elif self._tables.begins(record):
                kept.tables.append((line, record))
            elif fault := self._fault(line, record, lines[start:end], suspect=suspect):
                self._keep(kept, fault)
            elif self._tables.elsewhere:
                kept.left_out += 1
            else:
                numbers.append(line)
                kept.records.append(record)
        return kept

    def _is_plain(self, batch: Batch, text: str) -> bool:
        """Tell whether all records are rows, without looking at each."""
        if self._text in text or self._tables.watches or batch.broken or self._blank in batch.records:
            return False
        return set(map(len, batch.records)) <= {len(self._header)}

    def _keep(self, kept: Batch, fault: Broken) -> None:
        if self._tables.elsewhere:
            kept.left_out += 1
        else:
            kept.broken.append(fault)

    def _fault(self, line: int, record: list[str], physical: list[str], *, suspect: bool) -> Broken | None:
        raw = "".join(physical)
        if len(record) != len(self._header):
            return broken.ragged(line, raw, len(record), len(self._header), len(physical))
        if suspect and (found := _unstorable(record)):
            at, code, detail = found
            return Broken(line, code, raw, detail, self._header[at], len(physical))
        return None


def _places(found: Sequence[Broken]) -> Iterator[_Span]:
    return ((one.line, 0, 0, one) for one in found)


def _unstorable(record: Sequence[str]) -> tuple[int, Code, str] | None:
    for at, cell in enumerate(record):
        if "\0" in cell:
            return at, Code.NUL_BYTE, f"at character {cell.index(chr(0)) + 1} of the cell"
        if flaw := decoding.UNDECODABLE.search(cell):
            byte = ord(flaw.group()) & 0xFF
            return (
                at,
                Code.ROW_UNDECODABLE,
                f"byte 0x{byte:02X} at character {flaw.start() + 1} of the cell is not text",
            )
    return None
