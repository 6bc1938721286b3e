"""How long a list of products takes: filtered, searched, sorted, and at any depth, count and JSON included.

Run `python benchmarks/products.py URL [rounds]` on a database that holds the products; nothing is written. The last
column is the processor time of this process: on SQLite that is all of the work, and a busy machine moves it least.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from product_importer.catalog import queries
from product_importer.catalog.filters import Filters
from product_importer.catalog.order import Cursor, Direction, Order, Sort
from product_importer.catalog.schemas import ProductOut
from product_importer.kit import database

PER_PAGE = 20
NEWEST = Order(Sort.CREATED, Direction.DOWN)
CASES: dict[str, tuple[Filters, Order]] = {
    "the list": (Filters(), Order()),
    "newest first": (Filters(), NEWEST),
    "inactive ones": (Filters(active=False), Order()),
    "a common word": (Filters(q="MUG"), Order()),
    "a common word, newest first": (Filters(q="MUG"), NEWEST),
    "two words": (Filters(q="mug enamel"), Order()),
    "three words, active": (Filters(q="walnut bowl washable", active=True), Order()),
    "a word beyond ASCII": (Filters(q="FONCÉ"), Order()),
    "a rare number": (Filters(q="1234567"), Order()),
    "nothing like it": (Filters(q="zebrafish"), Order()),
    "a part of a SKU": (Filters(sku="-00012"), Order()),
    "a part of a name": (Filters(name="kettle, plain"), Order()),
    "a part of a description": (Filters(description="washable keeps"), Order()),
    "by price": (Filters(), Order(Sort.PRICE)),
    "by name": (Filters(), Order(Sort.NAME)),
}


def times(filters: Filters, order: Order, rounds: int, cursor: str | None = None) -> Iterator[tuple[float, float]]:
    """Yield the seconds, and this process's own, of each round after a first one that warms the caches."""
    for number in range(rounds + 1):
        began, own = time.perf_counter(), time.process_time()
        with database.reading() as session:
            found = queries.page(session, filters, order, page=1, per_page=PER_PAGE, cursor=cursor)
            _ = [ProductOut.model_validate(one).model_dump_json() for one in found.items]
        if number:
            yield time.perf_counter() - began, time.process_time() - own


def deep(order: Order) -> str:
    """Return a cursor in the middle of the list."""
    with database.reading() as session:
        whole = queries.count(session)
        product = queries.page(session, Filters(), order, page=whole // 2, per_page=1).items[0]
    place = Cursor.behind(product, order=order, page=whole // 2 // PER_PAGE, total=whole, exact=True)
    return place.written(Filters(), order)


def line(name: str, seconds: list[tuple[float, float]]) -> str:
    """Write median and 95th percentile, and the median of what this process itself used, in milliseconds."""
    ordered = sorted(wall for wall, _ in seconds)
    high, own = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], statistics.median(cpu for _, cpu in seconds)
    return f"{name:32} {1000 * statistics.median(ordered):8.1f} {1000 * high:8.1f} {1000 * own:8.1f}"


def main() -> None:
    """Print one line a case."""
    url, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    database.connect(url)
    print(f"{'':32} {'median':>8} {'p95':>8} {'own':>8}  ms")
    for name, (filters, order) in CASES.items():
        print(line(name, list(times(filters, order, rounds))), flush=True)
    for sort in (Sort.SKU, Sort.CREATED):
        order = Order(sort)
        print(line(f"in the middle, by {sort.value}", list(times(Filters(), order, rounds, deep(order)))))


if __name__ == "__main__":
    main()
