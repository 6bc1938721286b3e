"""Careful reading: a quote that is out of place costs the line it stands in, not the rows behind it.

A record is broken when the grammar fails in it, when it grows past a limit, or when the lines it goes on over
look like rows themselves (`shape`). Only its first physical line is set aside and reading goes on at the next;
what follows is in `doubt` until a line looks like a row again.
"""

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from product_importer.imports.codes import Code
from product_importer.imports.source import grammar, shape
from product_importer.imports.source.broken import Broken, Found, placed
from product_importer.imports.source.doubt import Doubt
from product_importer.imports.source.limits import Limits
from product_importer.imports.source.lines import Lines
from product_importer.imports.source.shape import snug

LOOK_AHEAD = 200  # lines looked at to tell swallowed rows from long text
NEAR = 16  # lines read at first behind a broken record
PATIENCE = 20  # lines an open quote may go on over before it is looked at


class _Trouble(Enum):
    QUOTE = 1
    ROWS = 2  # the record goes on over lines that are rows
    FIELD = 3
    RECORD = 4


@dataclass(slots=True)
class _Stop:
    """Where a run of records ended: the first line of the broken one, the line behind its trouble, the trouble."""

    start: int
    end: int
    trouble: _Trouble | None


class Resync:
    """Reads the lines of one file carefully, with what it learnt of the file so far."""

    def __init__(self, *, delimiter: str, header: Sequence[str], limits: Limits) -> None:
        self._delimiter = delimiter
        self._header = header
        self._limits = limits
        self._width = len(header)
        self._sample: list[list[str]] = []
        self._shape: shape.Shape | None = None
        self._doubt: Doubt | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether the last broken record may go on over the lines to come."""
        return self._doubt is not None

    def read(self, lines: Lines, *, first: int, final: bool) -> Found:
        """Read lines, the first of which has the number `first`; unless `final`, an open record waits for more."""
        found = Found()
        stop = self._next(lines, 0, first, found) if self._doubt else self._run(lines, 0, None, found)
        while stop.trouble is not None:
            if stop.trouble is _Trouble.QUOTE and stop.end == len(lines) and not final:
                stop.trouble = self._overdue(lines, stop.start)
                found.open = stop.trouble is None
                if found.open:
                    break
            self._set_aside(lines, stop, first)
            stop = self._next(lines, stop.start + 1, first, found)
        if final:
            self._conclude(found)
        found.rest = stop.start
        self._remember(found)
        return found

    def _next(self, lines: Lines, at: int, first: int, found: Found) -> _Stop:
        """Read on behind a broken record, a few lines first and then more: the next one is often near."""
        at, window = self._settle(lines, at, first, found), NEAR
        while True:
            until = min(at + window, len(lines))
            stop = self._run(lines, at, until, found)
            cut = stop.trouble is None or (stop.trouble is _Trouble.QUOTE and stop.end == until)
            if until == len(lines) or not cut:
                return stop
            at, window = stop.start, 4 * window

    def _run(self, lines: Lines, at: int, until: int | None, found: Found) -> _Stop:
        """Read records up to the first broken one or to position `until`; None is the end of the lines."""
        wanted = lines if until is None else map(lines.__getitem__, range(at, until))
        reader = grammar.strict(wanted, self._delimiter)
        records: list[list[str]] = []
        trouble = None
        try:
            records.extend(reader)  # keeps what came before an error
        except csv.Error as error:
            trouble = _Trouble.FIELD if "field limit" in str(error) else _Trouble.QUOTE
        end, count = at + reader.line_num, len(records)
        if until is None and end == count:
            found.starts, found.ends, found.records = range(count), range(1, count + 1), records
            return _Stop(count, count, None)
        starts, several = placed(records, at, has_cr=lines.has_cr)
        whole = self._believed(lines, starts, records, several)
        found.add(starts[: whole + 1], records[:whole])
        if whole < count:
            return _Stop(starts[whole], starts[whole + 1], _Trouble.ROWS)
        return _Stop(starts[whole], end, trouble)

    def _believed(
        self, lines: Sequence[str], starts: Sequence[int], records: Sequence[Sequence[str]], several: Sequence[int]
    ) -> int:
        """Count the records up to the first that goes on over lines which are rows themselves."""
        for index in several:
            wrong = len(records[index]) != self._width
            if self._may_hide_rows(records[index]) and self._swallowed(lines, *starts[index : index + 2], wrong=wrong):
                return index
        return len(records)

    def _may_hide_rows(self, record: Sequence[str]) -> bool:
        """Tell without the lines whether one that a record goes on over could hold as many delimiters as a row."""
        delimiters = "".join(record).count(self._delimiter) + len(record)
        if delimiters <= self._width and "\n" not in record[0] and "\r" not in record[0]:
            return False
        first = next(at for at, cell in enumerate(record) if "\n" in cell or "\r" in cell)
        return delimiters - first >= self._width

    def _swallowed(self, lines: Sequence[str], start: int, end: int, *, wrong: bool = False) -> bool:
        """Tell whether half of the lines a record goes on over are rows of this file, one without a mistake.

        That one is enough where the record itself is `wrong`.
        """
        after = lines[start + 1 : min(end, start + 1 + LOOK_AHEAD)]
        likely = [line for line in after if line.count(self._delimiter) >= max(self._width - 1, 1)]
        if not likely:
            return False
        known = self._known(lines)
        rows = [cells for line in likely if (cells := grammar.alone(line, self._delimiter)) and known.resembles(cells)]
        most = wrong or 2 * len(rows) >= sum(not line.isspace() for line in after)
        return most and any(known.fits(cells) or (wrong and known.seen < shape.FEW and snug(cells)) for cells in rows)

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

    def _overdue(self, lines: Sequence[str], start: int) -> _Trouble | None:
        """Judge a record that is still open where the lines end."""
        if len(lines) - start > PATIENCE and self._swallowed(lines, start, len(lines)):
            return _Trouble.ROWS
        return _Trouble.RECORD if sum(map(len, lines[start:])) > self._limits.record else None

    def _set_aside(self, lines: Sequence[str], stop: _Stop, first: int) -> None:
        """Begin to doubt a broken record."""
        start, line = stop.start, lines[stop.start]
        endless = stop.trouble in (_Trouble.FIELD, _Trouble.RECORD) and not self._swallowed(lines, start, stop.end)
        record = Broken(first + start, Code.QUOTE_UNBALANCED, line, "a quote is left open, or stands inside a cell")
        if endless and stop.trouble is _Trouble.FIELD:
            cells = next(grammar.lenient((line[: self._limits.field],), self._delimiter))
            record.column = self._header[min(len(cells), self._width) - 1]
            record.code, record.detail = Code.FIELD_TOO_LONG, f"more than {self._limits.field:,} characters"
        elif endless:
            record.code, record.detail = Code.RECORD_TOO_LONG, f"more than {self._limits.record:,} characters"
        self._doubt = Doubt(
            record, delimiter=self._delimiter, header=self._header, endless=endless, longest=self._limits.record
        )

    def _settle(self, lines: Sequence[str], at: int, first: int, found: Found) -> int:
        """Find where the broken record ends; give the position at which ordinary reading goes on."""
        while self._doubt is not None and at < len(lines):
            if self._doubt.endless:
                settled, report = self._doubt.goes_on(lines, at, self._known(lines)), None
            else:
                settled, report = self._doubt.explain(lines[at], first + at, self._known(lines))
            if not settled:
                self._conclude(found)
                break
            if report:
                found.broken.append(report)
            at += 1
        return at

    def _conclude(self, found: Found) -> None:
        if self._doubt is not None:
            found.broken.append(self._doubt.conclude())
            self._doubt = None
