"""What others feel of an import: how long an edit of one product waits, and how soon a page of products comes."""

import http.client
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select, update

from benchmarks import measure, product
from benchmarks.product import Home
from benchmarks.rounds import scenarios
from benchmarks.sample import Sample
from product_importer.catalog.models import Product
from product_importer.kit import database
from tests.servers import children

EVERY = 0.05  # seconds between the ends and beginnings of two edits, or of two requests
IDLE = 10.0  # seconds of requests without an import


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds, of so many tries."""

    tries: int
    p50: float
    p95: float
    longest: float

    @classmethod
    def of(cls, seconds: list[float]) -> "Waits":
        """Sum up what was measured."""
        p50, p95 = measure.percentile(seconds, 0.5), measure.percentile(seconds, 0.95)
        return cls(len(seconds), p50 * 1000, p95 * 1000, max(seconds) * 1000)


def edits(home: Home, sample: Sample) -> dict[str, Waits]:
    """Change one product again and again, at rest and during an import into the empty and the filled catalog."""
    home.enter()
    product_id = _one_product()
    found: dict[str, list[float]] = {"idle": _during(lambda: _edit(product_id), seconds=2.0)}
    for scenario in scenarios(sample)[:2]:
        with product.running("worker", home), repeated(lambda: _edit(product_id)) as taken:
            product.finish(product.send(scenario.copy.raw), expected={"rows": sample.rows})
        found[scenario.name] = taken
    return {name: Waits.of(taken) for name, taken in found.items()}


def pages(home: Home, sample: Sample) -> dict[str, Waits]:
    """Ask a real server for pages of products, at rest and during an import that changes half of them."""
    home.enter()
    first, changed, _ = scenarios(sample)
    port = children.free_port()
    with product.running("worker", home), product.running("web", home, PORT=str(port)):
        ask = asking(port)
        product.finish(product.send(first.copy.raw), expected=first.expected)
        idle = _during(ask, seconds=IDLE)
        with repeated(ask) as busy:
            product.finish(product.send(changed.copy.raw), expected=changed.expected)
    return {"idle": Waits.of(idle), "during an import": Waits.of(busy)}


def asking(port: int) -> Callable[[], None]:
    """Return a function that asks the server at this port for a page of products."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask() -> None:
        connection.request("GET", "/products?page=7")
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"GET /products answered {answer.status}")

    return ask


def _one_product() -> uuid.UUID:
    """Return a product that no row of the sample speaks of."""
    with database.transaction() as session:
        if (found := session.scalar(select(Product.id).where(Product.sku_key == "edited"))) is not None:
            return found
        made = Product(sku="EDITED", sku_key="edited", name="Edited by hand", price=Decimal("1.00"))
        session.add(made)
    return made.id


def _edit(product_id: uuid.UUID) -> None:
    with database.transaction() as session:
        session.execute(update(Product).where(Product.id == product_id).values(version=Product.version + 1))


def _during(act: Callable[[], None], *, seconds: float) -> list[float]:
    with repeated(act) as taken:
        time.sleep(seconds)
    return taken


@contextmanager
def repeated(act: Callable[[], None]) -> Iterator[list[float]]:
    """Act again and again from a thread of its own while the block runs; gives the seconds that each took."""
    taken: list[float] = []
    failed: list[Exception] = []
    ended = threading.Event()

    def repeat() -> None:
        try:
            while not ended.wait(EVERY):
                began = time.perf_counter()
                act()
                taken.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - raised again where the block ends
            failed.append(error)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield taken
    finally:
        ended.set()
        thread.join()
    if failed:
        raise failed[0]
