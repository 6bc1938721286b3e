"""The plan becomes products: slice after slice, by as many workers as care to take one."""

import time
import uuid

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from product_importer.imports import ending, mirror, queries, slices, staging
from product_importer.imports.models import ImportJob, Slice
from product_importer.imports.states import State
from product_importer.journal import record
from product_importer.kit import clock, database, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn


def apply(import_id: uuid.UUID) -> bool:
    """Write slices until none is left, this turn is over or the worker ends; True when there is more to do.

    Raises what a slice could not be written for, once that is recorded.
    """
    job = _applying(import_id)
    if job is None:
        return False
    try:
        return _apply(job)
    except DBAPIError as error:
        if (full := failure.refusal(error)) is not None:  # where not even a slice can be taken
            staging.with_room(job, lambda: _end(import_id, full))
        raise


def _apply(job: ImportJob) -> bool:
    size, ends = slices.first_size(job), time.monotonic() + turn.TURN
    while time.monotonic() < ends and not tasks.stopping.is_set():
        taken = slices.take(job.id, area=job.scratch or "", size=size)
        if taken is None:
            if not _pause(job.id):
                staging.with_room(job, lambda: _finish(job.id))
            return False
        failpoint("import.slice.taken")
        began = time.monotonic()
        _write(taken, job)
        mirror.show(job.id, at_once=False)
        size = slices.next_size(size, time.monotonic() - began)
    return True


def _applying(import_id: uuid.UUID) -> ImportJob | None:
    """Return the import if it can be applied; one whose plan was lost in a crash is sent back to be read again."""
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    if job.state is not State.APPLYING or staging.intact(job.scratch, job.winners or 0):
        return job if job.state is State.APPLYING else None
    with database.transaction() as session:
        job = queries.job_of(session, import_id, lock=True)
        if job.state is State.APPLYING:
            job.state, job.version = State.QUEUED, job.version + 1
    return None


def _write(taken: Slice, job: ImportJob) -> None:
    """Write one slice, anew when the database asks for it; give it back when it cannot be written."""
    try:
        if taken.attempts > failure.ATTEMPTS:
            raise _hopeless(taken)
        database.retried(lambda: slices.write(taken, job))
    except leases.Fenced:
        raise
    except Exception as error:
        _settle(taken, job, error)
        raise


def _settle(taken: Slice, job: ImportJob, error: Exception) -> None:
    """Give a slice back that could not be written, and end the import if that was not the first time."""
    refused = failure.refusal(error)
    if refused is None and taken.attempts >= failure.ATTEMPTS:
        refused = _hopeless(taken)
    staging.with_room(job, lambda: _give_back(taken, refused))
    if refused is not None:
        mirror.show(job.id)


def _give_back(taken: Slice, refused: AppError | None) -> None:
    with database.transaction() as session:
        if refused is not None:
            _fail(session, taken.import_id, refused)  # the import before its slices, as everybody locks them
        slices.give_back(session, taken)


def _hopeless(taken: Slice) -> ending.Crashed:
    return ending.Crashed(f"The products {taken.first:,} to {taken.last:,} of its plan could not be written.")


def _end(import_id: uuid.UUID, refused: AppError) -> None:
    with database.transaction() as session:
        _fail(session, import_id, refused)
    mirror.show(import_id)


def _fail(session: Session, import_id: uuid.UUID, refused: AppError) -> None:
    job = queries.job_of(session, import_id, lock=True)
    if job.state is State.APPLYING:
        ending.end(job, refused)


def _pause(import_id: uuid.UUID) -> bool:
    """Bring a pause into effect once no slice is at work; True when one was asked for and anything is left to do.

    A slice whose worker fell silent loses its token: that worker could otherwise wake up and write into the pause.
    """
    with database.transaction() as session:
        job = queries.job_of(session, import_id, lock=True)
        if job.state is not State.APPLYING or not job.pause_requested or job.cancel_requested:
            return False
        if job.next_position > (job.winners or 0) and not slices.are_open(session, import_id):
            return False
        slices.free_silent(session, import_id)
        if not slices.are_leased(session, import_id):
            job.state, job.paused_at, job.version = State.PAUSED, clock.now(), job.version + 1
        failpoint("pause.before-commit", session)
    failpoint("pause.after-commit")
    mirror.show(import_id)
    return True


def _finish(import_id: uuid.UUID) -> None:
    """End the import once no slice is open: completed when all is in, else cancelled with what was written."""
    with database.transaction() as session:
        job = queries.job_of(session, import_id, lock=True)
        is_all_in = job.next_position > (job.winners or 0) and not slices.are_open(session, import_id)
        if job.cancel_requested:
            slices.forget_silent(session, import_id)
        if job.state is not State.APPLYING or slices.are_open(session, import_id):
            return
        if not is_all_in and not job.cancel_requested:
            return  # a pause was asked for and taken back just now: there is more to do
        job.state = State.COMPLETED if is_all_in else State.CANCELLED
        job.finished_at, job.version = clock.now(), job.version + 1
        if job.state is State.COMPLETED:
            _tell(session, job)
        failpoint("import.finish.before-commit", session)
    failpoint("import.finish.after-commit")
    mirror.show(import_id)
    staging.drop(job)


def _tell(session: Session, job: ImportJob) -> None:
    """Record `upload.completed` with the account, in the transaction that completes the import."""
    counts = queries.account(session, job)
    details = {"task_id": str(job.id), "number": job.number, "file": job.file_name, "counts": counts}
    actor = f"import:{job.number}"
    record.add(
        session, "upload.completed", actor=actor, subject_id=job.id, version=1, details=details, import_id=job.id
    )
