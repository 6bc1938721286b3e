"""Runs a bulk job: one slice after the other, cut off at any point and gone on with by another worker."""

import time
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from product_importer.catalog import bulk_slice
from product_importer.catalog.bulk_models import AT_WORK, BulkJob, BulkState
from product_importer.kit import clock, database, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn


class BulkCrashed(AppError):
    """The job stopped its worker again and again at the same place."""

    status = 500
    code = "JOB_CRASHED"
    title = "The job stopped three times in the same place"
    action = "Start it again: what it has done stays done. If it stops again, the worker's log says why."


def due() -> ColumnElement[bool]:
    """Return which jobs wait: those that have not ended and nobody holds."""
    return and_(BulkJob.state.in_(AT_WORK), leases.free(BulkJob))


@tasks.register("default", model=BulkJob, due=due)
def run_bulk(job_id: uuid.UUID) -> None:
    """Take the job as far as one turn goes."""
    if turn.take(_JOB, job_id, BulkJob.state.in_(AT_WORK)):
        tasks.ring(run_bulk, job_id)


def _work(held: BulkJob, token: uuid.UUID) -> None:
    """Change slices until none is left or nobody wants it; raises GivenBack when this turn is over."""
    failpoint("bulk.claimed")
    ends = time.monotonic() + turn.TURN
    with leases.hold(BulkJob, held.id, token) as lease:
        if held.state is BulkState.QUEUED:
            held = _begin(held, token)
        more = True
        while more and not held.cancel_requested:
            turn.check(lease, until=ends)
            more = database.retried(partial(_change, held, token))
            failpoint("bulk.slice.after-commit")
            held = _seen(held)
        _finish(held, token, BulkState.COMPLETED if not more else BulkState.CANCELLED)


def _begin(held: BulkJob, token: uuid.UUID) -> BulkJob:
    """Count what is to be changed, so that the progress has an end."""
    with database.reading() as session:
        total = bulk_slice.count(session, held)
    with database.transaction() as session:
        _write(session, held, token, {"state": BulkState.RUNNING, "total": total, "started_at": clock.now()})
        failpoint("bulk.begin.before-commit", session)
    failpoint("bulk.begin.after-commit")
    return _seen(held)


def _seen(held: BulkJob) -> BulkJob:
    with database.reading() as session:
        return session.get_one(BulkJob, held.id)


def _change(held: BulkJob, token: uuid.UUID) -> bool:
    """Change one slice: products, journal, mark and count in one transaction, or nothing. True when more are left."""
    with database.transaction() as session:
        leases.fence(session, BulkJob, held.id, token)
        failpoint("bulk.slice.begun", session)
        last = bulk_slice.end_of_slice(session, held, database.face().SLICE)
        changed = bulk_slice.change(session, held, last)
        failpoint("bulk.slice.changed", session)
        # progress was made, so that only this attempt counts
        _write(session, held, token, {"done": BulkJob.done + changed, "reached": last or held.reached, "attempts": 1})
        failpoint("bulk.slice.before-commit", session)
    return last is not None


def _finish(held: BulkJob, token: uuid.UUID, state: BulkState) -> None:
    with database.transaction() as session:
        _end(session, held, token, {"state": state})
        failpoint("bulk.finish.before-commit", session)
    failpoint("bulk.finish.after-commit")


def _fail(held: BulkJob, token: uuid.UUID, refused: AppError) -> None:
    with database.transaction() as session:
        _end(session, held, token, {"state": BulkState.FAILED, "error": failure.told(refused)})


def _end(session: Session, held: BulkJob, token: uuid.UUID, values: Mapping[str, Any]) -> None:
    _write(session, held, token, {"finished_at": clock.now(), **leases.FREE, **values})


def _write(session: Session, held: BulkJob, token: uuid.UUID, values: Mapping[str, Any]) -> None:
    """Write to the job's row while it is held, and let its version rise, by which watchers see a change."""
    leases.fence(session, BulkJob, held.id, token, {"version": BulkJob.version + 1, **values})


def _crashed(held: BulkJob) -> BulkCrashed:
    return BulkCrashed(f"It stopped after {held.done:,} products. What it had done stays done.")


_JOB = turn.Job(BulkJob, work=_work, fail=_fail, crashed=_crashed)
