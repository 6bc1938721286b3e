"""Sends what is due to all endpoints at once, each at its own pace, and records what came of it."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import uvloop
from sqlalchemy import ColumnElement

from product_importer.kit import database, logs, settings, tasks
from product_importer.kit.failpoints import failpoint
from product_importer.kit.outbound import client
from product_importer.kit.outbound.client import Client
from product_importer.kit.outbound.policy import Policy
from product_importer.kit.secrets import SecretUnreadable
from product_importer.kit.tasks import leases, turn
from product_importer.webhooks import duties, settling, waiting
from product_importer.webhooks.endpoint_queue import Capacity, EndpointQueue, most
from product_importer.webhooks.models import Duty, Endpoint
from product_importer.webhooks.sending import Outcome, Receiver
from product_importer.webhooks.waiting import Item

LOOK = 0.2  # seconds between two looks at what is due
LINGER = 1.0  # seconds without anything to send until a turn ends: connections are kept open for so long
ENDING: Final = 4.0  # seconds that requests under way have when the worker is asked to end
AT_ONCE: Final = 200  # connections
_log = logs.get("webhooks.deliver")


def due() -> ColumnElement[bool]:
    """Return whether anything waits to be sent."""
    return duties.waits(duties.DELIVER, waiting.any_due())


@tasks.register("webhooks", model=Duty, due=due, waits_for_others=True)
def deliver_pending(duty_id: uuid.UUID) -> None:
    """Send until nothing is due any more or the turn is over."""
    duties.do(duty_id, _work, task=deliver_pending)


def _work(lease: leases.Hold) -> None:
    failpoint("webhook.deliver.claimed")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_send_all(lease))


async def _send_all(lease: leases.Hold) -> None:
    policy = Policy.of(settings.current())
    async with client.opened(policy, at_once=AT_ONCE) as calls:
        sender = Sender(calls, lease)
        try:
            await sender.work()
        finally:
            await sender.close()


@dataclass(frozen=True, slots=True)
class InFlight:
    """The deliveries that a queue holds, with their lanes, and how many more it has room for."""

    lanes: Mapping[uuid.UUID, int]
    room: Capacity


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be sent to one endpoint now."""

    endpoint: Endpoint
    receiver: Receiver
    deliveries: Sequence[Item]


def _due(in_flight: Mapping[uuid.UUID, InFlight], lease: leases.Hold) -> list[Due]:
    """Fetch what is due but for what is in flight already; an endpoint that cannot be called is set aside."""
    found, unreadable = [], []
    with database.reading() as session:
        for endpoint in waiting.endpoints(session):
            held = in_flight.get(endpoint.id, InFlight({}, Capacity(most(endpoint), 0)))
            try:
                receiver = Receiver.of(endpoint)
            except SecretUnreadable:
                unreadable.append(endpoint.id)
                continue
            room = held.room
            some = waiting.deliveries(session, endpoint, but=held.lanes, limit=room.any, urgent=room.urgent)
            found.append(Due(endpoint, receiver, some))
    for endpoint_id in unreadable:
        database.retried(partial(_set_aside, endpoint_id, lease))
    return found


def _set_aside(endpoint_id: uuid.UUID, lease: leases.Hold) -> None:
    with database.transaction() as session:
        duties.fence(session, lease)
        if lost := settling.set_aside(session, endpoint_id):
            _log.error("an endpoint cannot be called", endpoint=str(endpoint_id), error=lost.message)


class Sender:
    """Keeps a queue for each endpoint that something is due for; nothing is sent without being recorded here."""

    def __init__(self, calls: Client, lease: leases.Hold) -> None:
        self._calls, self._lease = calls, lease
        self._queues: dict[uuid.UUID, EndpointQueue] = {}
        self._outcomes: list[Outcome] = []
        self._wake = asyncio.Event()
        self._ends = time.monotonic() + turn.TURN
        self._quiet_since = time.monotonic()

    async def work(self) -> None:
        """Load, send and record in turn; raises GivenBack when others are to have their turn, Fenced when lost."""
        while not self._is_over():
            self._lease.check()
            await self._load()
            await self._wait()
            await self._record()
            if self._is_busy():
                self._quiet_since = time.monotonic()
            elif time.monotonic() - self._quiet_since > LINGER:
                return
        await self._finish()
        raise leases.GivenBack

    async def close(self) -> None:
        """Let go of requests that are still under way; they are sent again by whoever comes next."""
        for queue in self._queues.values():
            await queue.close()

    def _is_over(self) -> bool:
        return time.monotonic() > self._ends or tasks.stopping.is_set()

    def _is_busy(self) -> bool:
        return bool(self._outcomes) or any(queue.in_flight for queue in self._queues.values())

    async def _load(self) -> None:
        """Give each endpoint's queue what is due; one whose endpoint may not be called any more stops."""
        in_flight = {key: InFlight(dict(queue.in_flight), queue.room) for key, queue in self._queues.items()}
        found = await asyncio.to_thread(_due, in_flight, self._lease)
        for one in found:
            if one.endpoint.id not in self._queues:
                self._queues[one.endpoint.id] = EndpointQueue(self._calls, self._outcomes.append, self._wake)
            queue = self._queues[one.endpoint.id]
            queue.follow(one.endpoint, one.receiver)
            queue.take_in(one.deliveries)
            queue.start()
        for key in self._queues.keys() - {one.endpoint.id for one in found}:
            self._queues[key].stop()

    async def _wait(self) -> None:
        """Wait a moment, or until some queue has room for more or has sent all that it had."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK):
                await self._wake.wait()
        self._wake.clear()
        for queue in self._queues.values():
            if queue.fault is not None:
                raise queue.fault

    def _running(self) -> list[asyncio.Task[None]]:
        return [task for queue in self._queues.values() for task in queue.running]

    async def _record(self) -> None:
        """Write the outcomes down; only then may their deliveries be looked at again."""
        if not self._outcomes:
            return
        some = list(self._outcomes)
        failpoint("webhook.posted")
        await asyncio.to_thread(database.retried, lambda: self._settle(some))
        del self._outcomes[: len(some)]
        for outcome in some:
            self._queues[outcome.delivery.endpoint_id].settled(outcome.delivery.id)

    def _settle(self, some: list[Outcome]) -> None:
        with database.transaction() as session:
            duties.fence(session, self._lease)
            settling.settle(session, some)
            failpoint("webhook.settle.before-commit", session)
        failpoint("webhook.settle.after-commit")

    async def _finish(self) -> None:
        """Send nothing more, and wait for what is under way as long as may be."""
        for queue in self._queues.values():
            queue.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDING if tasks.stopping.is_set() else None):
                await asyncio.gather(*self._running())
        await self._record()
