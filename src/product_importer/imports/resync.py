"""Careful reading: a quote that is out of place costs the line it stands in, not the rows behind it.

A record is broken when the grammar fails in it, when it grows past the limit, or when the lines it goes on
over look like rows themselves (`shape`). Only its first physical line is set aside and reading goes on at the
next. What follows is in doubt until a line looks like a row again: lines that cannot be rows belong to the
broken record, and a line that could be one but does not look like the file's rows is reported, not believed.
"""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from product_importer.imports import grammar, shape
from product_importer.imports.codes import Code
from product_importer.imports.limits import Limits

LOOK_AHEAD = 200  # lines looked at to tell swallowed rows from long text
PATIENCE = 20  # lines an open quote may go on over before it is looked at
DOUBT = 100  # lines after a broken one that must look like rows to be believed
STREAK = 3  # rows in a row that end an overlong record


@dataclass(slots=True)
class Broken:
    """A record that could not be split: its first line and how many it spans, the raw text, the code, what was seen."""

    line: int
    code: Code
    raw: str
    detail: str
    column: str | None = None
    lines: int = 1


@dataclass(slots=True)
class Found:
    """Records with the positions of their first line and behind their last; lines from `rest` on wait for more."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    records: list[list[str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    rest: int = 0
    open: bool = False


@dataclass(slots=True)
class _Doubt:
    """A broken record whose end is not known yet."""

    broken: Broken
    delimiters: int
    endless: bool  # an overlong cell: everything belongs to it until rows are seen or the quote closes
    open_quote: bool

    def absorb(self, line: str, delimiter: str, limit: int) -> None:
        self.broken.lines += 1
        self.delimiters += line.count(delimiter)
        self.open_quote ^= line.count('"') % 2 == 1
        if len(self.broken.raw) + len(line) <= limit:
            self.broken.raw += line


class Resync:
    """Reads the lines of one file carefully, with what it learnt of the file so far."""

    def __init__(self, *, delimiter: str, header: Sequence[str], limits: Limits) -> None:
        self._delimiter = delimiter
        self._header = header
        self._limits = limits
        self._width = len(header)
        self._sample: list[list[str]] = []
        self._shape: shape.Shape | None = None
        self._doubt: _Doubt | None = None
        self._doubted = 0  # lines seen in doubt

    @property
    def in_doubt(self) -> bool:
        """Whether the last broken record may go on over the lines to come."""
        return self._doubt is not None

    def read(self, lines: Sequence[str], *, first: int, final: bool) -> Found:
        """Read lines, the first of which has the number `first`; unless `final`, an open record waits for more."""
        found, at = Found(), 0
        while True:
            at = self._settle(lines, at, first, found)
            start, trouble = self._run(lines, at, found)
            if start == trouble:
                break
            if trouble == len(lines) and not final and not self._is_broken(lines, start):
                found.open = True
                break
            self._set_aside(lines, start, first)
            at = start + 1
        if final:
            self._conclude(found)
        found.rest = start
        self._remember(found)
        return found

    def _run(self, lines: Sequence[str], at: int, found: Found) -> tuple[int, int]:
        """Read records up to the first broken one; give its first line, and the line behind its trouble."""
        reader = grammar.strict(map(lines.__getitem__, range(at, len(lines))) if at else lines, self._delimiter)
        records: list[list[str]] = []
        ends: list[int] = []
        try:
            for record in reader:
                records.append(record)
                ends.append(at + reader.line_num)
        except csv.Error:
            pass  # the line it stopped behind tells where
        trouble = at + reader.line_num
        count = len(records)
        if not at and trouble == count:
            found.starts, found.ends, found.records = range(count), range(1, count + 1), records
            return count, count
        starts = [at, *ends]
        whole = self._believed(lines, starts, records)
        found.starts = [*found.starts, *starts[:whole]]
        found.ends = [*found.ends, *ends[:whole]]
        found.records += records[:whole]
        return starts[whole], trouble if whole == len(records) else ends[whole] - 1

    def _believed(self, lines: Sequence[str], starts: Sequence[int], records: Sequence[Sequence[str]]) -> int:
        """Count the records up to the first that goes on over lines which are rows themselves."""
        several = [index for index, (start, end) in enumerate(itertools.pairwise(starts)) if end > start + 1]
        for index in several:
            if self._may_hide_rows(records[index]) and self._swallowed(lines, starts[index], starts[index + 1]):
                return index
        return len(starts) - 1

    def _may_hide_rows(self, record: Sequence[str]) -> bool:
        """Tell without the lines whether one that a record goes on over could hold as many delimiters as a row."""
        first = next(at for at, cell in enumerate(record) if "\n" in cell or "\r" in cell)
        return "".join(record).count(self._delimiter) >= first

    def _swallowed(self, lines: Sequence[str], start: int, end: int) -> bool:
        """Tell whether half of the lines a record goes on over are rows of this file themselves."""
        after = lines[start + 1 : min(end, start + 1 + LOOK_AHEAD)]
        enough = max(self._width - 1, 1)
        likely = [line for line in after if line.count(self._delimiter) >= enough]
        if not likely:
            return False
        after, known = [line for line in after if not line.isspace()], self._known(lines)
        rows = sum(known.fits(cells) for line in likely if (cells := grammar.alone(line, self._delimiter)))
        return 2 * rows >= len(after)

    def _known(self, lines: Sequence[str]) -> shape.Shape:
        """Give the shape of rows, from those read before and, while these are few, those likely to come."""
        if self._shape is None:
            sample = self._sample
            if len(sample) < PATIENCE:
                sample = sample + shape.likely(lines, width=self._width, delimiter=self._delimiter)
            self._shape = shape.learn(sample, width=self._width)
        return self._shape

    def _remember(self, found: Found) -> None:
        room = shape.SAMPLE - len(self._sample)
        if room > 0:
            whole = (record for record in found.records if len(record) == self._width and record != self._header)
            self._sample += itertools.islice(whole, room)
            self._shape = None

    def _is_broken(self, lines: Sequence[str], start: int) -> bool:
        """Judge a record that is still open where the lines end."""
        if len(lines) - start > PATIENCE and self._swallowed(lines, start, len(lines)):
            return True
        return sum(map(len, lines[start:])) > self._limits.record

    def _set_aside(self, lines: Sequence[str], start: int, first: int) -> None:
        line, endless = lines[start], False
        code, detail = Code.QUOTE_UNBALANCED, "a quote is opened and not closed, or stands inside a cell"
        if sum(map(len, lines[start:])) > self._limits.record and not self._swallowed(lines, start, len(lines)):
            endless = grammar.alone(line, self._delimiter) is None and self._long(lines, start)
        if endless:
            code, detail = Code.RECORD_TOO_LONG, f"a quote stays open for more than {self._limits.record:,} characters"
        delimiters = line.count(self._delimiter)
        broken = Broken(first + start, code, line, detail)
        self._doubt = _Doubt(broken, delimiters, endless, line.count('"') % 2 == 1)
        self._doubted = 0

    def _long(self, lines: Sequence[str], start: int) -> bool:
        return not any('"' in line.replace('""', "") for line in lines[start + 1 :])

    def _settle(self, lines: Sequence[str], at: int, first: int, found: Found) -> int:
        """Find where the broken record ends; give the position at which ordinary reading goes on."""
        while self._doubt is not None and at < len(lines):
            doubt, line = self._doubt, lines[at]
            if doubt.endless:
                if self._streak(lines, at) or not doubt.open_quote:
                    self._conclude(found)
                    break
                doubt.absorb(line, self._delimiter, self._limits.record)
            elif not self._explain(doubt, lines, at, first, found):
                self._conclude(found)
                break
            at += 1
        return at

    def _explain(self, doubt: _Doubt, lines: Sequence[str], at: int, first: int, found: Found) -> bool:
        """Explain one line after a broken one; False when it is to be read as any other."""
        line = lines[at]
        cells = grammar.alone(line, self._delimiter)
        self._doubted += 1
        if cells is None or not doubt.open_quote or self._doubted > DOUBT:
            return False
        if cells == self._header or self._known(lines).resembles(cells):
            return False
        if grammar.is_blank(cells):
            return True
        if len(cells) == self._width:
            detail = "the line before it is broken, and this one does not look like the other rows"
            found.broken.append(Broken(first + at, Code.QUOTE_UNBALANCED, line, detail))
        elif doubt.delimiters < self._width - 1:
            doubt.absorb(line, self._delimiter, self._limits.record)
        else:
            found.broken.append(ragged(first + at, line, len(cells), self._width))
        return True

    def _streak(self, lines: Sequence[str], at: int) -> bool:
        known = self._known(lines)
        ahead = [grammar.alone(line, self._delimiter) for line in lines[at : at + STREAK]]
        return all(cells is not None and known.fits(cells) for cells in ahead)

    def _conclude(self, found: Found) -> None:
        if self._doubt is not None:
            found.broken.append(self._doubt.broken)
            self._doubt = None


def ragged(line: int, raw: str, seen: int, width: int, lines: int = 1) -> Broken:
    """Report a record with too few or too many cells."""
    return Broken(line, Code.ROW_RAGGED, raw, f"{seen} cells where the header has {width}", lines=lines)
