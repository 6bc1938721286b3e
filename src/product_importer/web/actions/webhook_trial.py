"""The test button: a delivery that a worker sends at once, and whoever pressed it waits without holding a thread."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from product_importer.kit import database
from product_importer.webhooks import queries, resending
from product_importer.webhooks.models import DeliveryState
from product_importer.webhooks.queries import DeliveryWhole

PATIENCE: Final = 20.0  # seconds; a receiver has 15
LOOK: Final = 0.1  # seconds between two looks


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test: the answer's status, or why there was none; `response_time` is in milliseconds.

    All of it is null while no worker has sent it yet.
    """

    delivery_id: uuid.UUID
    state: DeliveryState
    status: int | None
    response_time: float | None
    error: str | None
    message: str | None
    excerpt: str | None


async def tried(endpoint_id: uuid.UUID, *, patience: float = PATIENCE) -> Tried:
    """Send a test, and return what came of it within so many seconds. Raises EndpointNotFound."""
    delivery_id = await asyncio.to_thread(_begin, endpoint_id)
    ends = time.monotonic() + patience
    while True:
        told = await asyncio.to_thread(outcome, delivery_id)
        if told.state is not DeliveryState.PENDING or time.monotonic() > ends:
            return told
        await asyncio.sleep(LOOK)


def outcome(delivery_id: uuid.UUID) -> Tried:
    """Return what is known of a test. Raises DeliveryNotFound."""
    with database.reading() as session:
        return outcome_in(session, delivery_id)


def outcome_in(session: Session, delivery_id: uuid.UUID, *, of: uuid.UUID | None = None) -> Tried:
    """Return the same within a transaction, if it is a test `of` this endpoint. Raises DeliveryNotFound."""
    return _told(queries.delivery(session, delivery_id, of=of))


def _begin(endpoint_id: uuid.UUID) -> uuid.UUID:
    with database.transaction() as session:
        return resending.test(session, endpoint_id).id


def _told(whole: DeliveryWhole) -> Tried:
    one = whole.delivery
    last = whole.attempts[0] if whole.attempts else None
    return Tried(
        delivery_id=one.id,
        state=one.state,
        status=one.status,
        response_time=last.milliseconds if last else None,
        error=one.error,
        message=last.words if last else None,
        excerpt=last.excerpt if last else None,
    )
