"""The queue of one endpoint: sent by so many requests at a time and a second, what people wait for first."""

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from product_importer.kit.outbound.client import Client
from product_importer.webhooks import schedule, sending
from product_importer.webhooks.models import BULK, Endpoint, Mode
from product_importer.webhooks.sending import Outcome, Receiver
from product_importer.webhooks.waiting import Item

BESIDE: Final = 2  # further requests at a time for what people wait for, so that no import is in their way
LOADED: Final = 5_000  # events in memory at most
MOST: Final = 2_000  # deliveries in memory at most
URGENT: Final = 100  # deliveries that people wait for and that come in although the line is full


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many deliveries a queue has room for, and how many of those that people wait for at least."""

    any: int
    urgent: int


def most(endpoint: Endpoint) -> int:
    """Return how many deliveries of an endpoint are kept in memory at most."""
    size = endpoint.batch_size if endpoint.mode is not Mode.EACH else 1
    return max(2 * endpoint.max_in_flight, min(MOST, LOADED // size))


class EndpointQueue:
    """Sends the deliveries of one endpoint; each stays in flight until its outcome is recorded.

    It sets `wake` when it has room for more, and when one of its tasks has found nothing more to send.
    """

    def __init__(self, calls: Client, report: Callable[[Outcome], None], wake: asyncio.Event) -> None:
        self.in_flight: dict[uuid.UUID, int] = {}  # and their lanes
        self.running: set[asyncio.Task[None]] = set()
        self.fault: BaseException | None = None  # of our own, not of the receiver
        self._calls, self._report, self._wake = calls, report, wake
        self._urgent: deque[Item] = deque()
        self._patient: deque[Item] = deque()
        self._failures, self._next_at, self._halted = 0, 0.0, False

    def follow(self, endpoint: Endpoint, receiver: Receiver) -> None:
        """Take the endpoint as it is now; one that was halted begins anew once all outcomes are recorded."""
        self._endpoint, self._receiver = endpoint, receiver
        self._most, self._rate = most(endpoint), endpoint.rate_per_second
        if not self.in_flight:
            self._failures, self._halted = endpoint.failures, False

    @property
    def room(self) -> Capacity:
        """How many further deliveries may come: many once half of the line is gone, some urgent ones at any time."""
        if self._halted:
            return Capacity(0, 0)
        return Capacity(self._most if self._waiting() < self._most // 2 else 0, max(0, URGENT - len(self._urgent)))

    def take_in(self, deliveries: Iterable[Item]) -> None:
        """Put deliveries in line, unless the endpoint has begun to fail meanwhile."""
        for delivery in deliveries if not self._halted else ():
            self.in_flight[delivery.id] = delivery.lane
            (self._patient if delivery.lane == BULK else self._urgent).append(delivery)

    def start(self) -> None:
        """Have as many tasks send as there may be requests at a time and deliveries to send."""
        self._start_tasks(min(self._endpoint.max_in_flight, len(self._patient) + len(self._urgent)), urgent_only=False)
        self._start_tasks(min(BESIDE, len(self._urgent)), urgent_only=True)

    def settled(self, delivery_id: uuid.UUID) -> None:
        """Let go of a delivery whose outcome is recorded."""
        self.in_flight.pop(delivery_id, None)

    def stop(self) -> None:
        """Send nothing more than what is under way."""
        for line in (self._urgent, self._patient):
            for delivery in line:
                del self.in_flight[delivery.id]
            line.clear()

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    def _start_tasks(self, wanted: int, *, urgent_only: bool) -> None:
        name = "urgent" if urgent_only else "any"
        for _ in range(wanted - sum(task.get_name() == name for task in self.running)):
            task = asyncio.create_task(self._send_all(urgent_only=urgent_only), name=name)
            self.running.add(task)
            task.add_done_callback(self._ended)

    async def _send_all(self, *, urgent_only: bool) -> None:
        """Send one delivery after the other until none is left."""
        while (delivery := self._next(urgent_only=urgent_only)) is not None:
            if self._rate is not None:
                await self._pace(self._rate)
            outcome = await sending.send(self._calls, self._receiver, delivery)
            self._report(outcome)
            if not outcome.is_test:
                self._mind(outcome)

    def _waiting(self) -> int:
        return len(self._urgent) + len(self._patient)

    def _next(self, *, urgent_only: bool) -> Item | None:
        """Take the next one out of the line; when half of the line is gone, more is loaded while this goes on."""
        if self._waiting() == self._most // 2:
            self._wake.set()
        if self._urgent:
            return self._urgent.popleft()
        return self._patient.popleft() if self._patient and not urgent_only else None

    def _mind(self, outcome: Outcome) -> None:
        """Send no more to one that fails again and again, or asks for a rest: what waits must not use up its tries."""
        self._failures = 0 if outcome.succeeded else self._failures + 1
        if self._failures >= schedule.RESTS_AFTER or outcome.asked or outcome.status == sending.GONE:
            self._halted = True
            self.stop()

    async def _pace(self, rate: int) -> None:
        """Wait for the moment that the endpoint's rate, in requests a second, leaves to this one."""
        now = time.monotonic()
        mine = max(now, self._next_at)
        self._next_at = mine + 1 / rate
        await asyncio.sleep(mine - now)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.running.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fault = error
