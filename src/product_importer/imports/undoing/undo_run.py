"""Runs an undo: one journal batch of the import after the other, cut off at any point and gone on with by another."""

import time
import uuid
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from product_importer.imports import mirror
from product_importer.imports.ending import Crashed
from product_importer.imports.models import ImportJob, Undo
from product_importer.imports.states import State, UndoState
from product_importer.imports.undoing import undo
from product_importer.journal.models import Batch
from product_importer.kit import clock, database, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn


class UndoCrashed(Crashed):
    """The undo stopped its worker again and again at the same place."""

    code = "UNDO_CRASHED"
    title = "The undo stopped three times in the same place"
    action = "Undo again: it continues where it stopped. If it stops there again, the worker's log says why."


def due() -> ColumnElement[bool]:
    """Return which undos wait: running ones that nobody holds."""
    return and_(Undo.state == UndoState.RUNNING, leases.free(Undo))


@tasks.register("imports", model=Undo, due=due)
def run_undo(undo_id: uuid.UUID) -> None:
    """Take the undo as far as one turn goes."""
    if turn.take(_JOB, undo_id, Undo.state == UndoState.RUNNING):
        tasks.ring(run_undo, undo_id)


def _work(held: Undo, token: uuid.UUID) -> None:
    """Take batches back until none is left; raises GivenBack when this turn is over or the worker ends."""
    failpoint("undo.claimed")
    ends = time.monotonic() + turn.TURN
    with leases.hold(Undo, held.id, token) as lease:
        while (batch := _next(held)) is not None:
            turn.check(lease, until=ends)
            database.retried(partial(_take_back, held, token, batch))
            failpoint("undo.batch.after-commit")
            held = _seen(held)
            mirror.show(held.import_id, at_once=False)
        _finish(held, token)


def _seen(held: Undo) -> Undo:
    with database.reading() as session:
        return session.get_one(Undo, held.id)


def _next(held: Undo) -> Batch | None:
    mine = undo.written_by(held.import_id, until=held.last)
    with database.reading() as session:
        return session.scalars(select(Batch).where(mine, Batch.id > held.reached).order_by(Batch.id).limit(1)).first()


def _take_back(held: Undo, token: uuid.UUID, batch: Batch) -> None:
    """Take one batch back: products, journal, list and counts in one transaction, or nothing."""
    with database.transaction() as session:
        leases.fence(session, Undo, held.id, token)
        failpoint("undo.batch.begun", session)
        taken = undo.take_back(session, held, batch)
        counts = {
            "deleted": Undo.deleted + taken.deleted,
            "restored": Undo.restored + taken.restored,
            "kept": Undo.kept + taken.kept,
            "gone": Undo.gone + taken.gone,
        }
        # progress was made, so that only this attempt counts
        leases.fence(session, Undo, held.id, token, {"reached": batch.id, "attempts": 1, **counts})
        _show(session, held)
        failpoint("undo.batch.before-commit", session)


def _finish(held: Undo, token: uuid.UUID) -> None:
    """End the undo, and call its import undone."""
    with database.transaction() as session:
        _end(session, held, token, {"state": UndoState.COMPLETED}, {"state": State.UNDONE})
        failpoint("undo.finish.before-commit", session)
    failpoint("undo.finish.after-commit")
    mirror.show(held.import_id)


def _fail(held: Undo, token: uuid.UUID, refused: AppError) -> None:
    with database.transaction() as session:
        _end(session, held, token, {"state": UndoState.FAILED, "error": failure.told(refused)})
    mirror.show(held.import_id)


def _end(
    session: Session, held: Undo, token: uuid.UUID, values: dict[str, Any], job: dict[str, Any] | None = None
) -> None:
    leases.fence(session, Undo, held.id, token, {"finished_at": clock.now(), **leases.FREE, **values})
    _show(session, held, **(job or {}))


def _show(session: Session, held: Undo, **values: Any) -> None:
    """Let the import's version rise, by which everybody who watches it sees a change."""
    values["version"] = ImportJob.version + 1
    moved = update(ImportJob).where(ImportJob.id == held.import_id).values(values)
    session.execute(moved.execution_options(synchronize_session=False))


def _crashed(held: Undo) -> UndoCrashed:
    done = held.deleted + held.restored + held.kept + held.gone
    return UndoCrashed(f"It stopped after {done:,} products. What was undone stays undone.")


_JOB = turn.Job(Undo, work=_work, fail=_fail, crashed=_crashed)
