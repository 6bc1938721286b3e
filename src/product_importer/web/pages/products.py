"""The plain list of products."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from product_importer.catalog import queries
from product_importer.imports import queries as imports
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer

router = APIRouter()
PER_PAGE = 20


@router.get("/admin/products", dependencies=[Depends(viewer)])
def products(
    request: Request,
    session: Reading,
    actor: Actor,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    import_id: Annotated[uuid.UUID | None, Query(alias="import")] = None,
) -> HTMLResponse:
    """List products in the order of their SKU, all of them or those of one import."""
    found = queries.page(session, page=page, per_page=PER_PAGE, import_id=import_id)
    context: dict[str, Any] = {
        "of_import": imports.job_of(session, import_id) if import_id else None,
        "items": found.items,
        "page": page,
        "pages": found.pages,
        "total": found.total,
        "per_page": PER_PAGE,
    }
    return templating.render(request, "products.html", **rail.context(session, "products", actor), **context)
