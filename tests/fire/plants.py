"""Bugs to plant into a process under fire: the comparison must find each, or it has no teeth."""

import dataclasses
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import Session

from product_importer.imports import merge, slices
from product_importer.imports.models import ImportJob, Slice
from product_importer.imports.span import Written
from product_importer.journal import record
from product_importer.journal.models import Batch, Entry
from product_importer.kit import clock, database
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import leases, sweeper
from product_importer.webhooks import envelope
from product_importer.webhooks.models import Endpoint

BETWEEN = "planted.between-two-commits"


def no_fence() -> None:
    """Write whoever asks, whether it still holds the row or not."""

    def fence(
        session: Session,
        model: type[leases.Leased],
        row_id: uuid.UUID,
        token: Any,
        values: Mapping[str, Any] | None = None,
    ) -> None:
        session.execute(update(model).where(model.id == row_id).values(values or {"token": token}))

    leases.fence = fence


def counts_outside_the_transaction() -> None:
    """Commit the products first, and what became of them a moment later."""

    def write(taken: Slice, job: ImportJob) -> Written:
        with database.transaction(scratch=job.scratch) as session:
            written = merge.apply(session, slices.span_of(taken, job))
        failpoint(BETWEEN)
        with database.transaction() as session:
            done = {"done_at": clock.now(), **leases.FREE, **dataclasses.asdict(written)}
            leases.fence(session, Slice, taken.id, taken.token or taken.id, done)
        return written

    slices.write = write


def journal_outside_the_transaction() -> None:
    """Commit the products first, and the journal's entries a moment later."""

    def add_all(session: Session, batch_id: int, entries: Select[Any]) -> int:
        named = [dict(zip(record.COLUMNS, row, strict=True)) for row in session.execute(entries)]
        rows = [{"batch_id": batch_id, **row} for row in named]

        def tell() -> None:
            failpoint(BETWEEN)
            with database.transaction() as later:
                later.execute(insert(Entry), rows)

        if rows:
            database.after_commit(session, tell)
        return len(rows)

    record.add_all = add_all


def no_way_back() -> None:
    """Take a bell as done when it arrives: nobody sweeps, and the lease of a dead worker never runs out."""

    def free(model: type[leases.Leased]) -> ColumnElement[bool]:
        return model.lease_until.is_(None)

    leases.free = free
    sweeper.sweep = lambda: 0


def told_before_the_commit() -> None:
    """Post what an import has journalled while its transaction is still open."""
    written = record.add_all

    def add_all(session: Session, batch_id: int, entries: Select[Any]) -> int:
        count = written(session, batch_id, entries)
        batch = session.scalars(select(Batch).order_by(Batch.id.desc()).limit(1)).one()
        for url in session.scalars(select(Endpoint.url)):
            for event in envelope.events_of(session, batch):
                headers = {"webhook-id": event.id, "Content-Type": "application/json"}
                urllib.request.urlopen(urllib.request.Request(url, event.body, headers)).close()
        return count

    record.add_all = add_all


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        no_fence,
        counts_outside_the_transaction,
        journal_outside_the_transaction,
        no_way_back,
        told_before_the_commit,
    )
}
