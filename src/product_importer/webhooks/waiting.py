"""Which deliveries are to be sent now, and to whom."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from product_importer.kit import clock, database
from product_importer.webhooks import schedule
from product_importer.webhooks.models import BULK, FAST, TESTS, Delivery, DeliveryState, Endpoint


@dataclass(frozen=True, slots=True)
class Item:
    """A delivery as it is sent; a row of the ORM would cost a tenth of what sending it takes."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    message_id: str
    type: str
    lane: int
    tries: int
    body: bytes


MOST_TESTS = 100  # that are ended together where none can be sent
_COLUMNS = (Delivery.id, Delivery.message_id, Delivery.type, Delivery.tries, Delivery.body)


def any_due() -> ColumnElement[bool]:
    """Return the condition that some delivery is due whose endpoint may be called."""
    return exists().where(_has_due())


def endpoints(session: Session) -> Sequence[Endpoint]:
    """Return the endpoints for which something is due."""
    return session.scalars(select(Endpoint).where(_has_due()).order_by(Endpoint.id)).all()


def deliveries(
    session: Session, endpoint: Endpoint, *, but: Mapping[uuid.UUID, int], limit: int, urgent: int = 0
) -> Sequence[Item]:
    """Return what is due for an endpoint but for what is in flight, tests first, then what people wait for.

    `but` is what is in flight, and the lane of each. Of an import's come at most `limit`, of the others `urgent` too.
    One that is failing gets a single delivery, to see whether it answers again; one that is disabled or rests gets
    tests only.
    """
    most = {TESTS: max(limit, urgent), FAST: max(limit, urgent), BULK: limit}
    if not endpoint.enabled or (endpoint.rests_until is not None and endpoint.rests_until > clock.now()):
        most = {TESTS: most[TESTS]}
    elif endpoint.failures >= schedule.RESTS_AFTER:
        most = {TESTS: most[TESTS]} | dict.fromkeys((FAST, BULK), 0 if but else min(1, limit))
    found: list[Item] = []
    for lane, room in most.items():
        if room > len(found):
            mine = [key for key, one in but.items() if one == lane]
            found += _of_lane(session, endpoint.id, lane, mine, limit=room - len(found))
    return found


def tests(session: Session, endpoint: Endpoint) -> Sequence[Item]:
    """Return the tests that are due for an endpoint."""
    return list(_of_lane(session, endpoint.id, TESTS, (), limit=MOST_TESTS))


def _of_lane(
    session: Session, endpoint_id: uuid.UUID, lane: int, but: Sequence[uuid.UUID], *, limit: int
) -> Iterator[Item]:
    """Read in the order of the index alone: to sort by anything more, all that fell due at a moment would be read."""
    some = select(*_COLUMNS).where(
        _due(lane), Delivery.endpoint_id == endpoint_id, not_(database.face().is_one_of(Delivery.id, but))
    )
    rows = session.connection().execute(some.order_by(Delivery.next_at).limit(limit))
    for key, message_id, type_, tries, body in rows.all():
        yield Item(key, endpoint_id, message_id, type_, lane, tries, body)


def _has_due() -> ColumnElement[bool]:
    """Look lane by lane, as the index has them: what is due later must not be walked over."""
    mine = Delivery.endpoint_id == Endpoint.id
    awake = and_(Endpoint.enabled, or_(Endpoint.rests_until.is_(None), Endpoint.rests_until <= clock.now()))
    regular = or_(exists().where(mine, _due(FAST)), exists().where(mine, _due(BULK)))
    return or_(exists().where(mine, _due(TESTS)), and_(awake, regular))


def _due(lane: int) -> ColumnElement[bool]:
    return and_(Delivery.state == DeliveryState.PENDING, Delivery.lane == lane, Delivery.next_at <= clock.now())
