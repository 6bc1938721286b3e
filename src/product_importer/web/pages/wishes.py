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
from product_importer.web.deps import FollowedImport, Reading, WatchingFetching, Writing
from product_importer.web.pages import places
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin/imports/{import_id}/images")


@router.get("", dependencies=[Depends(viewer)])
def fetching(import_id: FollowedImport, session: Reading) -> HTMLResponse:
    """Return the panel's body, for a browser that asks instead of listening."""
    return HTMLResponse(_panel(wishes.fetching(session, import_id)), headers={"Cache-Control": "no-store"})


@router.get("/stream", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def stream(import_id: FollowedImport, watch: WatchingFetching) -> AsyncIterable[ServerSentEvent]:
    """Stream the panel's body as long as pictures are fetched, then say that it has ended."""
    async for event in panels.changes(watch, import_id, _panel):
        yield event


@router.post("/retry", dependencies=[Depends(editor)])
def retry(import_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Fetch once more what failed."""
    actions.retry_pictures(session, import_id)
    return places.to_import(import_id)


def _panel(seen: Fetching) -> str:
    return templating.fragment("_live_images.html", fetching=seen)
