"""The list of products, and forms that act on a selection of them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from product_importer.catalog import bulk_queries, queries, selection
from product_importer.imports import queries as imports
from product_importer.kit import database
from product_importer.media import queries as images
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.requests.product_filters import PageQuery
from product_importer.web.roles import editor, viewer
from product_importer.web.views import product_view

router = APIRouter(prefix="/admin/products")
DONE = {"activate": "activated", "deactivate": "deactivated", "delete": "deleted"}
FIELDS = 2 * selection.MOST  # of a form: the ids, and some more


@router.get("", dependencies=[Depends(viewer)])
def products(request: Request, session: Reading, actor: Actor, asked: Annotated[PageQuery, Query()]) -> HTMLResponse:
    """List the products asked for."""
    of_import = imports.job_of(session, asked.import_id) if asked.import_id else None
    filters, order = asked.filters(), asked.order()
    found = queries.page(session, filters, order, page=asked.page, per_page=asked.per_page, cursor=asked.cursor)
    context: dict[str, Any] = {"of_import": of_import, "found": found, "asked": asked, "narrow": not filters.is_empty}
    context["thumbnails"] = images.thumbnails(session, [product.id for product in found.items])
    context["jobs"] = bulk_queries.running(session)
    return templating.render(request, "products.html", **rail.context(session, "products", actor), **context)


@router.post("/selection", dependencies=[Depends(editor)])
async def act(request: Request, actor: Actor) -> Response:
    """Set the chosen products active or inactive, or delete them; of all that match, the bulk job does it."""
    form = await request.form(max_fields=FIELDS)
    back, do = str(form.get("back", "")), str(form.get("do", ""))
    if "all" in form:
        return RedirectResponse(product_view.all_of(back), 307)
    ids = [str(one) for one in form.getlist("id")]
    if do not in DONE:
        raise selection.SelectionInvalid(f"“{do[:40]}” is not an available action.")
    if do == "delete" and ids and "sure" not in form:
        return await asyncio.to_thread(_ask, request, ids, back, actor)
    return await asyncio.to_thread(_act, ids, do, back, actor)


def _ask(request: Request, ids: list[str], back: str, actor: str) -> HTMLResponse:
    """Ask once more where no script holds the deletion back for ten seconds."""
    with database.reading() as session:
        context: dict[str, Any] = {"ids": ids, "back": back, "leave": product_view.back_to(back)}
        return templating.render(request, "products_delete.html", **rail.context(session, "products", actor), **context)


def _act(ids: list[str], do: str, back: str, actor: str) -> RedirectResponse:
    chosen = selection.read(ids)
    with database.transaction() as session:
        if do == "delete":
            count = selection.delete(session, chosen, actor=actor)
        else:
            count = selection.set_active(session, chosen, active=do == "activate", actor=actor)
    return RedirectResponse(product_view.back_to(back, said=DONE[do], count=count), 303)
