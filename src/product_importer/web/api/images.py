"""Images for programs: shown, attached, described, ordered, taken off; and the very bytes that browsers fetch."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field, TypeAdapter

from product_importer.catalog import queries as products
from product_importer.catalog.schemas import sku_key
from product_importer.kit import database
from product_importer.kit.texts import Storable
from product_importer.media import images, names, queries
from product_importer.media.queries import Shown
from product_importer.web import pictures, schemas
from product_importer.web.actions import attaching
from product_importer.web.deps import Actor, Reading, Writing
from product_importer.web.roles import editor, viewer

router = APIRouter(tags=["images"])
MISSING: schemas.Responses = {404: schemas.problem("PRODUCT_NOT_FOUND or IMAGE_NOT_FOUND")}
REFUSED: schemas.Responses = {422: schemas.problem("IMAGE_UNRECOGNISED, CHECKSUM_MISMATCH, …")}
_shown = TypeAdapter(Shown)


class Attach(BaseModel):
    """Which upload the product is to show."""

    upload_id: uuid.UUID = Field(description="The last part of the upload's address.")
    name: str | None = Field(None, max_length=255, description="The file's name; else that of the upload.")
    md5: str | None = Field(None, pattern="^[0-9a-fA-F]{32}$", description="Of the whole file, in hexadecimal digits.")


class Change(BaseModel):
    """What is to change; what is not sent stays as it is."""

    alt: Storable | None = Field(
        None, max_length=images.ALT_MAX, description="What it shows, for those who cannot see it."
    )
    primary: bool | None = Field(None, description="true makes it the primary one; false changes nothing.")
    position: int | None = Field(None, ge=0, description="Its place, counted from 0; a larger number is the end.")


class ImageList(BaseModel):
    """The images of a product, in their order."""

    items: list[Shown]
    pending: int = Field(description="How many are not ready yet.")


class Match(BaseModel):
    """Names of files, or SKUs, whose products are looked for."""

    names: list[Annotated[str, Field(max_length=1_000)]] = Field(default_factory=list, max_length=500)
    skus: list[Annotated[str, Field(max_length=255)]] = Field(default_factory=list, max_length=500)


class Matched(BaseModel):
    """A name or SKU, and the product that it means, if any."""

    name: str
    product_id: uuid.UUID | None
    sku: str | None


class MatchList(BaseModel):
    """The names in the order in which they were sent, the SKUs behind them."""

    items: list[Matched]


@router.get("/products/{product_id}/images", responses=MISSING, dependencies=[Depends(viewer)])
def listed(product_id: uuid.UUID, session: Reading) -> ImageList:
    """List the images of a product."""
    products.product_of(session, product_id)
    seen = queries.gallery(session, product_id)
    return ImageList(items=list(seen.items), pending=len(seen.pending))


@router.post(
    "/products/{product_id}/images",
    status_code=201,
    response_model=Shown,
    responses=MISSING | REFUSED,
    dependencies=[Depends(editor)],
)
def attach(request: Request, product_id: uuid.UUID, wanted: Attach, actor: Actor) -> JSONResponse:
    """Attach an uploaded image to the product: 201, or 200 if the product already has the same image."""
    md5 = wanted.md5.lower() if wanted.md5 else None
    made = attaching.attach_uploaded(product_id, wanted.upload_id, actor=actor, name=wanted.name, md5=md5)
    place = {"Location": f"{request.url.path}/{made.shown.id}"}
    return JSONResponse(_shown.dump_python(made.shown, mode="json"), 201 if made.new else 200, place)


@router.patch("/products/{product_id}/images/{image_id}", responses=MISSING, dependencies=[Depends(editor)])
def change(product_id: uuid.UUID, image_id: uuid.UUID, wanted: Change, session: Writing, actor: Actor) -> Shown:
    """Describe an image, make it the primary one, or give it another place."""
    wishes = images.Wishes(wanted.alt, wanted.primary, wanted.position)
    images.change(session, product_id, image_id, wishes, actor=actor)
    return queries.shown(session, product_id, image_id)


@router.delete(
    "/products/{product_id}/images/{image_id}", status_code=204, responses=MISSING, dependencies=[Depends(editor)]
)
def remove(product_id: uuid.UUID, image_id: uuid.UUID, session: Writing, actor: Actor) -> None:
    """Remove an image from a product; if it was the primary one, the next one becomes that."""
    images.remove(session, product_id, image_id, actor=actor)


@router.post(
    "/products/{product_id}/images/{image_id}/retry",
    status_code=202,
    responses=MISSING | {409: schemas.problem("IMAGE_NOT_FAILED")},
    dependencies=[Depends(editor)],
)
def retry(product_id: uuid.UUID, image_id: uuid.UUID, session: Writing) -> Shown:
    """Try again to make the sizes of an image that failed."""
    images.retry(session, product_id, image_id)
    return queries.shown(session, product_id, image_id)


@router.get(
    "/products/{product_id}/images/{image_id}/original",
    responses=MISSING,
    dependencies=[Depends(viewer)],
    response_class=StreamingResponse,
)
def original(product_id: uuid.UUID, image_id: uuid.UUID) -> Response:
    """Fetch the file as it was sent, to be saved and never shown; a bucket answers with a short-lived address."""
    with database.reading() as session:
        image, link = queries.original_of(session, product_id, image_id)
    address = pictures.signed(image)
    if address is not None:
        return RedirectResponse(address, 307, {"Cache-Control": "no-store"})
    return pictures.original(image, link)


@router.get("/images/{sha256}/{name}", responses=MISSING, dependencies=[Depends(viewer)], response_class=Response)
def variant(sha256: str, name: str, request: Request) -> Response:
    """Fetch one size of an image, whole or a part of it; what an address returns never changes."""
    with database.reading() as session:
        file = queries.file_of(session, sha256, name)
    return pictures.variant(file, request.headers)


@router.post("/images/match", dependencies=[Depends(editor)])
def match(wanted: Match, session: Reading) -> MatchList:
    """Match file names to products: `ABC-1.jpg`, and `ABC-1_2.jpg` for its second image."""
    meant = [(name, list(names.skus_of(name))) for name in wanted.names] + [(sku, [sku]) for sku in wanted.skus]
    keys = {sku_key(sku) for _, skus in meant for sku in skus}
    found = products.by_keys(session, keys)
    items = []
    for name, skus in meant:
        product = next((found[sku_key(sku)] for sku in skus if sku_key(sku) in found), None)
        items.append(Matched(name=name, product_id=product and product.id, sku=product and product.sku))
    return MatchList(items=items)
