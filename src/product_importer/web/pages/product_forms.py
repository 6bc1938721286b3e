"""One product's forms: create, edit, switch, delete; as pages, and as parts of the list for its script."""

import uuid
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session

from product_importer.catalog import actions, queries
from product_importer.catalog.actions import SkuTaken, Stale
from product_importer.catalog.models import Product
from product_importer.journal import actors
from product_importer.kit import database
from product_importer.media import queries as images
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading, Sent
from product_importer.web.forms import product_form
from product_importer.web.forms.product_form import Form
from product_importer.web.pages import product as product_page
from product_importer.web.pages import rail
from product_importer.web.roles import editor, viewer
from product_importer.web.views import product_view

router = APIRouter(prefix="/admin/products")
Part = Literal["page", "row", "form", "product"]  # the answer: a page, a row of the list, the form alone, its product
Back = Annotated[str, Query(max_length=2_000)]


@router.get("/new", dependencies=[Depends(editor)])
def new(request: Request, session: Reading, actor: Actor, part: Part = "page", back: Back = "") -> HTMLResponse:
    """Show an empty form."""
    return _form(request, session, Form(product_form.BLANK), None, actor=actor, part=part, back=back)


@router.post("", dependencies=[Depends(editor)])
def create(request: Request, sent: Sent, actor: Actor, part: Part = "page") -> Response:
    """Create a product and go back to the list, or show beside the fields what is wrong."""
    values, back = product_form.with_lines_of(None, product_form.said(sent)), sent.get("back", "")
    try:
        with database.transaction() as session:
            actions.create(session, product_form.creation(values), actor=actor)
    except (ValidationError, SkuTaken) as error:
        form = product_form.refused(Form(product_form.BLANK), values, error)
        return _refused(request, form, None, actor=actor, part=part, back=back, status=_status(error))
    return RedirectResponse(product_view.back_to(back, said="created"), 303)


@router.get("/{product_id}/edit", dependencies=[Depends(editor)])
def edit(
    request: Request, product_id: uuid.UUID, session: Reading, actor: Actor, part: Part = "page", back: Back = ""
) -> HTMLResponse:
    """Show the form filled with a product, whole or as a row of the list."""
    product = queries.product_of(session, product_id)
    return _form(request, session, product_form.of(product), product, actor=actor, part=part, back=back)


@router.get("/{product_id}/row", dependencies=[Depends(viewer)])
def row(product_id: uuid.UUID, session: Reading, back: Back = "") -> HTMLResponse:
    """Return a product's row of the list."""
    return _row(session, queries.product_of(session, product_id), back)


@router.post("/{product_id}", dependencies=[Depends(editor)])
def save(request: Request, product_id: uuid.UUID, sent: Sent, actor: Actor, part: Part = "page") -> Response:
    """Change the fields that the form has; when somebody was faster, show both values and let the person choose."""
    values, back = product_form.said(sent), sent.get("back", "")
    seen = product_form.version(sent)
    try:
        with database.transaction() as session:
            values = product_form.with_lines_of(queries.product_of(session, product_id).description, values)
            wanted, versions = product_form.patch(values), None if seen is None else {seen}
            product = actions.change(session, product_id, wanted, actor=actor, versions=versions)
    except (ValidationError, SkuTaken, Stale) as error:
        return _unsaved(request, product_id, values, seen, error, actor=actor, part=part, back=back)
    if part == "product":
        return RedirectResponse(f"/admin/products/{product_id}?said=saved", 303)
    if part != "page":
        with database.reading() as session:
            return _row(session, product, back)
    return RedirectResponse(product_view.back_to(back, said="saved"), 303)


@router.post("/{product_id}/delete", dependencies=[Depends(editor)])
def delete(request: Request, product_id: uuid.UUID, sent: Sent, actor: Actor) -> Response:
    """Delete a product; without the word `sure` ask first, for no script holds it back."""
    back = sent.get("back", "")
    with database.transaction() as session:
        if "sure" not in sent:
            product = queries.product_of(session, product_id)
            context: dict[str, Any] = {"product": product, "back": back, "leave": product_view.back_to(back)}
            shown = rail.context(session, "products", actor) | context
            return templating.render(request, "products_delete.html", **shown)
        actions.delete(session, product_id, actor=actor)
    return RedirectResponse(product_view.back_to(back, said="deleted"), 303)


def _unsaved(
    request: Request,
    product_id: uuid.UUID,
    values: dict[str, str],
    seen: int | None,
    error: ValidationError | SkuTaken | Stale,
    **shown: Any,
) -> HTMLResponse:
    with database.reading() as session:
        product = queries.product_of(session, product_id)
        form = product_form.of(product)
        if isinstance(error, Stale):
            form = product_form.conflict(form, values, error, actors.last_of(session, product_id))
            shown["part"] = "form" if shown["part"] == "row" else shown["part"]
        else:
            form = product_form.refused(replace(form, version=seen), values, error)
        return _form(request, session, form, product, status=_status(error), **shown)


def _refused(request: Request, form: Form, product: Product | None, **shown: Any) -> HTMLResponse:
    with database.reading() as session:
        return _form(request, session, form, product, **shown)


def _form(
    request: Request,
    session: Session,
    form: Form,
    product: Product | None,
    *,
    actor: str,
    part: Part,
    back: str,
    status: int = 200,
) -> HTMLResponse:
    if part == "product" and product is not None:
        return product_page.page(request, session, product.id, actor=actor, form=form, status=status)
    context: dict[str, Any] = {"form": form, "product": product, "back": back, "leave": product_view.back_to(back)}
    if part in ("page", "product"):
        shown = rail.context(session, "products", actor) | context
        return templating.render(request, "product_form.html", status_code=status, **shown)
    name = "_product_row_edit.html" if part == "row" else "_product_form.html"
    return HTMLResponse(templating.fragment(name, **context), status)


def _row(session: Session, product: Product, back: str) -> HTMLResponse:
    shown = {"product": product, "back": back, "thumbnails": images.thumbnails(session, [product.id])}
    return HTMLResponse(templating.fragment("_product_row.html", **shown))


def _status(error: Exception) -> int:
    return getattr(error, "status", 422)
