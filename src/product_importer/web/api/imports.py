"""Imports for programs: upload a file, follow it, list, cancel, retry, and fetch what was rejected."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from product_importer.imports import actions, originals, queries
from product_importer.imports import history as imports_history
from product_importer.imports.history import Wanted
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from product_importer.kit import database, storage
from product_importer.kit.errors import NotFound
from product_importer.uploads import actions as uploads
from product_importer.web import downloads, schemas
from product_importer.web.actions import intake
from product_importer.web.deps import Actor, Configured, Followed, Reading, Watching, Writing
from product_importer.web.requests import idempotent, versions
from product_importer.web.roles import editor, viewer

router = APIRouter(tags=["imports"])
RETRY = 2_000  # milliseconds a browser waits before it connects again


class NoRejects(NotFound):
    """The import rejected nothing, or is not so far."""

    code = "NO_REJECTS"
    title = "There is no file of rejected rows"
    action = "An import has one once it has been read, if any of its rows were rejected."


@router.post("/upload", status_code=202, dependencies=[Depends(editor)], openapi_extra=schemas.UPLOAD_BODY)
async def upload(request: Request, actor: Actor, settings: Configured, key: idempotent.Key = None) -> JSONResponse:
    """Take a file, as a form's field `file` or as the body itself, and import it in the background.

    The same file with the same options and Idempotency-Key is imported once, and answered with that import.
    """
    started = await intake.take_in(request, actor=actor, settings=settings, key=key)
    snapshot = await asyncio.to_thread(queries.seen, started.import_id)
    place = versions.alike(request, f"/upload/status/{started.import_id}")
    headers = {"Location": place, **(idempotent.REPLAYED if started.replayed else {})}
    return JSONResponse(schemas.as_json(snapshot), 202, headers)


@router.post("/imports", status_code=202, dependencies=[Depends(editor)], response_model=Snapshot)
def start(request: Request, said: schemas.StartImport, actor: Actor) -> JSONResponse:
    """Import a file that was uploaded in pieces; the same request again answers with the same import."""
    md5 = said.md5.lower() if said.md5 else None
    import_id = intake.start_uploaded(said.upload_id, actor=actor, options=said.options(), md5=md5)
    return JSONResponse(schemas.as_json(queries.seen(import_id)), 202, {"Location": f"{request.url.path}/{import_id}"})


@router.get("/upload/status/{task_id}", dependencies=[Depends(viewer)])
@router.get("/imports/{task_id}", dependencies=[Depends(viewer)])
def status(task_id: uuid.UUID, session: Reading) -> Snapshot:
    """Return the import as it stands."""
    return queries.snapshot(session, task_id)


@router.get("/upload/progress/{task_id}", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def progress(task_id: Followed, watch: Watching) -> AsyncIterable[ServerSentEvent]:
    """Stream a snapshot at each change, at most four a second, ending with the final state."""
    async for snapshot in watch.follow(task_id):
        yield ServerSentEvent(data=schemas.as_json(snapshot), event="progress", id=str(snapshot.version), retry=RETRY)


@router.get("/imports", dependencies=[Depends(viewer)])
def history(
    session: Reading,
    state: State | None = None,
    actor: Annotated[str, Query(max_length=200)] = "",
    file: Annotated[str, Query(max_length=200, description="A part of the file's name.")] = "",
    mends: Annotated[uuid.UUID | None, Query(description="The import whose rejected rows they hold.")] = None,
    since: Annotated[dt.date | None, Query(description="The first day, in UTC.")] = None,
    until: Annotated[dt.date | None, Query(description="The last day, in UTC.")] = None,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> imports_history.Page:
    """List imports, newest first."""
    return imports_history.page(session, Wanted(state, actor, file, mends, since, until), page=page, per_page=per_page)


@router.get("/imports/{task_id}/rejects", dependencies=[Depends(viewer)])
def rejects(task_id: uuid.UUID, session: Reading) -> schemas.RejectList:
    """List the first 1,000 rejected records, and all of them by reason."""
    total = queries.snapshot(session, task_id).counts.rejected
    groups = queries.reject_groups(session, task_id)
    return schemas.RejectList(items=queries.rejects(session, task_id), groups=groups, total=total)


@router.get("/imports/{task_id}/rejects.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def rejects_file(task_id: uuid.UUID) -> StreamingResponse:
    """Download all rejected records in their original columns, behind line, code and message."""
    with database.reading() as session:
        job = queries.job_of(session, task_id)
        key, name = job.facts.rejects_file, f"rejects-of-import-{job.number}.csv"
        if not key:
            raise NoRejects
        originals.require(session, job)
    return downloads.csv_file(storage.stream(key), name)


@router.get("/imports/{task_id}/file", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def original(task_id: uuid.UUID) -> StreamingResponse:
    """Download the file as it was uploaded, for as long as it is kept."""
    with database.reading() as session:
        job = queries.job_of(session, task_id)
        originals.require(session, job)
    return downloads.original(uploads.read(job.upload_id), job.file_name, size=job.file_bytes)


@router.post("/imports/{task_id}/cancel", status_code=202, dependencies=[Depends(editor)])
def cancel(task_id: uuid.UUID, session: Writing) -> Snapshot:
    """Ask the import to stop; what is written stays, and the answer shows how far it came."""
    actions.cancel(session, task_id)
    return queries.snapshot(session, task_id)


@router.post("/imports/{task_id}/retry", status_code=202, dependencies=[Depends(editor)])
def retry(task_id: uuid.UUID, session: Writing) -> Snapshot:
    """Retry a failed import from where it stopped."""
    actions.retry(session, task_id)
    return queries.snapshot(session, task_id)
