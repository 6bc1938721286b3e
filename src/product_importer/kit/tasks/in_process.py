"""The embedded worker: one process that looks for waiting rows four times a second and runs them in threads."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

from product_importer.kit import logs, tasks
from product_importer.kit.tasks import sweeper

LOOK = 0.25  # seconds between two looks; one indexed query each
BESIDE = "webhooks"  # the queue that has threads of its own: it waits for receivers, and nobody is to wait for it
BESIDE_THREADS = 2
_log = logs.get("kit.tasks.in_process")


class Worker:
    """Runs every registered task for the rows that are due, each row once at a time."""

    def __init__(self, *, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="task")
        self._beside = ThreadPoolExecutor(BESIDE_THREADS, thread_name_prefix=BESIDE)
        self._running: set[tuple[str, uuid.UUID]] = set()
        self._lock = threading.Lock()

    def work(self, stop: sweeper.Stop) -> None:
        """Look and run until `stop` is set, then wait for what is running."""
        while not stop.wait(LOOK):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - logged; the next look may succeed
                _log.warning("could not look for work", exc_info=True)
        self._beside.shutdown(wait=True)
        self._pool.shutdown(wait=True)

    def look(self) -> None:
        """Start every row that is due and not running here already."""
        for task in tasks.registry.values():
            for row_id in sweeper.due(task):
                with self._lock:
                    if (task.name, row_id) in self._running:
                        continue
                    self._running.add((task.name, row_id))
                pool = self._beside if task.queue == BESIDE else self._pool
                pool.submit(self._run, task, row_id)

    def _run(self, task: tasks.Task, row_id: uuid.UUID) -> None:
        try:
            tasks.run(task, row_id)
        finally:
            with self._lock:
                self._running.discard((task.name, row_id))
