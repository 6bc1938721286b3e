"""The journal as CSV, one entry a line, written while it is read."""

import json
from collections.abc import Iterator
from typing import Any

from product_importer.journal import queries
from product_importer.journal.queries import Wanted
from product_importer.kit import csv_text, database
from product_importer.web.views import journal_entries
from product_importer.web.views.journal_entries import Told

BLOCK = 1_000  # entries read in one transaction
HEADER = ("at", "type", "sku", "actor", "import", "file", "line", "version", "changes", "subject")


def written(wanted: Wanted) -> Iterator[str]:
    """Yield the file in pieces, newest entries first; no session is open while a piece is sent."""
    yield csv_text.lines([HEADER], end="\r\n")
    cursor: str | None = None
    while True:
        with database.reading() as session:
            page = journal_entries.page_of(session, queries.page(session, wanted, cursor=cursor, limit=BLOCK))
        if page.items:
            yield csv_text.lines(map(_row, page.items), end="\r\n")
        if (cursor := page.next_cursor) is None:
            break


def _row(one: Told) -> list[Any]:
    number, file = (one.by_import.number, one.by_import.file) if one.by_import else ("", "")
    changes = json.dumps(one.changes, ensure_ascii=False) if one.changes else ""
    cells = (one.at.isoformat(), one.type, one.sku or "", one.actor, number, file, one.line or "")
    return [*(csv_text.guarded(str(cell)) for cell in cells), one.version, csv_text.guarded(changes), one.subject_id]
