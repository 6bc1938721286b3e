"""How long it takes to delete everything and to write it to a file, beside the databases' own ways.

Both databases are the benchmark's own. While the job deletes, a real server is asked for pages of products.
"""

import argparse
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Integer, Text, cast, column, insert, literal, select, text

from benchmarks import measure, product, rounds, servers, waits
from benchmarks.product import Home
from benchmarks.waits import Waits
from product_importer.catalog import bulk, bulk_queries, bulk_run, export
from product_importer.catalog.bulk_models import BulkKind
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.kit import clock, database, ids
from tests.servers import children

BATCH = 10_000  # products that the bare way deletes in one transaction
EVERYTHING = "SELECT sku, name, description, price, active FROM products ORDER BY sku_key"
FIELDS = ("id", "sku", "sku_key", "name", "description", "price", "active", "version", "created_at", "updated_at")
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) SELECT i FROM n",
    "postgresql": "SELECT generate_series(1, :rows) AS i",
}


def fill(rows: int) -> None:
    """Put so many products of about 130 bytes into the empty catalog."""
    numbers = text(NUMBERS[database.engine().dialect.name]).bindparams(rows=rows).columns(column("i", Integer))
    i, now = numbers.subquery("numbers").c.i, literal(clock.now(), Product.__table__.c.created_at.type)
    number = cast(10_000_000 + i, Text)
    name, words = literal("Product number ").concat(number), literal("A text about product ").concat(number)
    made = select(
        database.face().block_id(ids.block_prefix(), i),
        literal("SKU-").concat(number),
        literal("sku-").concat(number),
        name,
        words.concat(" that goes on for a while, as such texts do"),
        1 + i % 1000,
        i % 7 > 0,
        literal(1),
        now,
        now,
    )
    with database.transaction() as session:
        session.execute(insert(Product.__table__).from_select(FIELDS, made))  # type: ignore[arg-type]


def bare() -> float:
    """Delete everything in batches without a journal, a fence or a gap, and return the seconds."""
    some = f"DELETE FROM products WHERE id IN (SELECT id FROM products ORDER BY sku_key LIMIT {BATCH})"
    began, gone = time.perf_counter(), 1
    while gone:
        with database.transaction() as session:
            gone = session.connection().exec_driver_sql(some).rowcount
    return time.perf_counter() - began


def job() -> float:
    """Delete everything by a bulk job, and return the seconds."""
    with database.transaction() as session:
        job_id = bulk.start(session, BulkKind.DELETE, Filters(), actor="system").id
    began = time.perf_counter()
    bulk_run.run_bulk.run(job_id)
    seconds = time.perf_counter() - began
    with database.reading() as session:
        seen = bulk_queries.seen(session, job_id)
    if not seen.progress.done or seen.progress.done != seen.progress.total:
        raise SystemExit(f"the job is {seen.state} after {seen.progress.done} products")
    return seconds


def exported(target: Path) -> float:
    """Write everything by the product's export, and return the seconds."""
    began = time.perf_counter()
    with target.open("wb") as file:
        file.writelines(piece.encode() for piece in export.written(Filters()))
    return time.perf_counter() - began


def dumped(command: list[str], target: Path) -> float:
    """Write everything by the database's own program, and return the seconds."""
    began = time.perf_counter()
    with target.open("wb") as file:
        subprocess.run(command, stdout=file, check=True)
    return time.perf_counter() - began


def compare(home: Home, rows: int, rounds_: int, settle: Callable[[], None], command: list[str]) -> None:
    """Print one line a round: both files, both deletions, and what readers felt of the job."""
    home.enter()
    port = children.free_port()
    with product.running("web", home, PORT=str(port)):
        for number in range(1, rounds_ + 1):
            fill(rows)
            settle()
            own_file, its_file = exported(home.folder / "own.csv"), dumped(command, home.folder / "its.csv")
            with waits.repeated(waits.asking(port)):
                its = bare()
            fill(rows)
            settle()
            with waits.repeated(waits.asking(port)) as taken:
                own = job()
            felt = Waits.of(taken)
            print(f"  round {number}: export {own_file:.2f} s / {its_file:.2f} s = {own_file / its_file:.2f}", end="; ")
            print(f"delete {own:.2f} s / {its:.2f} s = {own / its:.2f}", end="; ")
            print(f"pages meanwhile: p95 {felt.p95:.0f} ms of {felt.tries}, {measure.load()}", flush=True)


def main() -> None:
    """Run both databases, or the one that was asked for."""
    said = argparse.ArgumentParser(prog="benchmarks/bulk.py", description=__doc__)
    said.add_argument("--rows", type=int, default=500_000, help="products (default: %(default)s)")
    said.add_argument("--rounds", type=int, default=3, help="rounds (default: %(default)s)")
    said.add_argument("--only", choices=("postgres", "sqlite"), help="measure one database only")
    asked = said.parse_args()
    with children.private_folder("bench-bulk") as folder:
        if asked.only != "postgres":
            print(f"SQLite, {asked.rows:,} products, beside `sqlite3 -csv` and a bare DELETE")
            place = folder / "bulk.db"
            command = ["sqlite3", "-csv", str(place), EVERYTHING]
            compare(Home(f"sqlite:///{place}", folder), asked.rows, asked.rounds, os.sync, command)
        if asked.only != "sqlite":
            print(f"PostgreSQL, {asked.rows:,} products, beside `\\copy` and a bare DELETE")
            with servers.running() as server, rounds.fresh(server, Home("", folder)) as home:
                copied = f"\\copy ({EVERYTHING}) TO STDOUT CSV"
                command = [server.psql, "-qc", copied, servers.free_of_driver(home.url)]
                compare(home, asked.rows, asked.rounds, lambda: server.settle(home.url), command)


if __name__ == "__main__":
    main()
