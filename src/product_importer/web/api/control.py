"""Pausing, resuming and undoing an import, for programs."""

import uuid
from dataclasses import dataclass

from fastapi import APIRouter, Depends

from product_importer.imports import pausing, queries
from product_importer.imports.snapshot import Snapshot, Undoing
from product_importer.imports.undoing import undo_actions, undo_queries
from product_importer.imports.undoing.undo import Tally
from product_importer.imports.undoing.undo_queries import Kept
from product_importer.web.deps import Actor, Reading, Writing
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/imports/{task_id}", tags=["imports"])


@dataclass(frozen=True, slots=True)
class UndoView:
    """Before an undo what it would do, from then on how far it is, and what it could not take back."""

    preview: Tally | None
    undo: Undoing | None
    kept: list[Kept]


@router.post("/pause", status_code=202, dependencies=[Depends(editor)])
def pause(task_id: uuid.UUID, session: Writing) -> Snapshot:
    """Pause the import after the slice at work, or before the first one."""
    pausing.pause(session, task_id)
    return queries.snapshot(session, task_id)


@router.post("/resume", status_code=202, dependencies=[Depends(editor)])
def resume(task_id: uuid.UUID, session: Writing) -> Snapshot:
    """Resume a paused import."""
    pausing.resume(session, task_id)
    return queries.snapshot(session, task_id)


@router.get("/undo", dependencies=[Depends(viewer)])
def undo(task_id: uuid.UUID, session: Reading) -> UndoView:
    """Return what an undo would do, or how far it is with the first 1,000 products that stay."""
    begun = queries.snapshot(session, task_id).undo
    preview = undo_queries.preview(session, task_id) if begun is None else None
    return UndoView(preview, begun, undo_queries.kept(session, task_id))


@router.post("/undo", status_code=202, dependencies=[Depends(editor)])
def start_undo(task_id: uuid.UUID, session: Writing, actor: Actor) -> Snapshot:
    """Take the import back: delete what it created, restore what it updated, leave what was edited since."""
    undo_actions.start(session, task_id, actor=actor)
    return queries.snapshot(session, task_id)
