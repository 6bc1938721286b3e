"""Pausing, resuming and undoing an import, for people; an undo is shown in exact numbers before it is confirmed."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from product_importer.imports import pausing, queries
from product_importer.imports.undoing import undo_actions, undo_queries
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading, Writing
from product_importer.web.pages import places, rail
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin/imports/{import_id}")


@router.post("/pause", dependencies=[Depends(editor)])
def pause(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Ask the import to rest."""
    pausing.pause(session, import_id)
    return places.to_import(import_id)


@router.post("/resume", dependencies=[Depends(editor)])
def resume(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Let it go on."""
    pausing.resume(session, import_id)
    return places.to_import(import_id)


@router.get("/undo", dependencies=[Depends(viewer)])
def undo(request: Request, import_id: uuid.UUID, session: Reading, actor: Actor) -> HTMLResponse:
    """Show what an undo would do and ask for a yes, or what one could not take back."""
    snapshot = queries.snapshot(session, import_id)
    context: dict[str, Any] = {"snapshot": snapshot, "kept": undo_queries.kept(session, import_id)}
    context["preview"] = undo_queries.preview(session, import_id) if snapshot.undo is None else None
    return templating.render(request, "undo.html", **rail.context(session, "imports", actor), **context)


@router.post("/undo", dependencies=[Depends(editor)])
def start_undo(import_id: uuid.UUID, session: Writing, actor: Actor) -> RedirectResponse:
    """Begin to undo, as it was confirmed."""
    undo_actions.start(session, import_id, actor=actor)
    return places.to_import(import_id)
