"""Pausing an import and letting it go on: asked for by anybody, final once no slice is at work."""

import uuid

from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.run import run_import
from product_importer.imports.states import WORKING, State
from product_importer.kit import tasks
from product_importer.kit.errors import AppError


class NotRunning(AppError):
    """Only an import at work can be paused."""

    status = 409
    code = "IMPORT_NOT_RUNNING"
    title = "This import is not running"
    action = "Reload the page: it may have ended, or be waiting for an answer."


class NotPaused(AppError):
    """Only a paused import can be resumed."""

    status = 409
    code = "IMPORT_NOT_PAUSED"
    title = "This import is not paused"
    action = "Reload the page: somebody may have resumed it already."


def pause(session: Session, import_id: uuid.UUID) -> None:
    """Ask the import to rest: after the slice at work, or, while the file is read, before the first one."""
    job = queries.job_of(session, import_id, lock=True)
    if job.state not in WORKING:
        raise NotRunning(f"It is {job.state.value}.")
    job.pause_requested = True
    job.version += 1
    tasks.enqueue(session, run_import, job.id)


def resume(session: Session, import_id: uuid.UUID) -> None:
    """Let a paused import go on with its next slice, or forget a pause that has not come into effect."""
    job = queries.job_of(session, import_id, lock=True)
    if job.state is not State.PAUSED and not (job.pause_requested and job.state in WORKING):
        raise NotPaused(f"It is {job.state.value}.")
    job.end_rest()
    job.pause_requested = False
    job.state = State.APPLYING if job.state is State.PAUSED else job.state
    job.version += 1
    tasks.enqueue(session, run_import, job.id)
