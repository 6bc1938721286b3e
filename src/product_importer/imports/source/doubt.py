"""After a broken record: which of the lines behind it belong to it, which are rows again, and which nobody can tell."""

from collections.abc import Sequence

from product_importer.imports.codes import Code
from product_importer.imports.source import broken, grammar, headers, shape
from product_importer.imports.source.broken import Broken

LASTS = 100  # lines after a broken one that must look like rows to be believed
STREAK = 3  # rows in a row that end an overlong record


class Doubt:
    """A broken record whose end is not known yet.

    Lines that cannot be rows belong to it. A line that could be one but does not look like the file's rows is
    reported by itself and not believed. An `endless` one is too long to be read: everything belongs to it
    until its quote closes, or until rows are seen again.
    """

    def __init__(self, record: Broken, *, delimiter: str, header: Sequence[str], endless: bool, longest: int) -> None:
        self._record = record
        self._delimiter = delimiter
        self._header = header
        self._enough = len(header) - 1  # delimiters in a row
        self._longest = longest
        self._parts: list[str] = []
        self._size = 0
        self._delimiters = 0
        self._quoted = False
        self._seen = 0
        self.endless = endless
        self._absorb(record.raw)

    def conclude(self) -> Broken:
        """Give the record with everything that belongs to it."""
        self._record.raw = "".join(self._parts)
        return self._record

    def goes_on(self, lines: Sequence[str], at: int, known: shape.Shape) -> bool:
        """Tell whether an endless record goes on over a line, and take it in."""
        if not self._quoted or self._streak(lines, at, known):
            return False
        self._absorb(lines[at])
        self._record.lines += 1
        return True

    def explain(self, line: str, number: int, known: shape.Shape) -> tuple[bool, Broken | None]:
        """Tell whether a line is settled, and what is to be reported of it; a line not settled is read as any other."""
        cells = grammar.alone(line, self._delimiter)
        self._seen += 1
        if cells is None or not self._quoted or self._seen > LASTS:
            return False, None
        if cells == self._header or known.resembles(cells) or headers.names_fields(cells):
            return False, None
        if grammar.is_blank(cells):
            return True, None
        if len(cells) == len(self._header):
            detail = "the line before it is broken, and this one does not look like the other rows"
            return True, Broken(number, Code.QUOTE_UNBALANCED, line, detail)
        if self._delimiters >= self._enough and 2 * line.count(self._delimiter) >= self._enough:
            return True, broken.ragged(number, line, len(cells), len(self._header))
        self._absorb(line)
        self._record.lines += 1
        return True, None

    def _absorb(self, line: str) -> None:
        self._delimiters += line.count(self._delimiter)
        self._quoted ^= line.count('"') % 2 == 1
        self._size += len(line)
        if self._size <= self._longest:
            self._parts.append(line)

    def _streak(self, lines: Sequence[str], at: int, known: shape.Shape) -> bool:
        if lines[at].count(self._delimiter) < self._enough:
            return False
        ahead = [grammar.alone(line, self._delimiter) for line in lines[at : at + STREAK]]
        return all(cells is not None and known.fits(cells) for cells in ahead)
