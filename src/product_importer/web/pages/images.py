"""Images for people: a product's gallery live and by forms, and many files that find their products by name."""

import asyncio
import uuid
from collections.abc import AsyncIterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session

from product_importer.catalog import queries as products
from product_importer.catalog.schemas import sku_key
from product_importer.media import images, queries
from product_importer.media.queries import Gallery
from product_importer.web import panels, templating
from product_importer.web.actions import attaching, receive
from product_importer.web.deps import (
    Actor,
    Configured,
    FollowedProduct,
    Reading,
    WatchingGallery,
    Writing,
)
from product_importer.web.pages import rail
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/admin")
Back = Annotated[Literal["", "dashboard"], Form()]


@router.get("/products/{product_id}/images", dependencies=[Depends(viewer)])
def gallery(product_id: FollowedProduct, session: Reading) -> HTMLResponse:
    """Return the gallery alone, for a browser that asks instead of listening."""
    return HTMLResponse(_panel(queries.gallery(session, product_id)), headers={"Cache-Control": "no-store"})


@router.get("/products/{product_id}/images/stream", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def stream(product_id: FollowedProduct, watch: WatchingGallery) -> AsyncIterable[ServerSentEvent]:
    """Stream the gallery at each change for as long as sizes are made, then say that it has ended."""
    async for event in panels.changes(watch, product_id, _panel):
        yield event


@router.post("/products/{product_id}/images", dependencies=[Depends(editor)])
async def upload(request: Request, product_id: FollowedProduct, actor: Actor, settings: Configured) -> RedirectResponse:
    """Take one picture from a form, where no script sends it in pieces."""
    arrived = await receive.receive_file(request, actor=actor, settings=settings, name="picture")
    await asyncio.to_thread(attaching.attach_received, product_id, arrived.upload_id, actor=actor, name=arrived.name)
    return _back(product_id, "dashboard" if arrived.fields.get("back") == "dashboard" else "")


@router.post("/products/{product_id}/images/{image_id}", dependencies=[Depends(editor)])
def change(
    product_id: uuid.UUID,
    image_id: uuid.UUID,
    session: Writing,
    actor: Actor,
    do: Annotated[Literal["primary", "remove", "retry", "place", "describe"], Form()],
    position: Annotated[int | None, Form(ge=0)] = None,
    alt: Annotated[str | None, Form(max_length=images.ALT_MAX)] = None,
    back: Back = "",
) -> RedirectResponse:
    """Make an image primary, describe it, move it, try it again or take it off."""
    if do == "remove":
        images.remove(session, product_id, image_id, actor=actor)
    elif do == "retry":
        images.retry(session, product_id, image_id)
    else:
        wishes = {
            "primary": images.Wishes(primary=True),
            "place": images.Wishes(position=position),
            "describe": images.Wishes(alt=alt),
        }
        images.change(session, product_id, image_id, wishes[do], actor=actor)
    return _back(product_id, back)


@router.get("/images", dependencies=[Depends(editor)])
def many(request: Request, session: Reading, actor: Actor) -> HTMLResponse:
    """Offer to drop many files or a folder, each of which finds its product by its name."""
    return templating.render(request, "images.html", **rail.context(session, "products", actor))


def _panel(seen: Gallery) -> str:
    return templating.fragment("_gallery.html", gallery=seen)


def _back(product_id: uuid.UUID, back: str) -> RedirectResponse:
    place = f"/admin/dashboard?product={product_id}#images" if back else f"/admin/products/{product_id}#images"
    return RedirectResponse(place, 303)


def section(session: Session, sku: str, product_id: uuid.UUID | None) -> dict[str, Any]:
    """Return what the dashboard's section on images shows: the product that is asked for, and its gallery."""
    key = sku_key(sku)
    product = products.find(session, product_id) if product_id else products.by_keys(session, [key]).get(key)
    return {
        "image_sku": product.sku if product else sku,
        "image_product": product,
        "gallery": queries.gallery(session, product.id) if product else None,
    }
