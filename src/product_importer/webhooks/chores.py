"""Forgets deliveries whose time is over, and those of endpoints that were removed."""

import uuid
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, select

from product_importer.kit import clock, database, ids, settings
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import chores
from product_importer.webhooks.models import Attempt, Delivery, Endpoint

CHUNK: Final = 2_000  # deliveries forgotten in one transaction
DAY: Final = 24 * 3600.0  # seconds


@chores.every(600)
def forget_deliveries() -> int:
    """Forget deliveries that ended KEEP_DELIVERIES_DAYS ago or have no endpoint any more, with their attempts."""
    before = clock.now() - clock.seconds(settings.current().keep_deliveries_days * DAY)
    forgotten = _forget_all(and_(Delivery.id < ids.earliest(before), Delivery.done_at < before))
    return forgotten + sum(_forget_all(Delivery.endpoint_id == gone) for gone in _removed())


def _forget_all(wanted: ColumnElement[bool]) -> int:
    forgotten = 0
    while some := _forget(wanted):
        forgotten += some
    return forgotten


def _forget(wanted: ColumnElement[bool]) -> int:
    with database.transaction() as session:
        found = session.scalars(select(Delivery.id).where(wanted).order_by(Delivery.id).limit(CHUNK)).all()
        session.execute(delete(Attempt).where(Attempt.delivery_id.in_(found)))
        forgotten = sets.execute(session, delete(Delivery).where(Delivery.id.in_(found)))
        failpoint("deliveries.forget.before-commit", session)
    return forgotten


def _removed() -> list[uuid.UUID]:
    """Return the endpoints that deliveries name and that are not there; one look into the index for each endpoint."""
    named, last = [], uuid.UUID(int=0)
    with database.reading() as session:
        known = set(session.scalars(select(Endpoint.id)))
        following = select(Delivery.endpoint_id).order_by(Delivery.endpoint_id).limit(1)
        while (found := session.scalar(following.where(Delivery.endpoint_id > last))) is not None:
            named.append(found)
            last = found
    return [one for one in named if one not in known]
