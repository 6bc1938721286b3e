"""The changes of an import as CSV, one product a line, written while they are read."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from product_importer.imports import asides, changes, originals, queries
from product_importer.imports.fields import CHANGEABLE
from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Change
from product_importer.kit import csv_text, database

BLOCK = 2_000  # changes read in one transaction
HEADER = ("outcome", "line", "sku", *(f"{name}_{when}" for name in CHANGEABLE for when in ("before", "after")))


def written(import_id: uuid.UUID, outcomes: Sequence[changes.Kind]) -> Iterator[str]:
    """Yield the file in pieces: a header, then every change of these outcomes, each before and after its fields.

    Raises at the first piece ImportNotFound, PlanGone, and FileForgotten of records that were set aside.
    """
    with database.reading() as session:
        job = queries.job_of(session, import_id)
        if asides.OUTCOMES & set(outcomes):
            originals.require(session, job)
    blocks = itertools.chain.from_iterable(_blocks(job, outcome) for outcome in outcomes)
    yield csv_text.lines([HEADER, *map(_row, next(blocks, ()))])
    for block in blocks:
        yield csv_text.lines(map(_row, block))


def _blocks(job: ImportJob, outcome: changes.Kind) -> Iterator[Sequence[Change]]:
    if outcome in asides.OUTCOMES:
        records = asides.records(job, outcome)
        while block := list(itertools.islice(records, BLOCK)):
            yield block
        return
    page = changes.page(job, outcome, limit=BLOCK)
    while page.next_cursor is not None:
        yield page.items
        page = changes.page(job, outcome, cursor=page.next_cursor, limit=BLOCK)
    yield page.items


def _row(change: Change) -> list[Any]:
    pairs = [change.changes.get(name, [None, None]) for name in CHANGEABLE]
    cells = [_cell(value) for pair in pairs for value in pair]
    return [change.outcome.value, change.line, _cell(change.sku), *cells]


def _cell(value: str | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return csv_text.guarded(value or "")
