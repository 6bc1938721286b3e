"""A record's line is counted by an editor, its row by a spreadsheet: cells over several lines part the two."""

import itertools
import operator
from bisect import bisect_left
from collections.abc import Sequence

from product_importer.imports.source.broken import Found


class Rows:
    """The rows of one batch, of which a few are asked for: the table for that is made when the first one is.

    `first` is the number of the first line looked at, `before` says how many more lines than rows lie above it.
    The header is a row of its own.
    """

    def __init__(self, found: Found, *, first: int = 1, before: int = 0) -> None:
        self._found, self._first, self._before = found, first, before
        self._table: tuple[Sequence[int], Sequence[int]] | None = None
        self.after = before + sum(broken.lines - 1 for broken in found.broken)
        if not isinstance(found.starts, range):
            self.after += sum(found.ends) - sum(found.starts) - len(found.records)

    def row_of(self, line: int) -> int:
        """Give the row of the record that begins on a line."""
        if self._table is None:
            self._table = self._several()
        lines, surplus = self._table
        return line - surplus[bisect_left(lines, line)]

    def _several(self) -> tuple[Sequence[int], Sequence[int]]:
        """Give the lines on which records of several begin, and how many more lines than rows lie above each."""
        found = self._found
        sizes = enumerate(map(operator.sub, found.ends, found.starts))
        several = [(self._first + found.starts[at], size - 1) for at, size in sizes if size > 1]
        several += [(broken.line, broken.lines - 1) for broken in found.broken if broken.lines > 1]
        several.sort()
        return [line for line, _ in several], list(itertools.accumulate((n for _, n in several), initial=self._before))
