"""The changes of an import as CSV, one product a line, written while they are read."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from product_importer.imports import changes, queries
from product_importer.imports.fields import CHANGEABLE
from product_importer.imports.snapshot import Change
from product_importer.kit import csv_text, database

BLOCK = 2_000  # changes read in one transaction
HEADER = ("outcome", "line", "sku", *(f"{name}_{when}" for name in CHANGEABLE for when in ("before", "after")))


def written(import_id: uuid.UUID, outcomes: Sequence[changes.Kind]) -> Iterator[str]:
    """Yield the file in pieces: a header, then every change of these outcomes, each before and after its fields.

    Raises ImportNotFound and PlanGone at the first piece.
    """
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    yield csv_text.lines([HEADER])
    for outcome in outcomes:
        cursor: str | None = None
        while True:
            page = changes.page(job, outcome, cursor=cursor, limit=BLOCK)
            if page.items:
                yield csv_text.lines(map(_row, page.items))
            if (cursor := page.next_cursor) is None:
                break


def _row(change: Change) -> list[Any]:
    pairs = [change.changes.get(name, [None, None]) for name in CHANGEABLE]
    cells = [_cell(value) for pair in pairs for value in pair]
    return [change.outcome.value, change.line, _cell(change.sku), *cells]


def _cell(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_text.guarded(value or "")
