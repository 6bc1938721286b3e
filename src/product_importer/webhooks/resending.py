"""What people ask of deliveries: a test, one once more, all that failed once more."""

import datetime as dt
import uuid
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, ids
from product_importer.kit.database import sets
from product_importer.kit.errors import NotFound
from product_importer.webhooks import deliver, duties, endpoints, envelope
from product_importer.webhooks.events import TEST
from product_importer.webhooks.models import TESTS, Delivery, DeliveryState, Endpoint

MOST: Final = 10_000  # deliveries that are sent again together


class DeliveryNotFound(NotFound):
    """No delivery has this id."""

    code = "DELIVERY_NOT_FOUND"
    title = "There is no such delivery"
    action = "Check the id; deliveries are forgotten after KEEP_DELIVERIES_DAYS."


def test(session: Session, endpoint_id: uuid.UUID) -> Delivery:
    """Send a test, once, to an endpoint that may be disabled. Raises EndpointNotFound."""
    endpoints.endpoint_of(session, endpoint_id)
    delivery_id, now = ids.new_id(), clock.now()
    message_id = f"msg_{delivery_id.hex}"
    body = envelope.test_of(message_id, at=now)
    facts: dict[str, Any] = {"type": TEST, "count": 1, "lane": TESTS, "body": body, "next_at": now, "created_at": now}
    delivery = Delivery(id=delivery_id, endpoint_id=endpoint_id, message_id=message_id, **facts)
    session.add(delivery)
    session.flush()
    duties.ring(session, deliver.deliver_pending, duties.DELIVER)
    return delivery


def resend(session: Session, delivery_id: uuid.UUID, *, of: uuid.UUID | None = None) -> Delivery:
    """Send a delivery (`of` this endpoint) once more at once, under its id, with its bytes. Raises DeliveryNotFound."""
    delivery = delivery_of(session, delivery_id, of=of, lock=True)
    for name, value in _anew().items():
        setattr(delivery, name, value)
    duties.ring(session, deliver.deliver_pending, duties.DELIVER)
    return delivery


def resend_failed(session: Session, endpoint_id: uuid.UUID, *, since: dt.datetime) -> int:
    """Send once more what failed for good since then, at most 10,000 deliveries, the oldest ones, and count them."""
    endpoints.endpoint_of(session, endpoint_id)
    failed = (Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.FAILED, Delivery.done_at >= since)
    some = select(Delivery.id).where(*failed, Delivery.type != TEST).order_by(Delivery.id).limit(MOST)
    again = sets.execute(session, update(Delivery).where(Delivery.id.in_(some)).values(**_anew()))
    duties.ring(session, deliver.deliver_pending, duties.DELIVER)
    return again


def delivery_of(
    session: Session, delivery_id: uuid.UUID, *, of: uuid.UUID | None = None, lock: bool = False
) -> Delivery:
    """Return the delivery, locked until the transaction ends if `lock`. Raises DeliveryNotFound.

    With `of` those of another endpoint are not found. Neither are those of an endpoint that was removed: they are still
    to be forgotten, and nobody is there to be sent them.
    """
    delivery = session.get(Delivery, delivery_id, with_for_update=lock or None)
    foreign = delivery is not None and of is not None and delivery.endpoint_id != of
    if delivery is None or foreign or session.get(Endpoint, delivery.endpoint_id) is None:
        raise DeliveryNotFound(f"No delivery has the id {delivery_id}.")
    return delivery


def _anew() -> dict[str, Any]:
    return {"state": DeliveryState.PENDING, "tries": 0, "next_at": clock.now(), "done_at": None}
