"""Copies what large transactions left in SQLite's write-ahead log into the database, beside whoever writes next.

Otherwise whoever commits does it (https://sqlite.org/wal.html#ckpt), which is a fifth of what an import takes to write.
"""

import contextlib
import sqlite3
import threading
from pathlib import Path

MANY = 1_000  # rows that were changed since the log was last copied
LONG = 32_000  # pages, 128 MB, from which on whoever wrote so much copies: the log begins anew when no writer is ahead


class Copier:
    """What copies the log of the database at `path`, in a thread that begins with the first large transaction."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._changed = 0
        self._is_long = False
        self._is_wanted = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, changed: int) -> None:
        """Take in how many rows a transaction changed that has ended, and have the log copied when they are many."""
        self._changed += changed
        if self._changed < MANY:
            return
        self._changed = 0
        if self._is_long:
            self.copy()
            return
        if self._thread is None or not self._thread.is_alive():  # a fork leaves it behind
            self._thread = threading.Thread(target=self._work, name="log-copier", daemon=True)
            self._thread.start()
        self._is_wanted.set()

    def copy(self) -> None:
        """Copy what can be copied without waiting for anybody; what cannot stays in the log, and is as safe there."""
        where = f"{Path(self._path).absolute().as_uri()}?mode=rw"  # never made anew where it was removed
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(where, uri=True, isolation_level=None)) as driver,
        ):
            driver.execute("PRAGMA synchronous=NORMAL")
            _, pages, _ = driver.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._is_long = pages > LONG

    def _work(self) -> None:
        while self._is_wanted.wait():
            self._is_wanted.clear()
            self.copy()
