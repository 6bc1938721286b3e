"""One product for people: its fields, the place of its images, and its history; of a deleted one the history alone."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from product_importer.catalog import queries
from product_importer.catalog.queries import ProductNotFound
from product_importer.journal import queries as journal
from product_importer.media import queries as images
from product_importer.web import templating, told
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer

router = APIRouter(prefix="/admin/products")
GONE = 410


@router.get("/{product_id}", dependencies=[Depends(viewer)])
def show(
    request: Request,
    product_id: uuid.UUID,
    session: Reading,
    actor: Actor,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
) -> HTMLResponse:
    """Show a product as it stands and how it came to that."""
    product = queries.find(session, product_id)
    page = journal.history(session, product_id, cursor=cursor)
    if product is None and not page.items:
        raise ProductNotFound
    context: dict[str, Any] = {"product": product, "history": told.told(session, page), "cursor": cursor}
    context["gallery"] = images.gallery(session, product_id)
    shown = rail.context(session, "products", actor) | context
    return templating.render(request, "product.html", status_code=200 if product else GONE, **shown)
