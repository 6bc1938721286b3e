"""The embedded worker: one process that looks for waiting rows when anybody has written, with threads to run them."""

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from product_importer.kit import database, logs, tasks
from product_importer.kit.tasks import sweeper

LOOK = 0.25  # seconds between two looks while anything runs here; one indexed query for each kind of task
QUIET = 1.0  # seconds, as above, while nobody has written: what comes due by the hour alone
GLANCE = 0.03  # seconds between two glances at whether anybody has written, for then it is looked at once
BESIDE = "webhooks"  # the queue that has threads of its own: it waits for receivers, and nobody is to wait for it
BESIDE_THREADS = 2
AT_ONCE = 3  # failures of a row in a row until it has to wait, longer each time: a full disk may stay full for hours
LONGEST = 30.0  # seconds of that wait at most
_log = logs.get("kit.tasks.in_process")
_Key = tuple[str, uuid.UUID]  # a task's name and its row


class Worker:
    """Runs every registered task for the rows that are due, each row once at a time."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._beside = ThreadPoolExecutor(BESIDE_THREADS, thread_name_prefix=BESIDE)
        self._commits: int | None = None  # of anybody, when it was last looked
        self._running: set[_Key] = set()
        self._failed: dict[_Key, tuple[int, float]] = {}  # how often in a row, and until when it rests
        self._lock = threading.Lock()

    def work(self, stop: sweeper.Stop) -> None:
        """Look and run until `stop` is set, then wait for what is running."""
        commits = database.face().commit_counter(database.engine())
        while not self._wait(stop, commits):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - logged; the next look may succeed
                _log.warning("could not look for work", exc_info=True)
        self._beside.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def _wait(self, stop: sweeper.Stop, commits: Callable[[], int | None]) -> bool:
        """Wait until the next look is due; True when told to stop."""
        began = time.monotonic()
        while not stop.wait(min(GLANCE, LOOK)):
            now = commits()
            if time.monotonic() - began >= self._pause(now):
                self._commits = now  # what is written from here on is looked at again
                return False
        return True

    def _pause(self, commits: int | None) -> float:
        """Return the seconds between two looks, after so many commits; none if those are not counted."""
        if commits is not None and commits == self._commits:
            return QUIET
        return LOOK if self._running or commits is None else 0.0

    def look(self) -> None:
        """Start every row that is due and not running here already."""
        for task, row_id in sweeper.waiting():
            key = task.name, row_id
            with self._lock:
                if key in self._running or self._rests(key):
                    continue
                self._running.add(key)
            pool = self._beside if task.queue == BESIDE else self._pool
            pool.submit(self._run, task, row_id)

    def _run(self, task: tasks.Task, row_id: uuid.UUID) -> None:
        key, succeeded = (task.name, row_id), False
        try:
            succeeded = tasks.run(task, row_id)
        finally:
            with self._lock:
                self._running.discard(key)
                self._commits = None  # the row may have come due again while it was passed over
                failures, _ = self._failed.pop(key, (0, 0.0))
                if not succeeded:
                    self._failed[key] = failures + 1, time.monotonic() + pause(failures + 1)

    def _rests(self, key: _Key) -> bool:
        _, until = self._failed.get(key, (0, 0.0))
        return time.monotonic() < until


def pause(failures: int) -> float:
    """Return for how many seconds a row rests that has failed so often in a row."""
    return min(LONGEST, LOOK * 2.0 ** min(failures - AT_ONCE, 32)) if failures > AT_ONCE else 0.0
