"""Runs one statement on files of SQLite in a process of its own, beside whatever this process does meanwhile.

Where SQLite counts its memory (see `memory`), two threads that sort half a million rows need as long as one. That
process ends soon after the one that started it, and what it wrote until then is nothing.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from typing import Any, NamedTuple

from product_importer.kit.sqlite import alone, memory

OFTEN = 1_000_000  # steps of SQLite's machine, some milliseconds, between two looks at who started the process


class Task(NamedTuple):
    """A table to make and the statement that fills it, with the files that the two name."""

    database: str
    attached: dict[str, str]  # URIs of further files, by the name of the schema that each one is
    written: str  # the schema that is written, without a journal
    cache: int  # KiB of pages of `database` kept at most
    page: int  # bytes of a page of what is written
    create: str
    insert: str
    values: dict[str, Any]  # of the parameters that `insert` names


def run(task: Task) -> int:
    """Do the task and return how many rows were written; raise sqlite3.OperationalError with its words if it fails."""
    command = alone.command(__name__, str(os.getpid()))
    done = subprocess.run(command, input=json.dumps(task).encode(), capture_output=True, check=False)
    if done.returncode:
        raise sqlite3.OperationalError(done.stderr.decode() or f"a piece ended with {done.returncode}")
    return int(done.stdout)


def main() -> None:
    """Do the task that standard input describes, for the process that the command line names; print its rows."""
    for word in (signal.SIGINT, signal.SIGTERM):  # meant for the process that waits: that one decides
        signal.signal(word, signal.SIG_IGN)
    started_by = int(sys.argv[1])  # who asks now may be a step too late
    memory.stop_counting()
    task = Task(*json.load(sys.stdin))
    try:
        driver = sqlite3.connect(task.database, isolation_level=None, timeout=30, uri=True)
        driver.set_progress_handler(lambda: os.getppid() != started_by, OFTEN)
        sys.stdout.write(str(_done(driver, task)))
    except sqlite3.Error as error:
        sys.exit(str(error))


def _done(driver: sqlite3.Connection, task: Task) -> int:
    driver.execute(f"PRAGMA cache_size=-{task.cache}")
    for name, uri in task.attached.items():
        driver.execute(f"ATTACH DATABASE ? AS {name}", (uri,))
    for pragma in (f"page_size={task.page}", "journal_mode=OFF", "synchronous=OFF"):
        driver.execute(f"PRAGMA {task.written}.{pragma}")
    driver.execute("BEGIN")
    driver.execute(task.create)
    written = driver.execute(task.insert, task.values).rowcount
    driver.execute("COMMIT")
    return written
