"""Everything before the first product is written: the file is read, the plan is made, and a person is asked."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from product_importer.imports import asides, ending, mirror, originals, plan, questions, reading, review, staging
from product_importer.imports.checking.price import DecimalAmbiguous
from product_importer.imports.models import LOCK, ImportJob
from product_importer.imports.states import Question, State
from product_importer.kit import clock, database
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import failure, leases, turn

BEAT = 0.5  # seconds between two signs of life, each with the progress made
PREPARING = (State.QUEUED, State.READING, State.CHECKING)


class Cancelled(Exception):
    """Somebody asked the import to stop."""


def prepare(import_id: uuid.UUID) -> bool:
    """Bring the import from `queued` to `applying`; False when it stands elsewhere, is held, waits, or ended here."""
    with database.transaction() as session:
        job = leases.claim(session, ImportJob, ImportJob.id == import_id, ImportJob.state.in_(PREPARING))
    if job is None or job.token is None:
        return False
    failpoint("import.claimed")
    try:
        if job.cancel_requested:
            raise Cancelled
        if job.attempts > failure.ATTEMPTS:
            raise ending.Crashed(f"Its worker stopped while reading, near line {job.rows_read + 1:,}.")
        return _apply_reviewed(job, job.token) or _plan_or_ask(job, job.token)
    except leases.Fenced:
        raise
    except Exception as error:  # noqa: BLE001 - recorded or raised again by _settle
        _settle(job, job.token, error)
        return False


def _apply_reviewed(job: ImportJob, token: uuid.UUID) -> bool:
    """Apply the plan that a person said yes to; False when there is none, or the catalog has moved since."""
    if not questions.is_reviewed(job) or not staging.intact(job.scratch, job.winners or 0):
        return False
    _enter(job, token, State.CHECKING, {"asked": None})
    with leases.hold(ImportJob, job.id, token, every=BEAT, more=_beat(job.id, reading.Marks())) as held:
        moved = review.moved_since(job)
        failpoint("import.review.compared")
        held.check()
    if moved is not None:
        _enter(job, token, State.CHECKING, {"asked": moved})
        return False
    _enter(job, token, State.APPLYING, {"applying_at": clock.now(), "attempts": 0, **leases.FREE})
    return True


def _plan_or_ask(job: ImportJob, token: uuid.UUID) -> bool:
    """Make the plan and go on to apply it, or ask a person; True when it may be applied."""
    try:
        planned = _fill_scratch(job, token)
    except DecimalAmbiguous as refused:
        if (asked := questions.of_decimal(job, refused)) is None:
            raise
        _ask(job, token, Question.DECIMAL, {"asked": asked})
        staging.drop(job)
        return False
    question = questions.after_planning(job, rejected=planned["rejected"], rows=planned["rows_read"])
    if question is not None:
        _ask(job, token, question, {**planned, "agreed": [said for said in job.agreed if said != Question.REVIEW]})
        return False
    _enter(job, token, State.APPLYING, {**planned, "applying_at": clock.now(), "attempts": 0, **leases.FREE})
    return True


def _fill_scratch(job: ImportJob, token: uuid.UUID) -> dict[str, Any]:
    """Fill a scratch area of this attempt's own, and make it the one that slices are cut from."""
    area, marks = staging.new_area(job), reading.Marks()
    staging.drop(job, keep=area)
    with leases.hold(ImportJob, job.id, token, every=BEAT, more=_beat(job.id, marks)) as held:
        _enter(job, token, State.READING, {"started_at": job.started_at or clock.now(), "scratch": area})
        check = partial(turn.check, held)
        originals.verify(job, check=check)
        made, found = _read_and_plan(job, token, area, marks, check)
        database.face().seal_scratch(database.engine(), area)
        failpoint("import.plan.sealed")
        held.check()
    return {**found, "superseded": made.superseded, "winners": made.winners, "planned": made.planned()}


def _read_and_plan(
    job: ImportJob, token: uuid.UUID, area: str, marks: reading.Marks, check: Callable[[], None]
) -> tuple[plan.Plan, dict[str, Any]]:
    """Read the file, once more where the whole of it shows another manner than its head did, and plan.

    Returns the plan and what the import's row keeps of the reading.
    """
    manner, durable = reading.Manner(), bool(job.options.get("review"))
    while True:
        try:
            with (
                staging.filling(area, durable=durable) as scratch,
                reading.read(scratch, job, marks=marks, check=check, manner=manner) as read,
            ):
                failpoint("import.read.staged", scratch)
                values = read.values()
                _enter(job, token, State.CHECKING, values, also=read.rejects.list_first)
                read.require_rows()
            made, superseded, skipped = _plan_staged(job, area, read, durable=durable)
            facts = replace(values["facts"], superseded_file=superseded, skipped_file=skipped)
            return made, {**values, "facts": facts}
        except reading.Misread as misread:
            manner = misread.manner
            marks.restart()
            staging.empty(area)


def _plan_staged(
    job: ImportJob, area: str, read: reading.Read, *, durable: bool
) -> tuple[plan.Plan, str | None, str | None]:
    """Plan what was staged and store what the plan sets aside: the keys of the superseded and the skipped records."""
    winners = plan.fill(area, mode=job.mode, fields=read.fields, durable=durable)
    with ThreadPoolExecutor(database.face().FILLERS) as pool:
        finished = pool.submit(_finish, area, read, durable=durable)
        overruled = pool.submit(asides.save_superseded, job, area, read.accepted - winners)
        made, superseded = finished.result(), overruled.result()
    return made, superseded, asides.save_skipped(job, area, made)


def _finish(area: str, read: reading.Read, *, durable: bool) -> plan.Plan:
    """Finish the plan, and flush it beside what it sets aside: sealing it then has little left to do."""
    made = plan.finish(area, records=read.accepted, durable=durable)
    database.face().flush_scratch(database.engine(), area)
    return made


def _ask(job: ImportJob, token: uuid.UUID, question: Question, values: dict[str, Any]) -> None:
    """Let the import wait for a person, unless it was cancelled meanwhile: nobody would look for that any more."""
    asking = {**values, "question": question, "paused_at": clock.now(), "attempts": 0, **leases.FREE}
    _enter(job, token, State.WAITING, asking, also=_refuse_cancelled)


def _refuse_cancelled(session: Session, job: ImportJob) -> None:
    if session.scalar(select(ImportJob.cancel_requested).where(ImportJob.id == job.id)):
        raise Cancelled


def _count_listed(session: Session, job: ImportJob) -> None:
    ending.count_listed(session.get_one(ImportJob, job.id))


def _beat(import_id: uuid.UUID, marks: reading.Marks) -> Callable[[Session], None]:
    """Return what a heartbeat does beside prolonging the lease: progress moves forward, a cancellation is seen."""

    def beat(session: Session) -> None:
        reached = {
            ImportJob.bytes_read: marks.bytes_read,
            ImportJob.rows_read: marks.rows_read,
            ImportJob.rejected: marks.rejected,
        }
        forward = {column.key: case((column < value, value), else_=column) for column, value in reached.items()}
        moved = update(ImportJob).where(ImportJob.id == import_id).values(version=ImportJob.version + 1, **forward)
        if session.scalar(moved.returning(ImportJob.cancel_requested)):
            raise Cancelled
        database.after_commit(session, lambda: mirror.show(import_id))

    return beat


def _enter(
    job: ImportJob,
    token: uuid.UUID,
    state: State,
    values: dict[str, Any],
    *,
    also: Callable[[Session, ImportJob], None] | None = None,
) -> None:
    """Write the next state under the fence, and show it."""
    with database.transaction() as session:
        leases.fence(session, ImportJob, job.id, token, {"state": state, "version": ImportJob.version + 1, **values})
        if also is not None:
            also(session, job)
        failpoint(f"import.{state.value}.before-commit", session)
    failpoint(f"import.{state.value}")
    mirror.show(job.id)


def _end(job: ImportJob, token: uuid.UUID, refused: AppError) -> None:
    with database.transaction() as session:
        leases.fence(session, ImportJob, job.id, token)
        ending.end(session.get_one(ImportJob, job.id, with_for_update=LOCK), refused)


def _settle(job: ImportJob, token: uuid.UUID, error: Exception) -> None:
    """End the import where the error is its own, else give it back for another attempt."""
    refused = failure.refusal(error)
    if isinstance(error, Cancelled):
        _enter(job, token, State.CANCELLED, {"finished_at": clock.now(), **leases.FREE}, also=_count_listed)
    elif refused is not None:
        staging.with_room(job, lambda: _end(job, token, refused))
    else:
        with database.transaction() as session:
            failed = not isinstance(error, leases.GivenBack)
            leases.give_back(session, ImportJob, job.id, token, failed=failed)
        raise error
    mirror.show(job.id)
    staging.drop(job)
