"""The benchmark's order of events: the file, then each database in turn, then memory and waits, then the tables."""

import argparse
import platform
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import floors, measure, product, report, rounds, sample, servers, waits
from benchmarks.product import Home
from benchmarks.sample import Sample
from tests.servers import children, redis

PARTS = ("speed", "memory", "edits", "pages")
MEMORY_ROWS = 2_000_000
POSTGRES_WAYS = {
    rounds.FLOOR: r"psql \copy + INSERT ... ON CONFLICT",
    rounds.PRODUCT: "Product Importer, journal on, Celery with two processes",
    rounds.PEER: "SQLAlchemy Core, batches of 1,000",
}
SQLITE_WAYS = {rounds.FLOOR: "sqlite3 .import + INSERT ... ON CONFLICT", rounds.PRODUCT: "Product Importer, journal on"}


def main() -> None:
    """Measure what was asked for and print it as Markdown."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # leaves every block, and with it no server behind
    print(f"Python {platform.python_version()}, {measure.load()}; {asked.rows:,} rows, {asked.rounds} rounds")
    with children.private_folder("bench") as folder:
        file = sample.make(folder, rows=asked.rows)
        size = file.first.raw.stat().st_size
        print(f"{size / 1e6:.0f} MB, {size / file.rows:.0f} bytes a row, ", end="")
        print(f"{file.distinct:,} distinct SKUs, {file.rejected:,} rows invalid", flush=True)
        if asked.only != "sqlite":
            with servers.running() as server, redis.running() as broker:
                _on_postgres(asked, file, server, Home("", folder, broker.fresh()))
        if asked.only != "postgres":
            _on_sqlite(asked, file, folder)


def _on_postgres(asked: argparse.Namespace, file: Sample, server: servers.Measured, home: Home) -> None:
    name = f"PostgreSQL {server.server.version()}"
    if "speed" in asked.parts:
        found = rounds.on_postgres(file, server, home, rounds=asked.rounds)
        report.costs(f"{name}, {file.rows:,} rows", POSTGRES_WAYS, found)
    if "memory" in asked.parts:
        with _large(asked.memory_rows) as (large, _), rounds.fresh(server, home) as place:
            _memory(name, large, place)
    if "pages" in asked.parts:
        with rounds.fresh(server, home) as place:
            report.waits(f"GET /products, {name}", waits.pages(place, file))


def _on_sqlite(asked: argparse.Namespace, file: Sample, folder: Path) -> None:
    name = f"SQLite {floors.version_of_cli()}"
    if "speed" in asked.parts:
        found = rounds.on_sqlite(file, folder, rounds=asked.rounds)
        report.costs(f"{name}, {file.rows:,} rows", SQLITE_WAYS, found)
    if "memory" in asked.parts:
        with _large(asked.memory_rows) as (large, place):
            _memory(name, large, Home(f"sqlite:///{place / 'memory.db'}", place))
    if "edits" in asked.parts:
        waited = waits.edits(Home(f"sqlite:///{folder / 'edits.db'}", folder), file)
        report.waits(f"An edit of one product, {name}", waited)
    if "pages" in asked.parts:
        asked_for = waits.pages(Home(f"sqlite:///{folder / 'pages.db'}", folder), file)
        report.waits(f"GET /products, {name}", asked_for)


def _memory(name: str, large: Sample, home: Home) -> None:
    first = rounds.scenarios(large)[0]
    used = product.run(home, first.copy.raw, expected=first.expected)
    print(f"\n{name}, {large.rows:,} rows: {used.peak or 0:.0f} MiB over idle, {used.seconds:.1f} s")


@contextmanager
def _large(rows: int) -> Iterator[tuple[Sample, Path]]:
    with children.private_folder("bench-large") as place:
        yield sample.make(place, rows=rows), place


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/import.py", description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000, help="rows of the file (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, interleaved (default: %(default)s)")
    parser.add_argument("--only", choices=("postgres", "sqlite"), help="measure one database only")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="measure only these (default: all)")
    parser.add_argument("--memory-rows", type=int, default=MEMORY_ROWS, help="rows for the memory part")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
