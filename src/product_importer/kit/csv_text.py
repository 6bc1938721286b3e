"""CSV as text that is sent while it is made, with cells that no spreadsheet takes for formulas."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def lines(rows: Iterable[Sequence[Any]], *, end: str = "\n") -> str:
    """Write rows as lines of CSV; None is an empty cell."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue()


def guarded(text: str) -> str:
    """Put a `'` before text that a spreadsheet would take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) else text
