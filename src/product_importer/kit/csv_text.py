"""CSV as text that is sent while it is made, with cells that no spreadsheet takes for formulas."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, Protocol, TextIO

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Lines(Protocol):
    """What takes rows of CSV, as csv.writer does."""

    def writerow(self, row: Iterable[Any], /) -> Any:
        """Write a row; None is an empty cell."""
        ...

    def writerows(self, rows: Iterable[Iterable[Any]], /) -> None:
        """Write some."""
        ...


def writer(file: TextIO, *, delimiter: str = ",", end: str = "\n") -> Lines:
    """Open a writer of lines that end in `end`; a cell with a line break of any kind is quoted.

    Before Python 3.13 the csv module quotes a carriage return only where lines end in one, and reads it as an end.
    """
    return csv.writer(_Ends(file, end), delimiter=delimiter, lineterminator="\r\n")


def lines(rows: Iterable[Iterable[Any]], *, end: str = "\n") -> str:
    """Write rows as lines of CSV; None is an empty cell."""
    held, text = list(rows), io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(held)
    whole = text.getvalue()
    if whole.count("\r\n") == len(held):  # no cell has one
        return whole.replace("\r\n", end)
    text = io.StringIO(newline="")
    writer(text, end=end).writerows(held)
    return text.getvalue()


def guarded(text: str) -> str:
    """Put a `'` before text that a spreadsheet would take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text


class _Ends:
    """Puts another end behind each line that csv.writer writes, which are single calls."""

    def __init__(self, file: TextIO, end: str) -> None:
        self._file, self._end = file, end

    def write(self, line: str) -> int:
        return self._file.write(line.removesuffix("\r\n") + self._end)
