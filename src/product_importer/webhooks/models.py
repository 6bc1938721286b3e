"""The tables of webhooks: who is told, what is to be sent, each try to send it, and who is at work."""

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import Double, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock, ids
from product_importer.kit.database.types import Base, Json, Moment, SerialInteger
from product_importer.kit.tasks.leases import Leased

IS_PENDING = text("state = 'pending'")
TESTS, FAST, BULK = 0, 1, 2  # lanes: what stands in an earlier one goes first


class Mode(StrEnum):
    """How an endpoint is told of what an import does."""

    BATCH = "batch"  # many events in one request
    EACH = "each"  # one request an event
    SUMMARY = "summary"  # nothing but upload.completed


class Disabled(StrEnum):
    """Why nothing is sent to an endpoint."""

    BY_HAND = "by_hand"
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # for five days on end


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISCARDED = "discarded"  # by a person, while its endpoint was disabled


class Endpoint(Base):
    """An address that is told of events; only what happens from `since` on counts.

    `secrets` and `headers` are sealed (see `webhooks.sealed`). `failures` counts those in a row; from the tenth on the
    endpoint rests until `rests_until`, and is then asked once. `recent` has the latest answers, the newest last: each
    the milliseconds, and 1 for a success or 0; those recorded together are one, by their median.
    """

    __tablename__ = "webhook_endpoints"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    url: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    event_types: Mapped[list[str]] = mapped_column(Json)
    mode: Mapped[Mode] = mapped_column(default=Mode.BATCH)
    batch_size: Mapped[int] = mapped_column(default=100)  # events in one request
    max_in_flight: Mapped[int] = mapped_column(default=8)  # requests at a time
    rate_per_second: Mapped[int | None]  # requests
    secrets: Mapped[str]
    headers: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[Disabled | None]
    disabled_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    since: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[dt.datetime | None] = mapped_column(Moment)
    rests_until: Mapped[dt.datetime | None] = mapped_column(Moment)
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
    last_response_time: Mapped[float | None] = mapped_column(Double)  # milliseconds
    last_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    recent: Mapped[list[list[float]]] = mapped_column(Json, default=list)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)


class Delivery(Base):
    """One request for one endpoint: its bytes, which every attempt sends again, and when the next one is due.

    No foreign key to the endpoint: removing one must not wait for its half a million deliveries.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_pending",
            "endpoint_id",
            "lane",
            "next_at",
            postgresql_where=IS_PENDING,
            sqlite_where=IS_PENDING,
        ),
        Index(None, "endpoint_id", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    endpoint_id: Mapped[uuid.UUID]
    message_id: Mapped[str]  # the header webhook-id, and the body's own `id`
    type: Mapped[str]
    count: Mapped[int]  # events in it
    lane: Mapped[int]
    sku: Mapped[str | None]  # of the product that the only event is about
    import_id: Mapped[uuid.UUID | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.PENDING)
    tries: Mapped[int] = mapped_column(default=0)  # attempts that count towards giving up
    next_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    status: Mapped[int | None]  # the last answer's
    error: Mapped[str | None]  # why the last attempt brought no answer
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Attempt(Base):
    """One try to send a delivery, and what came of it."""

    __tablename__ = "webhook_attempts"

    id: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=True)
    delivery_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[dt.datetime] = mapped_column(Moment)
    milliseconds: Mapped[float] = mapped_column(Double)
    status: Mapped[int | None]
    error: Mapped[str | None]  # the reason in one word
    words: Mapped[str | None]  # and for people
    excerpt: Mapped[str | None]  # the beginning of the answer


class Duty(Leased):
    """Work that one worker at a time does for all endpoints, by the lease of its row: `dispatch` or `deliver`."""

    __tablename__ = "webhook_duties"

    name: Mapped[str] = mapped_column(unique=True)
