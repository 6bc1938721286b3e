"""One product for people: its fields to be edited, its images and its history; of a deleted one the history alone."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from product_importer.catalog import queries
from product_importer.catalog.queries import ProductNotFound
from product_importer.journal import queries as journal
from product_importer.media import queries as images
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.forms import product_form
from product_importer.web.forms.product_form import Form
from product_importer.web.pages import rail
from product_importer.web.roles import viewer
from product_importer.web.views import journal_entries

router = APIRouter(prefix="/admin/products")
GONE = 410


@router.get("/{product_id}", dependencies=[Depends(viewer)])
def show(
    request: Request,
    product_id: uuid.UUID,
    session: Reading,
    actor: Actor,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    said: Literal["saved"] | None = None,
) -> HTMLResponse:
    """Show a product as it stands and how it came to that."""
    return page(request, session, product_id, actor=actor, cursor=cursor, said=said)


def page(
    request: Request,
    session: Session,
    product_id: uuid.UUID,
    *,
    actor: str,
    form: Form | None = None,
    status: int = 200,
    cursor: str | None = None,
    said: str | None = None,
) -> HTMLResponse:
    """Show the page, its form as the product stands or as it was sent and refused; raises ProductNotFound."""
    product = queries.find(session, product_id)
    history = journal.history(session, product_id, cursor=cursor)
    if product is None and not history.items:
        raise ProductNotFound
    context: dict[str, Any] = {
        "product": product,
        "history": journal_entries.page_of(session, history),
        "cursor": cursor,
    }
    context["gallery"] = images.gallery(session, product_id)
    context |= {"form": form or (product_form.of(product) if product else None), "said": said}
    shown = rail.context(session, "products", actor) | context
    return templating.render(request, "product.html", status_code=status if product else GONE, **shown)
