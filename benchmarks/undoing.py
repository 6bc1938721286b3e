"""Imports 500,000 products and takes them back: seconds of both, and of the pages of changes in between.

`python -m benchmarks.undoing`; a first argument chooses `sqlite` or `postgres`, a second one the rows.
"""

import contextlib
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from benchmarks import measure, product, rounds, sample, servers
from benchmarks.product import Home
from product_importer.imports import changes, queries
from product_importer.imports.models import Undo
from product_importer.imports.states import Outcome, UndoState
from product_importer.imports.undoing import undo_actions
from product_importer.kit import clock, database
from tests.servers import redis

SEARCHES = {"first page": "", "a common word": "enamel", "a rare number": "4711", "a word nobody has": "zeppelin"}
LOOK = 0.05  # seconds


def main() -> None:
    """Measure the databases that the command line names."""
    chosen, wanted = [*sys.argv[1:], "", ""][:2]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = sample.make(folder, rows=int(wanted or 500_000))
        if chosen != "postgres":
            home = Home(f"sqlite:///{folder / 'products.db'}", folder)
            _measure("SQLite", home, file)
        if chosen != "sqlite":
            with _on_postgres(folder) as home:
                _measure("PostgreSQL", home, file)


@contextlib.contextmanager
def _on_postgres(folder: Path) -> Iterator[Home]:
    with (
        servers.running() as server,
        redis.running() as broker,
        rounds.fresh(server, Home("", folder, broker.fresh())) as home,
    ):
        yield home


def _measure(title: str, home: Home, file: sample.Sample) -> None:
    """Undo an import into an empty catalog, then one that changed half of the products."""
    empty, half, _ = rounds.scenarios(file)
    home.enter()
    with product.running("worker", home):
        seconds, import_id = _imported(empty)
        _look(title, import_id)
        _tell(title, "created", seconds, _undone(import_id))
        _imported(empty)
        seconds, import_id = _imported(half)
        _tell(title, "half changed", seconds, _undone(import_id))


def _imported(scenario: rounds.Scenario) -> tuple[float, uuid.UUID]:
    began, import_id = clock.now(), product.send(scenario.copy.raw)
    product.finish(import_id, expected=scenario.expected)
    with database.reading() as session:
        ended = queries.job_of(session, import_id).finished_at
    return (ended - began).total_seconds() if ended else 0.0, import_id


def _undone(import_id: uuid.UUID) -> float:
    """Take the import back; returns the seconds from the wish to its end."""
    with database.transaction() as session:
        undo_id = undo_actions.start(session, import_id, actor="user:local").id
    while True:
        time.sleep(LOOK)
        with database.reading() as session:
            undo = session.get_one(Undo, undo_id)
        if undo.state is not UndoState.RUNNING:
            break
    if undo.state is not UndoState.COMPLETED or undo.finished_at is None:
        raise RuntimeError(f"the undo is {undo.state}")
    return (undo.finished_at - undo.created_at).total_seconds()


def _look(title: str, import_id: uuid.UUID) -> None:
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    for name, search in SEARCHES.items():
        began = time.perf_counter()
        found = len(changes.page(job, Outcome.CREATED, search=search).items)
        print(
            f"{title:10} changes, {name}: {(time.perf_counter() - began) * 1000:.0f} ms for {found}; {measure.load()}"
        )


def _tell(title: str, name: str, imported: float, undone: float) -> None:
    ratio = f"{undone / imported:.2f} (target 1.5)"
    print(
        f"{title:10} {name}: imported in {imported:.1f} s, undone in {undone:.1f} s: {ratio}; {measure.load()}",
        flush=True,
    )


if __name__ == "__main__":
    main()
