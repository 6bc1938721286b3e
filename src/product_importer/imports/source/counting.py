"""A record's line is counted by an editor, its row by a spreadsheet: cells over several lines part the two."""

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from product_importer.imports.source.broken import Found


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one batch: `before` lines more than rows lie above it.

    `lines` are those on which records of several lines begin; `surplus` says for each how many more lines than rows
    there are up to its end. The header is a row of its own.
    """

    before: int = 0
    lines: Sequence[int] = field(default_factory=list)
    surplus: Sequence[int] = field(default_factory=list)

    @property
    def after(self) -> int:
        """How many more lines than rows lie above the next batch."""
        return self.surplus[-1] if self.surplus else self.before

    def row_of(self, line: int) -> int:
        """Give the row of the record that begins on a line."""
        at = bisect_left(self.lines, line)
        return line - (self.surplus[at - 1] if at else self.before)


def counted(found: Found, *, first: int, before: int) -> Rows:
    """Count the rows of what was found in lines of which the first has the number `first`."""
    spans = [] if isinstance(found.starts, range) else zip(found.starts, found.ends, strict=True)
    several = [(first + start, end - start - 1) for start, end in spans if end - start > 1]
    several += [(broken.line, broken.lines - 1) for broken in found.broken if broken.lines > 1]
    several.sort()
    sums = itertools.accumulate((more for _, more in several), initial=before)
    return Rows(before, [line for line, _ in several], list(sums)[1:])
