"""What people and programs ask of an undo: to begin, and once more when it failed."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.models import ImportJob, Undo
from product_importer.imports.states import State, UndoState
from product_importer.imports.undoing.undo_run import run_undo
from product_importer.journal import chores
from product_importer.journal.models import Batch
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import clock, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import leases

UNDOABLE = (State.COMPLETED, State.CANCELLED)


class NotUndoable(AppError):
    """The import is still at work, has failed, or waits."""

    status = 409
    code = "IMPORT_NOT_UNDOABLE"
    title = "This import cannot be undone in its current state"
    action = "Only a completed or a cancelled import can be undone: let it end, cancel it, or retry it first."


class UndoneAlready(AppError):
    """An import is undone once."""

    status = 409
    code = "UNDONE_ALREADY"
    title = "This import has already been undone"
    action = "Import the file again if you want its rows back."


class JournalForgotten(AppError):
    """The journal, by which an import is taken back, is not kept for so long."""

    status = 410
    code = "JOURNAL_FORGOTTEN"
    title = "This import is too old to be undone"
    action = "Import an older file again; KEEP_JOURNAL_DAYS says for how many days undo is possible."


class NothingToUndo(AppError):
    """The import wrote no product."""

    status = 409
    code = "NOTHING_TO_UNDO"
    title = "This import wrote nothing"
    action = "There is nothing to do: the catalog is as it was before."


def start(session: Session, import_id: uuid.UUID, *, actor: str) -> Undo:
    """Begin to undo an import, or go on with an undo that failed."""
    job = queries.job_of(session, import_id, lock=True)
    last = reach(session, job)
    # not locked: a batch being taken back holds this row and then wants the import's, and a failed undo is nobody's
    began = session.scalar(select(Undo).where(Undo.import_id == import_id))
    if began is not None and began.state is not UndoState.FAILED:
        raise UndoneAlready("It is being undone right now.")
    if began is None:
        began = Undo(import_id=import_id, actor=actor, last=last)
        session.add(began)
        session.flush()
    began.state, began.error, began.finished_at, began.attempts = UndoState.RUNNING, None, None, 0
    leases.release(began)
    job.version += 1
    tasks.enqueue(session, run_undo, began.id)
    return began


def reach(session: Session, job: ImportJob) -> int:
    """Return the id of the last batch that the import itself wrote; refuse one that cannot be undone.

    A day before its journal goes is too late already: an undo that has begun is to find all of it.
    """
    if job.state is State.UNDONE:
        raise UndoneAlready(f"Import {job.number} has already been undone.")
    if job.state not in UNDOABLE:
        raise NotUndoable(f"It is {job.state.value}.")
    since = chores.kept_since()
    if since is not None and job.applying_at is not None and job.applying_at < since + clock.seconds(chores.DAY):
        raise JournalForgotten(f"It started writing on {job.applying_at:%d %b %Y}.")
    newest = select(func.max(Batch.id)).where(
        Batch.import_id == job.id, Batch.type.in_((PRODUCT_CREATED, PRODUCT_UPDATED))
    )
    last = session.scalar(newest)
    if last is None:
        raise NothingToUndo
    return last
