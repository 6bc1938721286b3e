"""Pictures that an import's file names by address, for people: live while they are fetched, and fetched once more."""

import uuid
from collections.abc import AsyncIterable

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from product_importer.catalog import wishes
from product_importer.catalog.wishes import Fetching
from product_importer.imports import actions
from product_importer.web import panels, templating
from product_importer.web.deps import Followed, Reading, WatchingFetching, Writing
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin/imports/{task_id}/images")


@router.get("", dependencies=[Depends(viewer)])
def fetching(task_id: Followed, session: Reading) -> HTMLResponse:
    """Return the panel's body, for a browser that asks instead of listening."""
    return HTMLResponse(_panel(wishes.fetching(session, task_id)), headers={"Cache-Control": "no-store"})


@router.get("/stream", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def stream(task_id: Followed, watch: WatchingFetching) -> AsyncIterable[ServerSentEvent]:
    """Stream the panel's body as long as pictures are fetched, then say that it has ended."""
    async for event in panels.changes(watch, task_id, _panel):
        yield event


@router.post("/retry", dependencies=[Depends(editor)])
def retry(task_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Fetch once more what failed."""
    actions.retry_pictures(session, task_id)
    return RedirectResponse(f"/admin/imports/{task_id}", 303)


def _panel(seen: Fetching) -> str:
    return templating.fragment("_live_images.html", fetching=seen)
