"""Measures webhooks: single deliveries beside a bare aiohttp loop, half a million events in batches, a dead neighbour.

Run `python -m benchmarks.webhooks [singles batches dead import]`; the receiver is a process of its own on loopback.
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import gc
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web
from sqlalchemy import func, select

from benchmarks import measure, product, sample, servers
from benchmarks.product import Home
from benchmarks.rounds import Scenario, fresh, scenarios
from product_importer.journal.models import Batch
from product_importer.kit import clock, database, ids
from product_importer.webhooks import deliver, endpoints
from product_importer.webhooks.models import BULK, Attempt, Delivery, DeliveryState, Duty
from product_importer.webhooks.schemas import EndpointIn
from tests.servers import children

Made = Callable[[], contextlib.AbstractContextManager[Home]]  # an installation of its own for each call
AT_ONCE = 8
SINGLES, BATCHES, EVENTS = 10_000, 5_000, 100
EVENT = (
    b'{"id":"evt_1_01a2156b4cd573898960000000000001","type":"product.created","sequence":1,"data":"'
    + b"x" * 300
    + b'"}'
)


def main() -> None:
    """Measure the parts asked for, on SQLite and on PostgreSQL."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("parts", nargs="*", default=["singles", "batches", "dead", "import"])
    words.add_argument("--only", choices=["sqlite", "postgres"])
    words.add_argument("--rows", type=int, default=500_000)
    words.add_argument("--receive", nargs=2, type=float, metavar=("PORT", "SECONDS"), help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.receive:
        _receive(int(asked.receive[0]), asked.receive[1])
        return
    gc.freeze()  # as a worker does at its start
    parts = {"singles": _singles, "batches": _batches, "dead": _dead, "import": partial(_import, rows=asked.rows)}
    with tempfile.TemporaryDirectory() as folder:
        for name, made in _homes(Path(folder), asked.only):
            for part in asked.parts:
                print(f"{name:10} {part:8} {parts[part](made)}; {measure.load()}", flush=True)


def _homes(folder: Path, only: str | None) -> Iterator[tuple[str, Made]]:
    if only != "postgres":
        yield "SQLite", lambda: contextlib.nullcontext(_entered(Home(f"sqlite:///{folder}/{uuid.uuid4()}.db", folder)))
    if only != "sqlite":
        with servers.running() as server:

            @contextlib.contextmanager
            def anew() -> Iterator[Home]:
                with fresh(server, Home("", folder)) as home:
                    yield _entered(home)

            yield "PostgreSQL", anew


def _entered(home: Home) -> Home:
    home.enter()
    return home


def _singles(made: Made) -> str:
    """Send single events, in turn with a bare loop that records nothing; the ratios are those of paired rounds."""
    rounds = []
    with made(), _receiver(0.0) as url:
        endpoint_id = _endpoint(url, mode="each")
        for _ in range(3):
            bare = _spent(lambda: _run(_bare(url)))
            _fill(endpoint_id, SINGLES, EVENT, 1)
            ours = _spent(_deliver)
            rounds.append((SINGLES / ours.seconds, SINGLES / bare.seconds, bare.processor / ours.processor))
    sent, bare_sent, processor = (measure.median(column) for column in zip(*rounds, strict=True))
    ratio = measure.median([ours / bare for ours, bare, _ in rounds])
    return (
        f"{sent:,.0f} a second, bare loop {bare_sent:,.0f}: {ratio:.2f} (target 0.5),"
        f" {processor:.2f} in this process's processor time"
    )


def _batches(made: Made) -> str:
    """Send half a million events by hundreds to a receiver that takes 5 ms."""
    with made(), _receiver(0.005) as url:
        body = b'{"id":"msg_1","type":"batch","events":[' + b",".join([EVENT] * EVENTS) + b"]}"
        _fill(_endpoint(url), BATCHES, body, EVENTS)
        return f"{_spent(_deliver).seconds:.1f} s for {BATCHES * EVENTS:,} events (target 60)"


def _dead(made: Made) -> str:
    """Send to a healthy endpoint alone, and beside one that nobody listens at and one that hangs."""
    found = []
    with made(), _receiver(0.005) as url, _receiver(60.0) as hanging:
        healthy = _endpoint(url, mode="each")
        for beside in ([], [f"http://127.0.0.1:{children.free_port()}/", hanging]):
            for other in beside:
                _fill(_endpoint(other, mode="each"), 500, EVENT, 1)
            _fill(healthy, 3_000, EVENT, 1)
            began = clock.now()
            _deliver(healthy)
            found.append(_answers(began))
    (alone, first), (beside_dead, second) = found
    return (
        f"p95 of a request {alone:.1f} ms alone, {beside_dead:.1f} beside: {beside_dead / alone:.2f} (target 1.2);"
        f" all sent in {first:.1f} and {second:.1f} s"
    )


def _import(made: Made, rows: int, rounds: int = 3) -> str:
    """Import with an endpoint that wants it all and without, in turn, each into an empty catalog."""
    ratios, ends = [], []
    with tempfile.TemporaryDirectory() as folder, _receiver(0.005) as url:
        scenario = scenarios(sample.make(Path(folder), rows=rows))[0]
        for _ in range(rounds):
            with made() as home:
                plain = _imported(home, scenario)
            with made() as home:
                _endpoint(url)
                told = _imported(home, scenario)
            ratios.append(told.seconds / plain.seconds)
            ends.append(told.delivered)
    told_in = measure.median(ends)
    return f"{measure.median(ratios):.2f} times as long (target 1.25); all told {told_in:.1f} s after the upload"


@dataclass(frozen=True, slots=True)
class Imported:
    """Seconds until the import was complete, and until all of it was delivered."""

    seconds: float
    delivered: float


def _imported(home: Home, scenario: Scenario) -> Imported:
    with product.running("worker", home):
        began = time.perf_counter()
        phases = product.finish(product.send(scenario.copy.raw), expected=scenario.expected)
        while _left(None) or _undispatched():
            time.sleep(0.1)
        return Imported(sum(phases.values()), time.perf_counter() - began)


def _undispatched() -> int:
    waiting = select(func.count()).select_from(Batch).where(Batch.dispatched_at.is_(None))
    with database.reading() as session:
        return (session.scalar(waiting) or 0) if session.scalar(select(func.count()).select_from(Duty)) else 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock, and of the processor in this process."""

    seconds: float
    processor: float


def _spent(act: Callable[[], object]) -> Spent:
    began, used = time.perf_counter(), time.process_time()
    act()
    return Spent(time.perf_counter() - began, time.process_time() - used)


def _endpoint(url: str, **fields: object) -> uuid.UUID:
    wanted = EndpointIn.model_validate(
        {"url": url, "event_type": "product.created", "max_in_flight": AT_ONCE, **fields}
    )
    with database.transaction() as session:
        return endpoints.add(session, wanted, actor="user:local")[0].id


def _fill(endpoint_id: uuid.UUID, count: int, body: bytes, events: int) -> None:
    now = clock.now()
    shared = {"endpoint_id": endpoint_id, "type": "batch", "count": events, "lane": BULK, "body": body, "next_at": now}
    for start in range(0, count, 1_000):
        some = ({"id": ids.new_id(), "message_id": f"msg_{start + number}", **shared} for number in range(1_000))
        with database.transaction() as session:
            session.add_all(Delivery(**row) for row in list(some)[: count - start])


def _deliver(endpoint_id: uuid.UUID | None = None) -> None:
    """Be the worker until all that waits, or all that waits for one endpoint, is sent."""
    with database.reading() as session:
        duty = session.scalars(select(Duty.id).where(Duty.name == "deliver")).one()
    deliver.LINGER = 0.0
    while _left(endpoint_id):
        deliver.deliver_pending.run(duty)


def _left(endpoint_id: uuid.UUID | None) -> int:
    waiting = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.PENDING)
    with database.reading() as session:
        return (
            session.scalar(waiting if endpoint_id is None else waiting.where(Delivery.endpoint_id == endpoint_id)) or 0
        )


def _answers(since: dt.datetime) -> tuple[float, float]:
    """Return the 95th percentile of the healthy endpoint's answers in milliseconds, and the seconds until the last."""
    taken = select(Attempt.milliseconds, Attempt.at).where(Attempt.at >= since, Attempt.status == 200)
    with database.reading() as session:
        rows = session.execute(taken.order_by(Attempt.at)).all()
    return measure.percentile([row.milliseconds for row in rows], 0.95), (rows[-1].at - since).total_seconds()


def _run(work: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _bare(url: str) -> None:
    """Post as many requests as fast as aiohttp can, as many at a time."""
    left = iter(range(SINGLES))

    async def carry(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=EVENT, headers={"Content-Type": "application/json"}) as answer:
                await answer.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(carry(session) for _ in range(AT_ONCE)))


@contextlib.contextmanager
def _receiver(seconds: float) -> Iterator[str]:
    port = children.free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.webhooks", "--receive", str(port), str(seconds)])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise RuntimeError("the receiver did not start")


def _receive(port: int, seconds: float) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(seconds)
        return web.Response()

    app = web.Application(client_max_size=10**8)
    app.router.add_post("/", take)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main()
