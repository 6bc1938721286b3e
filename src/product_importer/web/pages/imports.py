"""Imports for people: start one, follow it live, read its account."""

import datetime as dt
import io
import uuid
from collections.abc import AsyncIterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session

from product_importer.catalog import wishes
from product_importer.imports import actions, asides, changes, history, mock_file, originals, queries
from product_importer.imports.mending import lineage
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from product_importer.kit import database
from product_importer.uploads import actions as uploads
from product_importer.web import panels, templating
from product_importer.web.actions import intake
from product_importer.web.deps import Actor, Configured, FollowedImport, Reading, Watching, Writing
from product_importer.web.pages import places, rail
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin/imports")
PER_PAGE = 20
MOCK_ROWS = 10_000
Tab = Literal["account", "rejects", "changes", "file"]
PER_LIST = 50  # changes


@router.get("", dependencies=[Depends(viewer)])
def all_imports(
    request: Request,
    session: Reading,
    actor: Actor,
    state: State | Literal[""] = "",
    who: Annotated[str, Query(max_length=200)] = "",
    file: Annotated[str, Query(max_length=200)] = "",
    since: dt.date | Literal[""] = "",
    until: dt.date | Literal[""] = "",
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
) -> HTMLResponse:
    """List the imports looked for, newest first."""
    wanted = history.Wanted(state or None, who, file, since=since or None, until=until or None)
    found = history.page(session, wanted, page=page, per_page=PER_PAGE)
    context: dict[str, Any] = {"found": found, "wanted": wanted, "actors": history.actors(session)}
    return templating.render(request, "imports.html", **rail.context(session, "imports", actor), **context)


@router.post("", dependencies=[Depends(editor)])
async def start(request: Request, actor: Actor, settings: Configured) -> RedirectResponse:
    """Take a file from the dashboard's form when there is no JavaScript."""
    started = await intake.take_in(request, actor=actor, settings=settings, interactive=True)
    return places.to_import(started.import_id)


@router.post("/mock", dependencies=[Depends(editor)])
def start_mock(actor: Actor) -> RedirectResponse:
    """Import the generated file of 10,000 rows, as the demonstration asks."""
    upload_id = uploads.open_upload(name=f"mock-{MOCK_ROWS}.csv", actor=actor)
    made = io.StringIO()
    mock_file.generate(made, rows=MOCK_ROWS)
    uploads.append(upload_id, start=0, data=made.getvalue().encode())
    return places.to_import(intake.start(upload_id, actor=actor, options=Options()).import_id)


@router.get("/{import_id}", dependencies=[Depends(viewer)])
def show(
    request: Request,
    import_id: uuid.UUID,
    actor: Actor,
    tab: Tab = "account",
    kind: changes.Kind | None = None,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show one import: live while it works, its account when it is over."""
    with database.reading() as session:
        snapshot = queries.snapshot(session, import_id)
        if snapshot.question == "mapping":
            return RedirectResponse(f"/admin/imports/{import_id}/mapping", 303)
        job = queries.job_of(session, import_id)
        context = {**rail.context(session, "imports", actor), **_account(session, job, snapshot, tab)}
    if tab == "changes":
        gone = context["files"].forgotten_at is not None
        context |= _changes(job, snapshot, kind, cursor, search, forgotten=gone)
    return templating.render(request, "import.html", snapshot=snapshot, tab=tab, **context)


@router.get("/{import_id}/live", dependencies=[Depends(viewer)])
def live(import_id: uuid.UUID, session: Reading) -> HTMLResponse:
    """Return the live panel's body, for a browser that asks instead of listening."""
    snapshot = queries.snapshot(session, import_id)
    headers = {"X-Version": str(snapshot.version), "X-State": snapshot.state.value, "Cache-Control": "no-store"}
    return HTMLResponse(_panel(snapshot), headers=headers)


@router.get("/{import_id}/live/stream", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def stream(import_id: FollowedImport, watch: Watching, *, waits: bool = False) -> AsyncIterable[ServerSentEvent]:
    """Stream the live panel's body at each change, with `waits` of one that waits too, then say that it has ended."""
    async for event in panels.changes(watch, import_id, _panel, waits=waits):
        yield event


@router.post("/{import_id}/cancel", dependencies=[Depends(editor)])
def cancel(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Ask the import to stop."""
    actions.cancel(session, import_id)
    return places.to_import(import_id)


@router.post("/{import_id}/retry", dependencies=[Depends(editor)])
def retry(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Let a failed import go on."""
    actions.retry(session, import_id)
    return places.to_import(import_id)


def _account(session: Session, job: ImportJob, snapshot: Snapshot, tab: Tab) -> dict[str, Any]:
    """Return what stands around every tab, and what the account and the rejects show."""
    return {
        "rejects_total": snapshot.counts.rejected,
        "files": originals.keeping(session, job),
        "mends": lineage.mended_by(session, job),
        "menders": lineage.menders(session, job.id),
        "groups": queries.reject_groups(session, job.id),
        "rejects": queries.rejects(session, job.id) if tab == "rejects" else [],
        **({"fetching": wishes.fetching(session, job.id)} if tab == "account" and snapshot.images else {}),
    }


def _changes(
    job: ImportJob, snapshot: Snapshot, kind: changes.Kind | None, cursor: str | None, search: str, *, forgotten: bool
) -> dict[str, Any]:
    """Return one page of one kind of changes, outside any transaction; what was updated comes first, if anything."""
    counts = queries.account_shown(snapshot)
    there = [one for one in changes.KINDS_LISTED if getattr(counts, one)]
    shown = kind or (there or changes.KINDS_LISTED)[0]
    gone = forgotten and shown in asides.OUTCOMES
    page = changes.Page([], None) if gone else changes.page(job, shown, cursor=cursor, limit=PER_LIST, search=search)
    listed = {"kinds": changes.KINDS_LISTED, "kind": shown, "changes": page, "cursor": cursor}
    return {**listed, "search": search.strip(), "gone": gone}


def _panel(snapshot: Snapshot) -> str:
    return templating.fragment("_live_undo.html" if snapshot.undo else "_live.html", snapshot=snapshot)
