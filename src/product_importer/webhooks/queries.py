"""Endpoints and their deliveries as everybody reads them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session, defer

from product_importer.kit import clock, ids
from product_importer.kit.errors import CursorInvalid
from product_importer.kit.secrets import Unreadable
from product_importer.webhooks import endpoints, resending, sealed
from product_importer.webhooks.events import TEST
from product_importer.webhooks.models import Attempt, Delivery, DeliveryState, Disabled, Endpoint, Mode

COUNTED: Final = 10_000  # waiting deliveries that are counted at most
OLDEST: Final = dt.timedelta(days=14)  # before it failed a delivery was made at most so long ago
TRIES_SHOWN: Final = 50  # attempts of one delivery


@dataclass(frozen=True, slots=True)
class Answered:
    """What an endpoint's latest requests came to: milliseconds, and whether it took them."""

    milliseconds: float
    good: bool


@dataclass(frozen=True, slots=True)
class EndpointSeen:
    """An endpoint as it is shown. `event_type` is its only type, if there is one; `last_response_time` milliseconds.

    `state` is `active`, `resting` (it failed ten times in a row, or asked for it) or `disabled`. Of its further headers
    only the names are told, null where they cannot be read; `unreadable` says why nothing can be sent, where SECRET_KEY
    has changed. `waiting` counts its deliveries that are still to be sent, up to 10,000. `recent` has its latest
    answers, the newest last, at most 24; those that came together are one, by their median.
    """

    id: uuid.UUID
    url: str
    description: str
    event_type: str | None
    event_types: Sequence[str]
    enabled: bool
    state: str
    mode: Mode
    batch_size: int
    max_in_flight: int
    rate_per_second: int | None
    headers: Sequence[str] | None
    unreadable: Unreadable | None
    last_status: int | None
    last_error: str | None
    last_response_time: float | None
    last_at: dt.datetime | None
    recent: Sequence[Answered]
    failures: int
    failing_since: dt.datetime | None
    rests_until: dt.datetime | None
    disabled_reason: Disabled | None
    disabled_at: dt.datetime | None
    waiting: int
    created_at: dt.datetime
    version: int


@dataclass(frozen=True, slots=True)
class AttemptSeen:
    """One attempt: when, how long it took in milliseconds, and the answer or why there was none."""

    at: dt.datetime
    milliseconds: float
    status: int | None
    error: str | None
    words: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """One request for an endpoint; `next_at` is null once it has arrived or failed for good."""

    id: uuid.UUID
    endpoint_id: uuid.UUID
    message_id: str
    type: str
    count: int
    sku: str | None
    import_id: uuid.UUID | None
    state: DeliveryState
    tries: int
    status: int | None
    error: str | None
    next_at: dt.datetime | None
    created_at: dt.datetime
    done_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryWhole:
    """A delivery with the very bytes that are sent, as text, and its attempts, the newest first, at most 50."""

    delivery: DeliverySeen
    body: str
    attempts: Sequence[AttemptSeen]


@dataclass(frozen=True, slots=True)
class DeliveriesWanted:
    """Which deliveries are looked for; None and an empty text narrow nothing down. Both moments are included."""

    state: DeliveryState | None = None
    type: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def condition(self) -> ColumnElement[bool]:
        """Return what a delivery must meet."""
        found: list[ColumnElement[bool]] = [true()]
        if self.state is not None:
            found.append(Delivery.state == self.state)
        if self.type:
            found.append(Delivery.type == self.type)
        if self.since is not None:
            found.append(Delivery.created_at >= self.since)
        if self.until is not None:
            found.append(Delivery.created_at <= self.until)
        return and_(*found)


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some deliveries, the newest first, and where the older ones begin."""

    items: Sequence[DeliverySeen]
    next_cursor: str | None


def seen_all(session: Session) -> list[EndpointSeen]:
    """Return every endpoint (at most 100), the oldest first."""
    return [seen_of(session, one) for one in session.scalars(select(Endpoint).order_by(Endpoint.id))]


def seen(session: Session, endpoint_id: uuid.UUID) -> EndpointSeen:
    """Return one endpoint. Raises EndpointNotFound."""
    return seen_of(session, endpoints.endpoint_of(session, endpoint_id))


def seen_of(session: Session, one: Endpoint) -> EndpointSeen:
    """Return an endpoint as it is shown."""
    resting = one.rests_until is not None and one.rests_until > clock.now()
    state = "disabled" if not one.enabled else "resting" if resting else "active"
    same = {name for name in EndpointSeen.__slots__ if hasattr(one, name)} - {"headers", "event_types", "recent"}
    return EndpointSeen(
        **{name: getattr(one, name) for name in same},
        event_types=tuple(one.event_types),
        event_type=one.event_types[0] if len(one.event_types) == 1 else None,
        state=state,
        recent=[Answered(milliseconds, bool(good)) for milliseconds, good in one.recent],
        headers=sealed.header_names(one),
        unreadable=sealed.unreadable(one),
        waiting=waiting(session, one.id),
    )


def waiting(session: Session, endpoint_id: uuid.UUID) -> int:
    """Count the deliveries that are still to be sent, up to 10,000."""
    mine = (Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.PENDING)
    some = select(Delivery.id).where(*mine).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def failed(session: Session, endpoint_id: uuid.UUID, *, since: dt.datetime) -> int:
    """Count the deliveries but tests that failed for good since then, up to 10,000."""
    mine = (Delivery.endpoint_id == endpoint_id, Delivery.state == DeliveryState.FAILED, Delivery.done_at >= since)
    young = (Delivery.id >= ids.earliest(since - OLDEST), Delivery.type != TEST)
    some = select(Delivery.id).where(*mine, *young).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def deliveries(
    session: Session, endpoint_id: uuid.UUID, wanted: DeliveriesWanted, *, cursor: str | None = None, limit: int = 50
) -> DeliveryPage:
    """Return deliveries of an endpoint, the newest first. Raises EndpointNotFound, CursorInvalid."""
    endpoints.endpoint_of(session, endpoint_id)
    found = select(Delivery).where(Delivery.endpoint_id == endpoint_id, wanted.condition())
    if cursor is not None:
        found = found.where(Delivery.id < _place(cursor))
    rows = session.scalars(found.options(defer(Delivery.body)).order_by(Delivery.id.desc()).limit(limit + 1)).all()
    items = [_delivery(one) for one in rows[:limit]]
    return DeliveryPage(items, str(items[-1].id) if len(rows) > limit else None)


def delivery(session: Session, delivery_id: uuid.UUID, *, of: uuid.UUID | None = None) -> DeliveryWhole:
    """Return one delivery whole, if it is one `of` this endpoint. Raises DeliveryNotFound."""
    one = resending.delivery_of(session, delivery_id, of=of)
    tries = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id.desc()).limit(TRIES_SHOWN)
    return DeliveryWhole(_delivery(one), one.body.decode(), [_attempt(row) for row in session.scalars(tries)])


def _delivery(one: Delivery) -> DeliverySeen:
    values = {name: getattr(one, name) for name in DeliverySeen.__slots__}
    return DeliverySeen(**values | {"next_at": one.next_at if one.state is DeliveryState.PENDING else None})


def _attempt(one: Attempt) -> AttemptSeen:
    return AttemptSeen(**{name: getattr(one, name) for name in AttemptSeen.__slots__})


def _place(cursor: str) -> uuid.UUID:
    try:
        return uuid.UUID(cursor)
    except ValueError:
        raise CursorInvalid from None
