"""Some hundred records of a file at once, and the sieve that sets aside what cannot be one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from product_importer.imports.codes import Code
from product_importer.imports.source import broken, decoding, grammar
from product_importer.imports.source.broken import Broken, Found
from product_importer.imports.source.counting import Rows
from product_importer.imports.source.lines import Lines


@dataclass(slots=True)
class Batch:
    """Some thousand records in file order, all as wide as the header.

    `lines` are the first physical lines of the records (1-based, as an editor counts), `bytes_read` the bytes of the
    file consumed so far. `recoded` are lines that were read as cp1252, `repeated` lines that repeat the header, `rows`
    tells what a spreadsheet calls a line. Blank lines are left out without a trace, and so does whoever reads the
    records with those that have blank cells alone (`grammar.is_blank`).
    """

    lines: Sequence[int]
    records: list[list[str]]
    broken: list[Broken]
    bytes_read: int
    recoded: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)


class Sieve:
    """Knows a file's header, by its names and as it is written."""

    def __init__(self, header: list[str], text: str) -> None:
        self._header = header
        self._text = text

    def sift(self, batch: Batch, found: Found, lines: Lines, *, suspect: bool) -> Batch:
        """Leave out blank records and repeated headers, and set aside what is ragged or, if `suspect`, not storable."""
        width, records = len(self._header), batch.records
        if not suspect and self._text not in lines.text and set(map(len, records)) <= {width}:
            return batch
        numbers: list[int] = []
        kept = Batch(numbers, [], batch.broken, batch.bytes_read, batch.recoded, rows=batch.rows)
        for line, start, end, record in zip(batch.lines, found.starts, found.ends, records, strict=True):
            if grammar.is_blank(record):
                continue
            if len(record) == width and [cell.strip() for cell in record] == self._header:
                kept.repeated.append(line)
            elif fault := self._fault(line, record, lines[start:end], suspect=suspect):
                kept.broken.append(fault)
            else:
                numbers.append(line)
                kept.records.append(record)
        kept.broken.sort(key=lambda fault: fault.line)
        return kept

    def _fault(self, line: int, record: list[str], physical: list[str], *, suspect: bool) -> Broken | None:
        raw = "".join(physical)
        if len(record) != len(self._header):
            return broken.ragged(line, raw, len(record), len(self._header), len(physical))
        if suspect and (found := _unstorable(record)):
            at, code, detail = found
            return Broken(line, code, raw, detail, self._header[at], len(physical))
        return None


def _unstorable(record: Sequence[str]) -> tuple[int, Code, str] | None:
    for at, cell in enumerate(record):
        if "\0" in cell:
            return at, Code.NUL_BYTE, f"at character {cell.index(chr(0)) + 1} of the cell"
        if flaw := decoding.UNDECODABLE.search(cell):
            byte = ord(flaw.group()) & 0xFF
            return at, Code.ROW_UNDECODABLE, f"byte 0x{byte:02X} at character {flaw.start() + 1} of the cell is no text"
    return None
