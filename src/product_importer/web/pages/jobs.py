"""Bulk jobs for people: deleting whatever matches, confirmed twice, switching it on or off, and following either."""

import uuid
from collections.abc import AsyncIterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from product_importer.catalog import bulk, bulk_queries
from product_importer.catalog.bulk_models import BulkKind
from product_importer.catalog.bulk_queries import BulkSeen
from product_importer.kit import database
from product_importer.web import panels, templating
from product_importer.web.deps import Actor, FollowedJob, Reading, WatchingBulk, Writing
from product_importer.web.pages import rail
from product_importer.web.requests.product_filters import PageQuery, ProductQuery
from product_importer.web.roles import admin, editor, viewer
from product_importer.web.views import bulk_view

router = APIRouter(prefix="/admin")
Asked = Annotated[ProductQuery, Query()]


class Confirming(ProductQuery):
    """What is to be deleted, and how far it is confirmed."""

    step: int = Field(default=1, ge=1, le=2)


@router.get("/products/delete", dependencies=[Depends(admin)])
def confirm(request: Request, asked: Annotated[Confirming, Query()], session: Reading, actor: Actor) -> HTMLResponse:
    """Ask whether all that matches shall be deleted, and once more for its number."""
    return _confirm(request, asked, session, actor, step=asked.step)


@router.post("/products/delete", dependencies=[Depends(admin)])
def delete(request: Request, asked: Asked, actor: Actor, typed: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Begin to delete, if the number typed is the number of products that match now."""
    filters = asked.filters()
    with database.reading() as session:  # to count half a million texts must keep no writer waiting
        if not bulk_view.agrees(typed, bulk.count(session, filters)):
            return _confirm(request, asked, session, actor, step=2, typed=typed, status_code=422)
    with database.transaction() as session:
        return _to(bulk.start(session, BulkKind.DELETE, filters, actor=actor).id)


@router.post("/products/bulk", dependencies=[Depends(editor)])
def act_on_all(
    asked: Annotated[PageQuery, Query()],
    session: Writing,
    actor: Actor,
    do: Annotated[Literal["activate", "deactivate", "delete"], Form()],
) -> RedirectResponse:
    """Switch all that matches on or off in the background; a deletion is confirmed first."""
    if do == "delete":
        return RedirectResponse(f"/admin/products/delete{bulk_view.query(asked)}", 303)
    return _to(bulk.start(session, BulkKind(do), asked.filters(), actor=actor).id)


@router.get("/jobs/{job_id}", dependencies=[Depends(viewer)])
def show(request: Request, job_id: uuid.UUID, session: Reading, actor: Actor) -> HTMLResponse:
    """Show a bulk job: live while it works, what came of it when it is over."""
    context: dict[str, Any] = {"job": bulk_queries.seen(session, job_id)}
    return templating.render(request, "job.html", **rail.context(session, "products", actor), **context)


@router.get("/jobs/{job_id}/live", dependencies=[Depends(viewer)])
def live(job_id: uuid.UUID, session: Reading) -> HTMLResponse:
    """Return the live panel's body, for a browser that asks instead of listening."""
    return HTMLResponse(_panel(bulk_queries.seen(session, job_id)), headers={"Cache-Control": "no-store"})


@router.get("/jobs/{job_id}/live/stream", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def stream(job_id: FollowedJob, watch: WatchingBulk) -> AsyncIterable[ServerSentEvent]:
    """Stream the live panel's body at each change, then say that it has ended."""
    async for event in panels.changes(watch, job_id, _panel):
        yield event


@router.post("/jobs/{job_id}/cancel", dependencies=[Depends(editor)])
def cancel(job_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Ask the job to stop."""
    bulk.cancel(session, job_id)
    return _to(job_id)


def _confirm(
    request: Request,
    asked: ProductQuery,
    session: Any,
    actor: str,
    *,
    step: int,
    typed: str | None = None,
    status_code: int = 200,
) -> HTMLResponse:
    context: dict[str, Any] = {
        "found": bulk.matching(session, asked.filters()),
        "asked": asked,
        "narrowed": bulk_view.narrowed(bulk.stored(asked.filters())),
        "step": step,
        "typed": typed,
    }
    shown = rail.context(session, "products", actor) | context
    return templating.render(request, "delete_all.html", status_code=status_code, **shown)


def _to(job_id: uuid.UUID) -> RedirectResponse:
    return RedirectResponse(f"/admin/jobs/{job_id}", 303)


def _panel(seen: BulkSeen) -> str:
    return templating.fragment("_live_job.html", job=seen)
