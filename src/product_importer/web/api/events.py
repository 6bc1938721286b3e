"""What receivers of webhooks are sent, for the OpenAPI document."""

import datetime as dt
import uuid
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from product_importer.catalog.schemas import ProductOut

webhooks = APIRouter()


class ByImport(BaseModel):
    """The import that something came from, and the line of its file."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    line: int | None = None


class Envelope(BaseModel):
    """What every event has."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="The same at every attempt: skip an id you have already seen.")
    timestamp: dt.datetime = Field(description="When it happened.")
    sequence: int = Field(description="The version that the subject has after this event.")


class Gone(BaseModel):
    """A product that is not there any more."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    sku: str
    version: int


class _OfProduct(Envelope):
    by_import: ByImport | None = Field(None, alias="import")


class ProductCreated(_OfProduct):
    """A product was created; `data` is the product when this was written, at `data.version`."""

    type: Literal["product.created"]
    data: ProductOut | Gone


class ProductUpdated(_OfProduct):
    """A product was changed; `changes` has each changed field with its value before and after."""

    type: Literal["product.updated"]
    data: ProductOut | Gone
    changes: dict[str, tuple[str | bool | None, str | bool | None]]


class ProductDeleted(_OfProduct):
    """A product was deleted."""

    type: Literal["product.deleted"]
    data: Gone


class UploadData(BaseModel):
    """An import that has ended well, and its account."""

    model_config = ConfigDict(extra="forbid")

    task_id: uuid.UUID
    number: int
    file: str
    counts: dict[str, int]


class UploadCompleted(_OfProduct):
    """An import was completed."""

    type: Literal["upload.completed"]
    data: UploadData


class ProductNamed(BaseModel):
    """Which product shows the image."""

    model_config = ConfigDict(extra="forbid")

    id: uuid.UUID
    sku: str


class ImageReadyData(BaseModel):
    """An image whose sizes can be fetched."""

    model_config = ConfigDict(extra="forbid")

    image: uuid.UUID
    name: str
    sha256: str
    format: str
    width: int
    height: int
    product: ProductNamed


class ImageReady(Envelope):
    """The sizes of a product's image are ready."""

    type: Literal["image.ready"]
    data: ImageReadyData


class ImageFailedData(BaseModel):
    """An image that cannot be shown, and why."""

    model_config = ConfigDict(extra="forbid")

    image: uuid.UUID
    name: str
    sha256: str
    code: str
    message: str
    product: ProductNamed


class ImageFailed(Envelope):
    """A product's image could not be made ready."""

    type: Literal["image.failed"]
    data: ImageFailedData


class WebhookTest(Envelope):
    """Somebody pressed the test button."""

    type: Literal["webhook.test"]
    test: Literal[True]
    data: dict[str, Any]


Event = ProductCreated | ProductUpdated | ProductDeleted | UploadCompleted | ImageReady | ImageFailed | WebhookTest


class Batch(BaseModel):
    """Several events in one request; `id` is that of the request, and each event has its own."""

    model_config = ConfigDict(extra="forbid")

    id: str
    type: Literal["batch"]
    timestamp: dt.datetime
    count: int
    events: list[ProductCreated | ProductUpdated | ProductDeleted]


@webhooks.post("product.created")
def product_created(body: ProductCreated) -> None:
    """A product was created."""


@webhooks.post("product.updated")
def product_updated(body: ProductUpdated) -> None:
    """A product was changed."""


@webhooks.post("product.deleted")
def product_deleted(body: ProductDeleted) -> None:
    """A product was deleted."""


@webhooks.post("upload.completed")
def upload_completed(body: UploadCompleted) -> None:
    """An import was completed."""


@webhooks.post("image.ready")
def image_ready(body: ImageReady) -> None:
    """The sizes of a product's image are ready."""


@webhooks.post("image.failed")
def image_failed(body: ImageFailed) -> None:
    """A product's image could not be made ready."""


@webhooks.post("webhook.test")
def webhook_test(body: WebhookTest) -> None:
    """Somebody pressed the test button."""


@webhooks.post("batch")
def batch(body: Batch) -> None:
    """Several events of an import or a bulk job, in one request."""
