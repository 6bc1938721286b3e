"""The one module that knows Celery: messages carry a task's name and a row's id, and nothing hangs on them."""

import multiprocessing
import os
import uuid
import warnings
from collections.abc import Callable
from typing import Any

from celery import Celery, signals
from celery.exceptions import SecurityWarning
from kombu import Queue

from product_importer.kit import tasks
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import chores, sweeper

_BROKER = {"visibility_timeout": 900, "unacked_restore_interval": 10, "socket_timeout": 10}
# Whoever rings has a person waiting; Celery would try for six seconds by itself, and the sweep rings anyway.
_BRISK = {"max_retries": 1, "interval_start": 0, "socket_timeout": 1, "socket_connect_timeout": 1}


class CeleryRunner:
    """Rings by sending a message to the task's own queue."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def ring(self, task: tasks.Task, row_id: uuid.UUID) -> None:
        """Send the message, or raise at once when the broker is away: the sweeper will ring again."""
        self._app.send_task(task.name, kwargs={"row_id": str(row_id)}, queue=task.queue, retry=False)


def make_app(settings: Settings, *, brisk: bool = False) -> Celery:
    """Make the Celery application with every registered task; a brisk one gives up a broker that is away at once."""
    app = Celery("product_importer", broker=settings.celery_broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        # Each under a key of its own: under one for all, every bell would ring in every queue.
        task_queues=[Queue(name, routing_key=name) for name in queues()],
        task_default_queue="default",
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_concurrency=settings.worker_threads,
        broker_connection_retry_on_startup=True,
        broker_transport_options=_BROKER | _BRISK if brisk else _BROKER,
    )
    for task in tasks.registry.values():
        app.task(name=task.name, shared=False)(_runs(task))
    return app


def queues() -> list[str]:
    """Return the names of all queues: those of the tasks, and `default`."""
    return sorted({task.queue for task in tasks.registry.values()} | {"default"})


def attended(settings: Settings, *, setup: Callable[[], None]) -> Celery:
    """Make the application for a worker, with a sweeper and chores beside it, and its end seen in all its processes.

    `setup` opens database and storage anew in each process of the pool: neither survives a fork.
    """
    stop = multiprocessing.get_context("fork").Event()
    tasks.stopping = stop  # inherited by the pool's processes, which see it when the parent is told to stop
    signals.worker_shutting_down.connect(lambda **_: stop.set(), weak=False)
    signals.worker_ready.connect(lambda **_: (sweeper.keep_sweeping(stop), chores.keep_doing(stop)), weak=False)
    signals.worker_process_init.connect(lambda **_: setup(), weak=False)
    warnings.filterwarnings("ignore", category=SecurityWarning)  # messages are JSON with an id, whoever runs this
    return make_app(settings)


def work(app: Celery, *, concurrency: int) -> int:
    """Run a Celery worker until it is told to stop."""
    app.worker_main(
        [
            "--quiet",
            "worker",
            "--without-gossip",
            "--without-mingle",
            f"--hostname={os.getpid()}@%h",  # two workers on one host are two nodes
            f"--concurrency={concurrency}",
            "--loglevel=WARNING",
        ]
    )
    return 0


def _runs(task: tasks.Task) -> Any:
    def run(*, row_id: str) -> None:
        tasks.run(task, uuid.UUID(row_id))

    return run
