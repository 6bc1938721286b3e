"""The journal as CSV, one entry a line, written while it is read."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from product_importer.journal import queries
from product_importer.journal.queries import Wanted
from product_importer.kit import database
from product_importer.web import journal_entries
from product_importer.web.journal_entries import Told

BLOCK = 1_000  # entries read in one transaction
HEADER = ("at", "type", "sku", "actor", "import", "file", "line", "version", "changes", "subject")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def written(wanted: Wanted) -> Iterator[str]:
    """Yield the file in pieces, newest entries first; no session is open while a piece is sent."""
    yield _lines([HEADER])
    cursor: str | None = None
    while True:
        with database.reading() as session:
            page = journal_entries.page_of(session, queries.page(session, wanted, cursor=cursor, limit=BLOCK))
        if page.items:
            yield _lines(map(_row, page.items))
        if (cursor := page.next_cursor) is None:
            break


def _row(one: Told) -> list[Any]:
    number, file = (one.by_import.number, one.by_import.file) if one.by_import else ("", "")
    changes = json.dumps(one.changes, ensure_ascii=False) if one.changes else ""
    cells = (one.at.isoformat(), one.type, one.sku or "", one.actor, number, file, one.line or "")
    return [*(_guarded(cell) for cell in cells), one.version, _guarded(changes), one.subject_id]


def _guarded(cell: str | int) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    text = str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _lines(rows: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
