"""A statement that runs in a process of its own: whole, or not at all, and never longer than whoever waits for it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.kit.sqlite import apart
from product_importer.kit.sqlite.apart import Task
from tests.patience import until
from tests.servers import children

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


def task(folder: Path, rows: str) -> Task:
    main, own = folder / "main.db", folder / "own.db"
    with sqlite3.connect(main) as driver:
        driver.execute("CREATE TABLE IF NOT EXISTS words (word TEXT)")
        driver.execute("INSERT INTO words VALUES ('mug'), ('Straße'), ('cup')")
    return Task(
        database=str(main),
        attached={"own": own.as_uri()},
        written="own",
        cache=1_000,
        page=8_192,
        create="CREATE TABLE own.found (word TEXT NOT NULL)",
        insert=f"INSERT INTO own.found (word) {rows}",
        values={"least": "d"},
    )


def lives(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_it_fills_a_table_of_another_file_and_says_how_many_rows(tmp_path: Path) -> None:
    assert apart.run(task(tmp_path, "SELECT word FROM main.words WHERE word > :least ORDER BY word")) == 1
    with sqlite3.connect(tmp_path / "own.db") as found:
        assert found.execute("SELECT word FROM found").fetchall() == [("mug",)]
        assert found.execute("PRAGMA page_size").fetchone() == (8_192,)


def test_what_it_fails_with_is_raised_here(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="NOT NULL constraint failed"):
        apart.run(task(tmp_path, "SELECT NULL"))


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that waits for a statement without an end, which runs already."""
    told = json.dumps(task(tmp_path, ENDLESS))
    waits = f"import json\nfrom {apart.__name__} import Task, run\nrun(Task(*json.loads({told!r})))"
    with subprocess.Popen([sys.executable, "-c", waits], stderr=subprocess.PIPE, text=True) as process:
        until(lambda: children.of(process.pid) != [] and (tmp_path / "own.db").exists())
        yield process
        process.kill()


def test_one_that_is_killed_is_no_piece(waiting: subprocess.Popen[str]) -> None:
    (child,) = children.of(waiting.pid)
    os.kill(child, signal.SIGKILL)
    _, words = waiting.communicate()
    assert "a piece ended with -9" in words


def test_it_ends_when_the_process_that_waits_for_it_was_killed(waiting: subprocess.Popen[str]) -> None:
    (child,) = children.of(waiting.pid)
    waiting.kill()
    waiting.wait()
    until(lambda: not lives(child))
    assert not lives(child)
