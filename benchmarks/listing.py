"""How long a list of products takes: filtered, searched, sorted, and at any depth, count and JSON included.

Each database is made for the benchmark; one that holds products already may be named by its URL. The last column is the
processor time of this process: on SQLite that is all of the work, and a busy machine moves it least.
"""

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator

from benchmarks import filling, rounds, servers
from benchmarks.product import Home
from product_importer.catalog import queries
from product_importer.catalog.filters import Filters
from product_importer.catalog.order import Cursor, Direction, Order, Sort
from product_importer.catalog.schemas import ProductOut
from product_importer.journal import queries as journal
from product_importer.kit import database
from product_importer.web.requests.journal_query import JournalQuery
from tests.servers import children

PER_PAGE = 20
NEWEST = Order(Sort.CREATED, Direction.DOWN)
CASES: dict[str, tuple[Filters, Order]] = {
    "the list": (Filters(), Order()),
    "newest first": (Filters(), NEWEST),
    "active ones": (Filters(active=True), Order()),
    "inactive ones": (Filters(active=False), Order()),
    "of one import": (Filters(import_id=filling.IMPORT), Order()),
    "a common word": (Filters(q="MUG"), Order()),
    "a common word, newest first": (Filters(q="MUG"), NEWEST),
    "a common word, inactive": (Filters(q="MUG", active=False), Order()),
    "two words": (Filters(q="mug enamel"), Order()),
    "three words, active": (Filters(q="walnut bowl washable", active=True), Order()),
    "a word beyond ASCII": (Filters(q="FONCÉ"), Order()),
    "a rare number": (Filters(q="123456"), Order()),
    "nothing like it": (Filters(q="zebrafish"), Order()),
    "two letters": (Filters(q="q7"), Order()),
    "a part of a SKU": (Filters(sku="-00012"), Order()),
    "where a fifth of all SKUs begin": (Filters(sku="prd-04"), Order()),
    "the same, by a search": (Filters(q="prd-04"), Order()),
    "a part of a name": (Filters(name="kettle, plain"), Order()),
    "a part of 3 % of all texts": (Filters(description="washable keeps"), Order()),
    "the same, newest first": (Filters(description="washable keeps"), NEWEST),
    "the same, inactive": (Filters(description="washable keeps", active=False), Order()),
    "a part of few texts": (Filters(description="washable keeps oiled"), Order()),
    "by price": (Filters(), Order(Sort.PRICE)),
    "by name": (Filters(), Order(Sort.NAME)),
    "by last change": (Filters(), Order(Sort.UPDATED)),
    "a common word, by price": (Filters(q="MUG"), Order(Sort.PRICE)),
}
DEEP: dict[str, tuple[Filters, Order]] = {
    "in the middle": (Filters(), Order()),
    "newest first": (Filters(), NEWEST),
    "a common word": (Filters(q="MUG"), Order()),
    "a part of 3 % of texts": (Filters(description="washable keeps"), Order()),
}


def times(
    filters: Filters, order: Order, rounds: int, *, page: int = 1, cursor: str | None = None
) -> Iterator[tuple[float, float]]:
    """Yield the seconds, and this process's own, of each round after a first one that warms the caches."""
    for number in range(rounds + 1):
        began, own = time.perf_counter(), time.process_time()
        with database.reading() as session:
            found = queries.page(session, filters, order, page=page, per_page=PER_PAGE, cursor=cursor)
            _ = [ProductOut.model_validate(one).model_dump_json() for one in found.items]
        if number:
            yield time.perf_counter() - began, time.process_time() - own


def histories(sku: str, rounds: int) -> Iterator[tuple[float, float]]:
    """Yield the same for the journal narrowed down to a SKU."""
    for _ in range(rounds):
        began, own = time.perf_counter(), time.process_time()
        with database.reading() as session:
            journal.page(session, JournalQuery(sku=sku).wanted(session))
        yield time.perf_counter() - began, time.process_time() - own


def place(filters: Filters, order: Order, number: int) -> str:
    """Return a cursor behind the product of this number."""
    with database.reading() as session:
        found = queries.page(session, filters, order, page=number, per_page=1)
    total = found.total
    behind = Cursor.behind(found.items[0], order=order, page=number // PER_PAGE, total=total.count, exact=total.exact)
    return behind.written(filters, order)


def line(name: str, seconds: list[tuple[float, float]]) -> str:
    """Write median and 95th percentile, and the median of what this process itself used, in milliseconds."""
    ordered = sorted(wall for wall, _ in seconds)
    high, own = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], statistics.median(cpu for _, cpu in seconds)
    return f"{name:34} {1000 * statistics.median(ordered):8.1f} {1000 * high:8.1f} {1000 * own:8.1f}"


def measured(rounds: int) -> None:
    """Print one line a case for the database that is connected."""
    print(f"{'':34} {'median':>8} {'p95':>8} {'own':>8}  ms")
    for name, (filters, order) in CASES.items():
        print(line(name, list(times(filters, order, rounds))), flush=True)
    with database.reading() as session:
        half = queries.count(session) // 2
    for name, page in (("in the middle", half // PER_PAGE), ("at the end", 2 * half // PER_PAGE)):
        print(line(f"page by number {name}", list(times(Filters(), Order(), rounds, page=page))), flush=True)
    for name, (filters, order) in DEEP.items():
        cursor = place(filters, order, half if filters.is_empty else queries.COUNTED - PER_PAGE)
        print(line(f"by a cursor, {name}", list(times(filters, order, rounds, cursor=cursor))), flush=True)
    for name, sku in (("a SKU", "PRD-0012345"), ("a SKU that nothing had", "PRD-NONE")):
        print(line(f"the journal of {name}", list(histories(sku, rounds))))


@contextlib.contextmanager
def made(kind: str, rows: int) -> Iterator[None]:
    """Make a database with so many products, and connect to it."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(children.private_folder("bench"))
        if kind == "sqlite":
            home = Home(f"sqlite:///{folder / 'lists.db'}", folder)
            home.enter()
            filling.fill(rows)
        else:
            server = stack.enter_context(servers.running())
            home = stack.enter_context(rounds.fresh(server, Home("", folder)))
            home.enter()
            filling.fill(rows)
            server.settle(home.url)
        yield


def main() -> None:
    """Print one table a database."""
    asked = argparse.ArgumentParser(description="How long lists of products and searches take.")
    asked.add_argument("--only", choices=("sqlite", "postgres"), help="one of the two databases")
    asked.add_argument("--rows", type=int, default=500_000, help="products in each database that is made")
    asked.add_argument("--rounds", type=int, default=20, help="how often each is asked")
    asked.add_argument("--url", help="a database that has products already")
    given = asked.parse_args()
    if given.url:
        database.connect(given.url)
        measured(given.rounds)
        return
    for kind in [given.only] if given.only else ["sqlite", "postgres"]:
        print(f"\n{kind}, {given.rows:,} products")
        with made(kind, given.rows):
            measured(given.rounds)


if __name__ == "__main__":
    main()
