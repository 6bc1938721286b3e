"""The figures for Prometheus: requests as this process served them, everything else as the database has it now."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from product_importer import __version__
from product_importer.feeds import actions as feeds
from product_importer.imports import figures as imports
from product_importer.imports.states import State
from product_importer.kit import database
from product_importer.kit.tasks import figures as work
from product_importer.media import queries as media
from product_importer.webhooks import figures as webhooks

BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)  # seconds
NOWHERE = "none"  # the route of a request that no route took


class Requests:
    """The ASGI wrapper that counts requests by method, route and status; one for each process."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self.app = app
        labels = ("method", "route", "status")
        self._count = Counter("importer_http_requests", "Requests answered", labels, registry=registry)
        self._seconds = Histogram(
            "importer_http_seconds", "Seconds to the end of an answer", labels[:2], buckets=BUCKETS, registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request once it is answered, under the pattern of its route and not its path."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", NOWHERE)
            self._count.labels(scope["method"], route, status).inc()
            self._seconds.labels(scope["method"], route).observe(time.monotonic() - began)


class Standing(Collector):
    """Asks the database at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """Yield how work, imports and pictures stand."""
        yield _gauge("importer_info", "The version of the program", ("version",), {(__version__,): 1})
        with database.reading() as session:
            yield from _work(work.loads(session))
            yield from _imports(imports.states(session), imports.outcomes(session), imports.pace(session))
            yield from _webhooks(webhooks.sending(session))
            yield GaugeMetricFamily("importer_feeds_failing", "Feeds whose last check failed", feeds.failing(session))
            images = {(str(state),): count for state, count in media.states(session).items()}
            yield _gauge("importer_images", "Images by state", ("state",), images)

    def describe(self) -> Iterator[Metric]:
        """Name nothing in advance, so that registering asks no database."""
        return iter(())


def registry() -> CollectorRegistry:
    """Make the registry of one application."""
    made = CollectorRegistry()
    made.register(Standing())
    return made


def text(registry: CollectorRegistry) -> bytes:
    """Return everything in Prometheus' text format."""
    return generate_latest(registry)


def _work(loads: list[work.Load]) -> Iterator[Metric]:
    label = ("task", "queue")
    waiting = {(load.task, load.queue): load.waiting for load in loads}
    oldest = {(load.task, load.queue): load.oldest_seconds for load in loads}
    held = {(load.task, load.queue): load.held for load in loads}
    yield _gauge("importer_queue_waiting", "Rows waiting for a worker", label, waiting)
    yield _gauge("importer_queue_oldest_seconds", "Age of the oldest waiting row", label, oldest)
    yield _gauge("importer_leases_held", "Rows held by workers", label, held)


def _imports(states: dict[State, int], outcomes: dict[str, int], pace: imports.Pace) -> Iterator[Metric]:
    by_state = {(str(state),): count for state, count in states.items()}
    yield _gauge("importer_imports", "Imports by state", ("state",), by_state)
    rows = {(outcome,): count for outcome, count in outcomes.items()}
    yield _gauge("importer_rows", "Rows of all known imports by outcome", ("outcome",), rows)
    last = "over the last five minutes"
    yield GaugeMetricFamily("importer_rows_per_second", f"Rows written, {last}", pace.rows_per_second)
    seconds = {("mean",): pace.mean_seconds, ("longest",): pace.longest_seconds}
    yield _gauge("importer_slice_seconds", f"Seconds that a slice took, {last}", ("which",), seconds)


def _webhooks(seen: webhooks.Sending) -> Iterator[Metric]:
    last = "over the last five minutes"
    yield GaugeMetricFamily("importer_deliveries_waiting", "Deliveries still to be sent", seen.waiting)
    yield GaugeMetricFamily("importer_endpoints_failing", "Endpoints whose last delivery failed", seen.failing)
    attempts = {("answered",): seen.attempts - seen.failed, ("failed",): seen.failed}
    yield _gauge("importer_delivery_attempts", f"Attempts, {last}", ("outcome",), attempts)
    seconds = {("mean",): seen.mean_seconds, ("longest",): seen.longest_seconds}
    yield _gauge("importer_delivery_seconds", f"Seconds that an attempt took, {last}", ("which",), seconds)


def _gauge(name: str, words: str, labels: tuple[str, ...], values: Mapping[Any, float]) -> Metric:
    made = GaugeMetricFamily(name, words, labels=labels)
    for label, value in values.items():
        made.add_metric(label, value)
    return made
