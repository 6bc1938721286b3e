"""The page on which rejected rows are mended, twenty at a time, and the import of those that were changed."""

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from product_importer.imports import queries
from product_importer.imports.mending import edits, records
from product_importer.kit import database
from product_importer.web import templating
from product_importer.web.actions import mending
from product_importer.web.actions.mending import Sheet
from product_importer.web.deps import Actor
from product_importer.web.pages import places, rail
from product_importer.web.roles import editor

router = APIRouter(prefix="/admin/imports/{import_id}/mend")
CONTROLS = 6_000  # five fields of a thousand rows, and the buttons


@router.get("", dependencies=[Depends(editor)])
def show(
    request: Request, import_id: uuid.UUID, actor: Actor, page: Annotated[int, Query(ge=1, le=50)] = 1
) -> HTMLResponse:
    """Show rejected rows with their cells as they stand in the file."""
    job = mending.mendable(import_id)
    return _page(request, import_id, actor, mending.sheet(job, records.listed(job), {}, page=page))


@router.post("", dependencies=[Depends(editor)])
async def mend(request: Request, import_id: uuid.UUID, actor: Actor) -> Response:
    """Import the changed rows, or show what is still wrong with them; `page` turns to another page and keeps them."""
    form = await request.form(max_fields=CONTROLS)
    return await asyncio.to_thread(_mend, request, import_id, actor, dict(form))


def _mend(request: Request, import_id: uuid.UUID, actor: str, form: dict[str, Any]) -> Response:
    job = mending.mendable(import_id)
    found = records.listed(job)
    changed = mending.parse(job, found, form)
    turned = str(form.get("page", ""))
    if turned.isdecimal() and len(turned) < 3:
        return _page(request, import_id, actor, mending.sheet(job, found, changed, page=max(1, int(turned))))
    wrong = edits.check(job, found, changed).wrong
    if wrong or not changed:
        here = mending.sheet(job, found, changed, page=_shown(form), wrong=wrong)
        return _page(request, import_id, actor, here, problem=_problem(len(wrong)), status_code=422)
    started = mending.start(job, found, changed, actor=actor)
    return places.to_import(started.import_id)


def _shown(form: dict[str, Any]) -> int:
    said = str(form.get("shown", ""))
    return int(said) if said.isdecimal() and 0 < len(said) < 3 and said != "0" else 1


def _problem(wrong: int) -> str:
    if not wrong:
        return "No row was changed. Correct a cell, and only its row is imported."
    what = "One row would be" if wrong == 1 else f"{wrong} rows would be"
    return f"{what} rejected again. Nothing is imported yet."


def _page(
    request: Request, import_id: uuid.UUID, actor: str, sheet: Sheet, *, problem: str = "", status_code: int = 200
) -> HTMLResponse:
    with database.reading() as session:
        shown = {**rail.context(session, "imports", actor), "snapshot": queries.snapshot(session, import_id)}
    return templating.render(request, "mend.html", status_code=status_code, sheet=sheet, problem=problem, **shown)
