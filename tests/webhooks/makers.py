"""Makes endpoints, is the worker of webhooks, and reads back what became of deliveries."""

import uuid
from typing import Any

from sqlalchemy import select, update

from product_importer.kit import clock, database
from product_importer.webhooks import deliver, dispatch, endpoints, queries
from product_importer.webhooks.models import Attempt, Delivery, Duty, Endpoint
from product_importer.webhooks.queries import EndpointSeen
from product_importer.webhooks.schemas import EndpointIn

ACTOR = "user:test"
PRODUCTS = ("product.created", "product.updated", "product.deleted")


def make_endpoint(url: str, *types: str, **fields: Any) -> tuple[uuid.UUID, str]:
    """Add an endpoint, and return its id and its secret; it asks for products' events unless types are given."""
    wanted = EndpointIn.model_validate({"url": url, "event_types": types or PRODUCTS, **fields})
    with database.transaction() as session:
        endpoint, secret = endpoints.add(session, wanted, actor=ACTOR)
    return endpoint.id, secret


def duty(name: str) -> Duty:
    """Return the row of a duty."""
    with database.reading() as session:
        return session.scalars(select(Duty).where(Duty.name == name)).one()


def dispatch_all() -> None:
    """Be the worker that turns the journal into deliveries."""
    dispatch.dispatch_events.run(duty("dispatch").id)


def deliver_all() -> None:
    """Be the worker that sends what is due."""
    deliver.deliver_pending.run(duty("deliver").id)


def work() -> None:
    """Do both."""
    dispatch_all()
    deliver_all()


def make_due() -> None:
    """Let the time come for whatever waits."""
    with database.transaction() as session:
        session.execute(update(Delivery).values(next_at=clock.now() - clock.seconds(1)))
        past = clock.now() - clock.seconds(1)
        session.execute(update(Endpoint).where(Endpoint.rests_until.is_not(None)).values(rests_until=past))


def deliveries() -> list[Delivery]:
    """Return all deliveries in the order in which they were made."""
    with database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def attempts() -> list[Attempt]:
    """Return all attempts in the order in which they were recorded."""
    with database.reading() as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.id)))


def seen(endpoint_id: uuid.UUID) -> EndpointSeen:
    """Return an endpoint as everybody sees it."""
    with database.reading() as session:
        return queries.seen(session, endpoint_id)
