"""The events that an endpoint may ask for."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened; the journal's own words for it."""

    PRODUCT_CREATED = "product.created"
    PRODUCT_UPDATED = "product.updated"
    PRODUCT_DELETED = "product.deleted"
    UPLOAD_COMPLETED = "upload.completed"
    IMAGE_READY = "image.ready"
    IMAGE_FAILED = "image.failed"


TEST = "webhook.test"  # what the test button sends; nobody subscribes to it
BATCH = "batch"  # the type of a request that carries several events
PRODUCTS = (EventType.PRODUCT_CREATED, EventType.PRODUCT_UPDATED, EventType.PRODUCT_DELETED)
