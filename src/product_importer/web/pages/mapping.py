"""The mapping form: which column feeds which field, when the header alone does not settle it."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from product_importer.imports import mapping, queries
from product_importer.imports.mapping import FIELDS, ColumnAmbiguous, ColumnMissing
from product_importer.imports.models import ImportJob
from product_importer.imports.states import Mode, Question
from product_importer.kit import database
from product_importer.kit.errors import AppError
from product_importer.web import answering, templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import editor, viewer
from product_importer.web.views import Column, Field

router = APIRouter(prefix="/admin/imports/{import_id}/mapping")
LABELS = {"sku": "SKU", "name": "Name", "description": "Description", "price": "Price", "active": "Active"}


@router.get("", dependencies=[Depends(viewer)])
def ask(request: Request, import_id: uuid.UUID, session: Reading, actor: Actor) -> Response:
    """Show the columns with what they seem to be."""
    job = queries.job_of(session, import_id)
    if job.question is not Question.MAPPING:
        return RedirectResponse(f"/admin/imports/{import_id}", 303)
    header = job.facts["header"]
    certain = {field: one.index for field, one in mapping.suggest(header).items() if field != "active"}
    return _form(request, session, job, actor, chosen=certain, refusal=None)


@router.post("", dependencies=[Depends(editor)])
async def answer(request: Request, import_id: uuid.UUID, actor: Actor) -> Response:
    """Take the choice and let the import go on, or show what is wrong with it."""
    form = await request.form()
    said = {field: str(form[field]) for field in FIELDS if form.get(field)}
    review = form.get("review") == "true"
    return await asyncio.to_thread(_answer, request, import_id, said, actor, review=review)


def _answer(request: Request, import_id: uuid.UUID, said: Mapping[str, str], actor: str, *, review: bool) -> Response:
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    header = job.facts["header"]
    places = {str(place): place for place in range(len(header))}
    chosen = {field: places[index] for field, index in said.items() if index in places}
    try:
        _refuse_twice(header, chosen)
        columns = {field: header[at] for field, at in chosen.items()}
        answering.settle_mapping(import_id, columns, review=review)
    except (ColumnMissing, ColumnAmbiguous) as refusal:
        with database.reading() as session:
            return _form(request, session, job, actor, chosen=chosen, refusal=refusal)
    return RedirectResponse(f"/admin/imports/{import_id}", 303)


def _refuse_twice(header: list[str], chosen: Mapping[str, int]) -> None:
    """Refuse one column for two fields: it is nearly always a slip."""
    for field, index in chosen.items():
        if list(chosen.values()).index(index) != list(chosen).index(field):
            raise ColumnAmbiguous(f"The column “{header[index]}” is chosen for two fields.", field=field)


def _form(
    request: Request,
    session: Session,
    job: ImportJob,
    actor: str,
    *,
    chosen: Mapping[str, int],
    refusal: AppError | None,
) -> HTMLResponse:
    header, samples = job.facts["header"], job.facts["samples"]
    suggested = {one.index: field for field, one in mapping.suggest(header).items()}
    columns = [Column(at, name, samples[at], suggested.get(at)) for at, name in enumerate(header)]
    wrong = cast("dict[str, Any]", refusal.facts if refusal else {}).get("field")
    needed = ("sku",) if job.mode is Mode.UPDATE_ONLY else ("sku", "name")
    fields = [
        Field(f, LABELS[f], f in needed, chosen.get(f), _words(refusal, f) if refusal and f == wrong else None)
        for f in FIELDS
    ]
    context = {"snapshot": queries.snapshot(session, job.id), "columns": columns, "fields": fields}
    error = refusal.detail if refusal and wrong is None else None
    status_code = 422 if refusal else 200
    shown = {**rail.context(session, "imports", actor), **context, "error": error}
    return templating.render(request, "mapping.html", status_code=status_code, **shown)


def _words(refusal: AppError, field: str) -> str:
    """Say what is wrong to somebody who sees the columns."""
    missing = isinstance(refusal, ColumnMissing)
    return f"Choose the column that holds the {LABELS[field]}." if missing else refusal.detail
