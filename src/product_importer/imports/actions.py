"""What people and programs ask of an import: start it, cancel it, try it again; `answers` is the rest."""

import uuid

from sqlalchemy.orm import Session

from product_importer.catalog import wishes
from product_importer.imports import mirror, originals, queries, slices
from product_importer.imports.doubts import About
from product_importer.imports.inspection import Inspection
from product_importer.imports.models import Counter, ImportJob
from product_importer.imports.options import Options
from product_importer.imports.run import run_import
from product_importer.imports.states import FINAL, Question, State
from product_importer.kit import clock, tasks
from product_importer.kit.database import sets
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import leases
from product_importer.uploads.models import Upload


class ImportOver(AppError):
    """The import has ended, so there is nothing to cancel."""

    status = 409
    code = "IMPORT_OVER"
    title = "This import has ended"
    action = "Start a new import of the file if you want its rows applied again."


class NotFailed(AppError):
    """Only a failed import can be tried again."""

    status = 409
    code = "IMPORT_NOT_FAILED"
    title = "This import has not failed"
    action = "Only a failed import can be retried; it then continues where it stopped."


def start(
    session: Session,
    *,
    upload: Upload,
    actor: str,
    options: Options,
    found: Inspection,
    parent_id: uuid.UUID | None = None,
) -> ImportJob:
    """Make the import of a whole upload, waiting for a worker, or for a person where something is in doubt."""
    asked = options.check_columns or (options.interactive and _is_in_doubt(found))
    job = ImportJob(
        number=_next_number(session),
        state=State.WAITING if asked else State.QUEUED,
        question=Question.MAPPING if asked else None,
        actor=actor,
        upload_id=upload.id,
        parent_id=parent_id,
        file_name=upload.name,
        file_bytes=upload.received,
        mode=options.mode,
        options=options.stored(),
        facts=found.facts(),
    )
    session.add(job)
    session.flush()
    if not asked:
        tasks.enqueue(session, run_import, job.id)
    mirror.begin(session, job.id)
    return job


def _is_in_doubt(found: Inspection) -> bool:
    """Return whether a person must look first; a decimal sign alone is left to the whole file, which may tell it."""
    return any(doubt.about is not About.DECIMAL for doubt in found.doubts)


def cancel(session: Session, import_id: uuid.UUID) -> None:
    """Ask the import to stop; it is final at once when no worker is at it, else after the slice at work."""
    job = queries.job_of(session, import_id, lock=True)
    if job.state in FINAL:
        raise ImportOver(f"It is already {job.state.value}.")
    job.version += 1
    job.cancel_requested = True
    job.end_rest()
    if job.state in (State.WAITING, State.PAUSED):
        job.state, job.question, job.finished_at = State.CANCELLED, None, clock.now()
        slices.forget_silent(session, job.id)
        mirror.follow(session, job.id)
    else:
        tasks.enqueue(session, run_import, job.id)


def retry(session: Session, import_id: uuid.UUID) -> None:
    """Let a failed import go on where it stopped: written slices stay, the file is read again."""
    job = queries.job_of(session, import_id, lock=True)
    if job.state is not State.FAILED:
        raise NotFailed(f"It is {job.state.value}.")
    originals.require(session, job)
    leases.release(job)
    job.paused_at = job.finished_at
    job.end_rest()
    job.state, job.error, job.finished_at, job.attempts = State.QUEUED, None, None, 0
    job.cancel_requested = job.pause_requested = False
    job.version += 1
    slices.forgive(session, job.id)
    tasks.enqueue(session, run_import, job.id)


def retry_pictures(session: Session, import_id: uuid.UUID) -> None:
    """Fetch once more the pictures that the import's addresses did not give; raises NoFailedImages."""
    queries.job_of(session, import_id, lock=True).version += 1
    wishes.retry(session, import_id)


def _next_number(session: Session) -> int:
    first = sets.insert_on_conflict(session, Counter).values(name="imports", value=1)
    taken = first.on_conflict_do_update(index_elements=["name"], set_={"value": Counter.value + 1})
    return int(session.scalars(taken.returning(Counter.value)).one())
