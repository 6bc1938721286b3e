"""The plain list of products."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from product_importer.catalog import queries
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer

router = APIRouter()
PER_PAGE = 20


@router.get("/admin/products", dependencies=[Depends(viewer)])
def products(
    request: Request, session: Reading, actor: Actor, page: Annotated[int, Query(ge=1, le=10**6)] = 1
) -> HTMLResponse:
    """List products in the order of their SKU."""
    found = queries.page(session, page=page, per_page=PER_PAGE)
    context: dict[str, Any] = {
        "items": found.items,
        "page": page,
        "pages": found.pages,
        "total": found.total,
        "per_page": PER_PAGE,
    }
    return templating.render(request, "products.html", **rail.context(session, "products", actor), **context)
