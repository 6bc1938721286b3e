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
BESIDE_THREADS = 2  # for each task that waits for others' servers, beside those of WORKER_THREADS
AHEAD = 2  # rows taken for each thread: one it runs and one for it to go on with; the others wait for what is urgent
URGENT = ("imports", "default")  # queues whose rows are taken before all others, in this order
AT_ONCE = 3  # failures of a row in a row until it has to wait, longer each time: a full disk may stay full for hours
LONGEST = 30.0  # seconds of that wait at most
_log = logs.get("kit.tasks.in_process")
_Key = tuple[str, uuid.UUID]  # a task's name and its row


class _Pool:
    """Threads, and how many rows they have been given."""

    def __init__(self, name: str, threads: int) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self.taken, self._most = 0, AHEAD * threads

    @property
    def is_full(self) -> bool:
        """Whether no further row would be begun soon."""
        return self.taken >= self._most


class Worker:
    """Runs every registered task for the rows that are due, each row once at a time."""

    def __init__(self, *, threads: int) -> None:
        self._shared = _Pool("task", threads)
        self._beside: dict[str, _Pool] = {}  # by the names of tasks
        self._commits: int | None = None  # of anybody, when it was last looked
        self._has_ended = False  # whether anything that ran here has ended since
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
        for pool in (self._shared, *self._beside.values()):
            pool.threads.shutdown(wait=True)

    def _wait(self, stop: sweeper.Stop, commits: Callable[[], int | None]) -> bool:
        """Wait until the next look is due; True when told to stop."""
        began = time.monotonic()
        while not stop.wait(min(GLANCE, LOOK)):
            now = commits()
            if time.monotonic() - began >= self._pause(now):
                self._commits, self._has_ended = now, False  # what comes from here on is looked at again
                return False
        return True

    def _pause(self, commits: int | None) -> float:
        """Return the seconds between two looks, after so many commits; none if those are not counted."""
        if self._has_ended:  # there is room, and its row may have come due again while it was passed over
            return 0.0
        if commits is not None and commits == self._commits:
            return QUIET
        return LOOK if self._running or commits is None else 0.0

    def look(self) -> None:
        """Start rows that are due and not running here already, the urgent ones first, as many as threads can take."""
        for task, row_id in sorted(sweeper.waiting(), key=_urgency):
            pool, key = self._pool_of(task), (task.name, row_id)
            with self._lock:
                if key in self._running or self._rests(key) or pool.is_full:
                    continue
                self._running.add(key)
                pool.taken += 1
            pool.threads.submit(self._run, task, row_id, pool)

    def _pool_of(self, task: tasks.Task) -> _Pool:
        if not task.waits_for_others:
            return self._shared
        return self._beside.setdefault(task.name, _Pool(task.name, BESIDE_THREADS))

    def _run(self, task: tasks.Task, row_id: uuid.UUID, pool: _Pool) -> None:
        key, succeeded = (task.name, row_id), False
        try:
            succeeded = tasks.run(task, row_id)
        finally:
            with self._lock:
                self._running.discard(key)
                pool.taken -= 1
                self._has_ended = True
                failures, _ = self._failed.pop(key, (0, 0.0))
                if not succeeded:
                    self._failed[key] = failures + 1, time.monotonic() + pause(failures + 1)

    def _rests(self, key: _Key) -> bool:
        _, until = self._failed.get(key, (0, 0.0))
        return time.monotonic() < until


def _urgency(waiting: tuple[tasks.Task, uuid.UUID]) -> int:
    queue = waiting[0].queue
    return URGENT.index(queue) if queue in URGENT else len(URGENT)


def pause(failures: int) -> float:
    """Return for how many seconds a row rests that has failed so often in a row."""
    return min(LONGEST, LOOK * 2.0 ** min(failures - AT_ONCE, 32)) if failures > AT_ONCE else 0.0
