"""The mapping page: how the file was read, what its columns become, and the first rows as they would be stored."""

import asyncio
import uuid
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from product_importer.imports import answers, inspection, memory, queries
from product_importer.imports.memory import Remembered
from product_importer.imports.models import ImportJob
from product_importer.imports.states import Question, State
from product_importer.kit import database
from product_importer.web import templating
from product_importer.web.deps import Actor
from product_importer.web.forms import mapping_form
from product_importer.web.forms.mapping_form import Read, Said
from product_importer.web.pages import places, rail
from product_importer.web.roles import editor
from product_importer.web.views import mapping_view

router = APIRouter(prefix="/admin/imports/{import_id}/mapping")
CONTROLS = 10_000  # a file has 2,000 columns at most, each with three controls


@router.get("", dependencies=[Depends(editor)])
def ask(request: Request, import_id: uuid.UUID, actor: Actor) -> Response:
    """Show the columns with what they seem to be, or what was chosen for such a file before."""
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    if not _asks(job):
        return places.to_import(import_id)
    said, seen, known = _first_seen(job)
    with database.reading() as session:
        form = mapping_view.context(session, seen, said, memory=known, problems={})
        return _page(request, session, job, actor, form)


@router.post("", dependencies=[Depends(editor)])
async def answer(request: Request, import_id: uuid.UUID, actor: Actor) -> Response:
    """Let the import go on as the form says, or show what is wrong with it; "Read again" only shows."""
    form = await request.form(max_fields=CONTROLS)
    return await asyncio.to_thread(_answer, request, import_id, dict(form), actor)


@router.post("/preview", dependencies=[Depends(editor)])
async def preview(request: Request, import_id: uuid.UUID) -> HTMLResponse:
    """Return the inside of the form as it looks under what it says; nothing changes."""
    form = await request.form(max_fields=CONTROLS)
    return await asyncio.to_thread(_preview, import_id, dict(form))


def _preview(import_id: uuid.UUID, form: dict[str, Any]) -> HTMLResponse:
    said, seen = _heard(_asking(import_id), form)
    with database.reading() as session:
        context = _context(session, said, seen)
        body = templating.fragment("_mapping_form.html", snapshot=queries.snapshot(session, import_id), **context)
        return HTMLResponse(body.encode("utf-8", "replace"))


def _answer(request: Request, import_id: uuid.UUID, form: dict[str, Any], actor: str) -> Response:
    job = _asking(import_id)
    said, seen = _heard(job, form)
    problems = mapping_form.problems_of(said, seen)
    if "again" in form or said.made_for != seen.made_for or problems:
        shown = seen.problems if "again" in form else problems
        refused = 422 if shown else 200
        with database.reading() as session:
            return _page(request, session, job, actor, _context(session, said, seen, shown), status_code=refused)
    options = mapping_form.answered(said, seen)
    if "review" in form:
        options = options.model_copy(update={"review": True})
    found = inspection.inspect(job.upload_id, options.settled())
    with database.transaction() as session:
        answers.set_mapping(session, import_id, options=options, found=found)
        memory.remember(session, found, options=options, actor=actor, file_name=job.file_name)
    return places.to_import(import_id)


def _first_seen(job: ImportJob) -> tuple[Said, Read, Remembered | None]:
    """Read the file with what was chosen for its header before, if anything, or as it seems to be.

    No transaction is open meanwhile, here and wherever the form is heard: a workbook may take minutes.
    """
    seen = mapping_form.read(job.upload_id, job.options, Said())
    with database.reading() as session:
        known = memory.recall(session, seen.found.header) if "mapping" not in job.options else None
    if known is None:
        return mapping_form.proposed(seen), seen, None
    said = mapping_form.remembered(known, job.options)
    return said, mapping_form.read(job.upload_id, job.options, said), known


def _heard(job: ImportJob, form: dict[str, Any]) -> tuple[Said, Read]:
    """Understand the form; columns that were chosen for another header or preset are proposed anew."""
    said = mapping_form.parse(form)
    seen = mapping_form.read(job.upload_id, job.options, said)
    if said.made_for == seen.made_for:
        return said.within(len(seen.found.header)), seen
    fresh = mapping_form.proposed(seen)
    return Said(said.reading, fresh.fields, fresh.blanks, said.made_for), seen


def _context(session: Session, said: Said, seen: Read, problems: Any = None) -> dict[str, Any]:
    known = memory.recall(session, seen.found.header)
    return mapping_view.context(
        session, seen, said, memory=known, problems=seen.problems if problems is None else problems
    )


def _asking(import_id: uuid.UUID) -> ImportJob:
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    if not _asks(job):
        raise answers.NothingAsked
    return job


def _asks(job: ImportJob) -> bool:
    return job.state is State.WAITING and job.question is Question.MAPPING


def _page(
    request: Request, session: Session, job: ImportJob, actor: str, form: dict[str, Any], *, status_code: int = 200
) -> HTMLResponse:
    shown = {**rail.context(session, "imports", actor), "snapshot": queries.snapshot(session, job.id), **form}
    return templating.render(request, "mapping.html", status_code=status_code, **shown)
