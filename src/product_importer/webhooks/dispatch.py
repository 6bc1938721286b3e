"""Turns what the journal has committed into deliveries: a batch at a time, each once, whoever is cut off meanwhile."""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, insert, not_, or_, select, update

from product_importer.journal import record
from product_importer.journal.models import Batch
from product_importer.kit import clock, database, ids, tasks
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import leases, turn
from product_importer.webhooks import deliver, duties, envelope
from product_importer.webhooks.events import BATCH, PRODUCTS, EventType
from product_importer.webhooks.models import BULK, FAST, Delivery, Duty, Endpoint, Mode
from product_importer.webhooks.spool import Spool, cut

BODY = 2**20  # bytes of events in one request, after which another one begins
ROWS, BYTES = 1_000, 4 * 2**20  # deliveries and bytes of their bodies that are inserted together
LOOK = 200  # batches looked at together
WINDOW: Final = 2_000  # of so many, for a backlog can be of millions
PAUSE: Final = 3.0  # seconds without a word from an import that is taken for stopped
PATIENCE: Final = 30.0  # seconds that events wait for the end of their import at most
BY_HAND: Final = 20  # products that a person changes at a time (a page of them): these events always come singly
Row = dict[str, Any]  # a delivery by its columns


@dataclass(frozen=True, slots=True)
class Wish:
    """What an enabled endpoint wants to be told of, and how."""

    endpoint_id: uuid.UUID
    types: frozenset[str]
    mode: Mode
    batch_size: int
    since: dt.datetime

    def wants(self, batch: Batch) -> bool:
        """Return whether anything of the batch is for this endpoint."""
        left_out = self.mode is Mode.SUMMARY and _by_import(batch)
        return batch.type in self.types and batch.at >= self.since and not left_out


def due() -> ColumnElement[bool]:
    """Return whether the journal has anything that was not dispatched."""
    return duties.waits(duties.DISPATCH, exists().where(_is_ready()))


@tasks.register("webhooks", model=Duty, due=due, waits_for_others=True)
def dispatch_events(duty_id: uuid.UUID) -> None:
    """Dispatch every batch that is committed, those that people wait for first."""
    duties.do(duty_id, _work, task=dispatch_events)


def ring_for_events() -> None:
    """Let a worker look at what was just committed; without endpoints nobody is disturbed."""
    failpoint("webhook.committed")
    if not tasks.is_carried():
        return
    with database.reading() as session:
        duties.ring(session, dispatch_events, duties.DISPATCH)


record.when_written(ring_for_events)


def _work(lease: leases.Hold) -> None:
    failpoint("webhook.dispatch.claimed")
    ends = time.monotonic() + turn.TURN
    while True:
        batches, wishes = _waiting()
        if not batches:
            return
        wanted = [batch for batch in batches if any(wish.wants(batch) for wish in wishes)]
        _pass_over(lease, [batch.id for batch in batches if batch not in wanted])
        for batch in _next(wanted):
            turn.check(lease, until=ends)
            _dispatch(lease, batch, [wish for wish in wishes if wish.wants(batch)])


def _next(batches: Sequence[Batch]) -> Sequence[Batch]:
    """Return all that people wait for, else one: somebody may wait for something by then."""
    return [batch for batch in batches if _lane(batch, 1) == FAST] or batches[:1]


def _waiting() -> tuple[Sequence[Batch], list[Wish]]:
    """Return some of the oldest batches, those that people wait for first, and who wants what.

    Batches are read before endpoints, so that whoever asked before them is seen.
    """
    by_hand = and_(Batch.type.in_(PRODUCTS), Batch.import_id.is_(None))
    first = case((or_(by_hand, Batch.type == EventType.UPLOAD_COMPLETED), 0), else_=1)
    oldest = select(Batch.id).where(_is_ready()).order_by(Batch.id).limit(WINDOW)
    with database.reading() as session:
        some = select(Batch).where(Batch.id.in_(oldest)).order_by(first, Batch.id).limit(LOOK)
        batches = session.scalars(some).all()
    with database.reading() as session:
        enabled = session.scalars(select(Endpoint).where(Endpoint.enabled).order_by(Endpoint.id))
        return batches, [
            Wish(one.id, frozenset(one.event_types), one.mode, one.batch_size, one.since) for one in enabled
        ]


def _is_ready() -> ColumnElement[bool]:
    """Leave an import alone while it writes: what it has written so far waits for its end, a pause, or PATIENCE.

    Which imports write, and which of them have ended, is asked once, not for each batch.
    """
    now, new = clock.now(), Batch.dispatched_at.is_(None)
    by_import = Batch.actor.startswith("import:")
    writing = select(Batch.import_id).where(new, by_import, Batch.at > now - clock.seconds(PAUSE))
    ended = select(Batch.import_id).where(Batch.import_id.in_(writing), Batch.type == EventType.UPLOAD_COMPLETED)
    held = and_(by_import, Batch.import_id.in_(writing), Batch.import_id.not_in(ended))
    return and_(new, or_(not_(held), Batch.at < now - clock.seconds(PATIENCE)))


def _pass_over(lease: leases.Hold, unwanted: list[int]) -> None:
    """Be done at once with what nobody asked for."""
    if not unwanted:
        return
    with database.transaction() as session:
        duties.fence(session, lease)
        session.execute(update(Batch).where(Batch.id.in_(unwanted)).values(dispatched_at=clock.now()))
        failpoint("webhook.dispatch.passed-over", session)


def _dispatch(lease: leases.Hold, batch: Batch, wishes: list[Wish]) -> None:
    """Write the events of a batch outside of any writing transaction, then make all of its deliveries in one."""
    with database.reading() as session:
        spool = Spool(envelope.events_of(session, batch))
    with spool:
        failpoint("webhook.dispatch.rendered")
        database.retried(partial(_write, lease, batch, partial(_all_deliveries, batch, spool, wishes)))
    failpoint("webhook.dispatch.after-commit")


def _write(lease: leases.Hold, batch: Batch, rows: Callable[[], Iterable[Row]]) -> None:
    with database.transaction() as session:
        duties.fence(session, lease)
        mine = update(Batch).where(Batch.id == batch.id, Batch.dispatched_at.is_(None))
        if sets.execute(session, mine.values(dispatched_at=clock.now())):
            for some in cut(rows(), most=ROWS, heaviest=BYTES, weight=lambda row: len(row["body"])):
                session.execute(insert(Delivery), some)
            duties.ring(session, deliver.deliver_pending, duties.DELIVER)
        failpoint("webhook.dispatch.before-commit", session)


def _all_deliveries(batch: Batch, spool: Spool, wishes: list[Wish]) -> Iterator[Row]:
    for wish in wishes:
        yield from _deliveries(batch, spool, wish)


def _deliveries(batch: Batch, events: Spool, wish: Wish) -> Iterator[Row]:
    """Make one delivery an event, or of many events one for as many as the endpoint takes at a time."""
    now, lane = clock.now(), _lane(batch, events.count)
    shared = {"endpoint_id": wish.endpoint_id, "import_id": batch.import_id, "lane": lane, "created_at": now}
    if lane == FAST or wish.mode is Mode.EACH or batch.type not in PRODUCTS:
        for event in events:
            one = {"message_id": event.id, "type": batch.type, "count": 1, "sku": event.sku}
            yield {"id": ids.new_id(), **shared, **one, "body": event.body, "next_at": now}
        return
    for some in cut(events, most=wish.batch_size, heaviest=BODY, weight=lambda event: len(event.body)):
        delivery_id = ids.new_id()
        message_id = f"msg_{delivery_id.hex}"
        several = {"message_id": message_id, "type": BATCH, "count": len(some), "sku": None}
        body = envelope.batched(message_id, some, at=now)
        yield {"id": delivery_id, **shared, **several, "body": body, "next_at": now}


def _lane(batch: Batch, events: int) -> int:
    """Return FAST for the end of an import and for what people change by hand."""
    if batch.type in PRODUCTS:
        return BULK if batch.import_id is not None or events > BY_HAND else FAST
    return FAST if batch.type == EventType.UPLOAD_COMPLETED else BULK


def _by_import(batch: Batch) -> bool:
    """Return whether an import did this itself: its undo has no summary, so that it is told of whatever the mode."""
    return batch.type in PRODUCTS and batch.actor.startswith("import:")
