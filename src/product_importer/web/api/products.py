"""Products for programs: a paginated list; creating, changing and deleting come with the dashboard."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from product_importer.catalog import queries
from product_importer.catalog.schemas import ProductOut
from product_importer.imports import queries as imports
from product_importer.web import schemas
from product_importer.web.deps import Reading
from product_importer.web.roles import viewer

router = APIRouter(tags=["products"])


@router.get("/products", dependencies=[Depends(viewer)])
def products(
    session: Reading,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
    import_id: Annotated[uuid.UUID | None, Query(alias="import", description="The import that wrote them.")] = None,
) -> schemas.ProductPage:
    """List products in the order of their SKU."""
    if import_id is not None:
        imports.job_of(session, import_id)
    found = queries.page(session, page=page, per_page=per_page, import_id=import_id)
    items = [ProductOut.model_validate(product) for product in found.items]
    return schemas.ProductPage(
        items=items, total=found.total, total_exact=True, page=page, pages=found.pages, next_cursor=None
    )
