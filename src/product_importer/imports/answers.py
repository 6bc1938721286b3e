"""What people say to the question of a waiting import: go on, in this way, or discard it."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from product_importer.imports import mirror, queries, staging
from product_importer.imports.inspection import Inspection
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.run import run_import
from product_importer.imports.states import Decimal, Question, State
from product_importer.kit import clock, database, tasks
from product_importer.kit.errors import AppError

MOVED = "The question has changed since: look at it again."


class NothingAsked(AppError):
    """The import is not waiting for this answer."""

    status = 409
    code = "NOTHING_ASKED"
    title = "This import is not waiting for an answer"
    action = "Reload the page: somebody may have answered already."


def set_mapping(
    session: Session, import_id: uuid.UUID, *, options: Options, found: Inspection, version: int | None = None
) -> None:
    """Say which columns feed which fields, as the file was inspected under these options."""
    job = _asked(session, import_id, Question.MAPPING, version)
    _go_on(session, job, options=options.stored(), facts=found.facts(), mode=options.mode)


def apply(session: Session, import_id: uuid.UUID, *, version: int | None = None) -> None:
    """Say yes to the plan under review; it is compared with the catalog once more before anything is written.

    With `version` the yes counts only for the plan that was shown at that version of the import.
    """
    job = _asked(session, import_id, Question.REVIEW, version)
    _go_on(session, job, agreed=[*job.agreed, Question.REVIEW.value])


def accept_rejects(session: Session, import_id: uuid.UUID, *, version: int | None = None) -> None:
    """Say that so many rejected rows are no reason to stop; a review that was asked for still comes."""
    job = _asked(session, import_id, Question.REJECTS, version)
    agreed = [*job.agreed, Question.REJECTS.value]
    if job.options.get("review"):
        job.question, job.agreed, job.version = Question.REVIEW, agreed, job.version + 1
        mirror.follow(session, job.id)
        return
    _go_on(session, job, agreed=agreed, state=State.APPLYING, applying_at=clock.now())


def set_decimal(session: Session, import_id: uuid.UUID, sign: Decimal, *, version: int | None = None) -> None:
    """Say which sign separates the cents; the file is read again with it."""
    job = _asked(session, import_id, Question.DECIMAL, version)
    options = Options.model_validate(job.options).model_copy(update={"decimal": sign})
    _go_on(session, job, options=options.stored())


def discard(session: Session, import_id: uuid.UUID, *, version: int | None = None) -> None:
    """Say no: the import is cancelled, and its plan dropped."""
    job = _asked(session, import_id, None, version)
    job.end_rest()
    job.state, job.question, job.finished_at = State.CANCELLED, None, clock.now()
    job.cancel_requested, job.version = True, job.version + 1
    database.after_commit(session, lambda: staging.drop(job))
    mirror.follow(session, job.id)


def _asked(session: Session, import_id: uuid.UUID, question: Question | None, version: int | None) -> ImportJob:
    """Return the locked import if it waits for an answer to `question`, or to any; raise NothingAsked otherwise."""
    job = queries.job_of(session, import_id, lock=True)
    if job.state is not State.WAITING or question not in (None, job.question):
        raise NothingAsked
    if version not in (None, job.version):
        raise NothingAsked(MOVED)
    return job


def _go_on(session: Session, job: ImportJob, **values: Any) -> None:
    """Give the import back to the workers."""
    job.end_rest()
    fresh = {"state": State.QUEUED, "question": None, "asked": None, "version": job.version + 1, **values}
    for name, value in fresh.items():
        setattr(job, name, value)
    tasks.enqueue(session, run_import, job.id)
