"""Products for programs: listed and filtered, created, changed and deleted one by one."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from product_importer.catalog import actions, queries
from product_importer.catalog.models import Product
from product_importer.catalog.schemas import ProductIn, ProductOut, ProductPatch
from product_importer.imports import queries as imports
from product_importer.web import schemas
from product_importer.web.deps import Actor, Reading, Writing
from product_importer.web.requests import idempotent
from product_importer.web.requests.etags import Versions, etag
from product_importer.web.requests.idempotent import Made
from product_importer.web.requests.product_filters import ListQuery
from product_importer.web.roles import editor, viewer

router = APIRouter(prefix="/products", tags=["products"])
TAKEN: schemas.Responses = {409: schemas.problem("SKU_TAKEN: `product` is the one that has it")}
CHANGED: schemas.Responses = {412: schemas.problem("VERSION_STALE: `current` and `changes` show both")}
MISSING: schemas.Responses = {404: schemas.problem("PRODUCT_NOT_FOUND")}


@router.get("", dependencies=[Depends(viewer)])
def products(session: Reading, asked: Annotated[ListQuery, Query()]) -> schemas.ProductPage:
    """List products; the total is exact without text filters, and counted up to 10,000 with them."""
    if asked.import_id is not None:
        imports.job_of(session, asked.import_id)
    found = queries.page(
        session, asked.filters(), asked.order(), page=asked.page, per_page=asked.per_page, cursor=asked.cursor
    )
    return schemas.ProductPage(
        items=[ProductOut.model_validate(product) for product in found.items],
        total=found.total.count,
        total_exact=found.total.exact,
        page=found.page,
        pages=found.pages,
        next_cursor=found.next_cursor,
    )


@router.post("", status_code=201, response_model=ProductOut, responses=TAKEN, dependencies=[Depends(editor)])
def create(request: Request, wanted: ProductIn, session: Writing, actor: Actor, key: idempotent.Key = None) -> Response:
    """Create a product; sent again with the same Idempotency-Key it creates nothing and gets the same answer."""

    def make() -> Made:
        made = ProductOut.model_validate(actions.create(session, wanted, actor=actor))
        headers = {"Location": f"{request.url.path}/{made.id}", "ETag": etag(made.version)}
        return Made(201, headers, made.model_dump_json())

    return idempotent.once(session, request, key, actor=actor, said=wanted.model_dump_json(), make=make)


@router.get("/{product_id}", responses=MISSING, dependencies=[Depends(viewer)])
def product(product_id: uuid.UUID, session: Reading, response: Response) -> ProductOut:
    """Return one product; its version is the ETag."""
    return _shown(queries.product_of(session, product_id), response)


@router.put("/{product_id}", responses=MISSING | TAKEN | CHANGED, dependencies=[Depends(editor)])
def replace(
    product_id: uuid.UUID, wanted: ProductIn, session: Writing, actor: Actor, versions: Versions, response: Response
) -> ProductOut:
    """Give every field a new value; a field that is not sent gets the value of a new product."""
    return _shown(actions.change(session, product_id, wanted, actor=actor, versions=versions), response)


@router.patch("/{product_id}", responses=MISSING | TAKEN | CHANGED, dependencies=[Depends(editor)])
def change(
    product_id: uuid.UUID, wanted: ProductPatch, session: Writing, actor: Actor, versions: Versions, response: Response
) -> ProductOut:
    """Change the fields that are sent."""
    return _shown(actions.change(session, product_id, wanted, actor=actor, versions=versions), response)


@router.delete("/{product_id}", status_code=204, responses=MISSING | CHANGED, dependencies=[Depends(editor)])
def delete(product_id: uuid.UUID, session: Writing, actor: Actor, versions: Versions) -> None:
    """Delete one product immediately and permanently."""
    actions.delete(session, product_id, actor=actor, versions=versions)


def _shown(product: Product, response: Response) -> ProductOut:
    response.headers["ETag"] = etag(product.version)
    return ProductOut.model_validate(product)
