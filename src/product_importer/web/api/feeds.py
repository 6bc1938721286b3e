"""Feeds for programs: files that are fetched on a schedule, or pushed, and imported the same way each time."""

import asyncio
import uuid
from functools import partial

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from product_importer.feeds import actions
from product_importer.feeds.schemas import FeedIn, FeedSeen
from product_importer.imports import queries
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Snapshot
from product_importer.kit import database
from product_importer.web.actions import intake, receive
from product_importer.web.deps import Actor, Configured, Reading, Writing
from product_importer.web.requests import idempotent
from product_importer.web.requests.idempotent import Keyed, Made
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/feeds", tags=["feeds"])


class FeedList(BaseModel):
    """All feeds."""

    items: list[FeedSeen]


@router.get("", dependencies=[Depends(viewer)])
def feeds(session: Reading) -> FeedList:
    """List all feeds by name, each with the result of its last check."""
    return FeedList(items=[FeedSeen.model_validate(feed) for feed in actions.feeds(session)])


@router.post("", status_code=201, response_model=FeedSeen, dependencies=[Depends(editor)])
def create(request: Request, wanted: FeedIn, session: Writing, actor: Actor, key: idempotent.Key = None) -> Response:
    """Create a feed; one with an address is checked at once."""

    def make() -> Made:
        made = FeedSeen.model_validate(actions.create(session, wanted, actor=actor))
        return Made(201, {"Location": f"{request.url.path}/{made.id}"}, made.model_dump_json())

    return idempotent.once(session, request, key, actor=actor, said=wanted.model_dump_json(), make=make)


@router.get("/{feed_id}", dependencies=[Depends(viewer)])
def feed(feed_id: uuid.UUID, session: Reading) -> FeedSeen:
    """Return a feed as it stands."""
    return FeedSeen.model_validate(actions.feed_of(session, feed_id))


@router.put("/{feed_id}", dependencies=[Depends(editor)])
def change(feed_id: uuid.UUID, wanted: FeedIn, session: Writing, actor: Actor) -> FeedSeen:
    """Change a feed; a new address or new options make it check again."""
    return FeedSeen.model_validate(actions.change(session, feed_id, wanted, actor=actor))


@router.delete("/{feed_id}", status_code=204, dependencies=[Depends(editor)])
def delete(feed_id: uuid.UUID, session: Writing, actor: Actor) -> None:
    """Remove a feed; what it imported stays."""
    actions.delete(session, feed_id, actor=actor)


@router.post("/{feed_id}/run", status_code=202, dependencies=[Depends(editor)])
def run(feed_id: uuid.UUID, session: Writing) -> FeedSeen:
    """Check the address as soon as a worker is free."""
    return FeedSeen.model_validate(actions.look_now(session, feed_id))


@router.post("/{feed_id}/push", status_code=202, dependencies=[Depends(editor)])
async def push(
    feed_id: uuid.UUID,
    request: Request,
    response: Response,
    actor: Actor,
    settings: Configured,
    key: idempotent.Key = None,
) -> Snapshot:
    """Import the file of the request, a form or the bytes themselves, as this feed does; the answer is the import."""
    options = await asyncio.to_thread(_options, feed_id)
    arrived = await receive.receive_alone(request, actor=actor, settings=settings)
    keyed = Keyed.of(request, key, actor=actor, said=f"{options.model_dump_json()} {arrived.sha256}")
    note = partial(_note, feed_id)
    started = await asyncio.to_thread(
        intake.start, arrived.upload_id, actor=actor, options=options, keyed=keyed, note=note
    )
    if started.replayed:
        response.headers.update(idempotent.REPLAYED)
    return await asyncio.to_thread(queries.seen, started.import_id)


def _options(feed_id: uuid.UUID) -> Options:
    with database.reading() as session:
        return Options.model_validate(actions.feed_of(session, feed_id).options)


def _note(feed_id: uuid.UUID, session: Session, import_id: uuid.UUID) -> None:
    actions.note_push(session, feed_id, import_id)
