"""Tasks: what a worker runs. The database owns every job; a bell only says which row to look at."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from product_importer.kit import database, logs
from product_importer.kit.tasks import leases
from product_importer.kit.tasks.leases import Leased

_log = logs.get("kit.tasks")
stopping: Any = threading.Event()  # set when this process was asked to end: give back what is held, and return


@dataclass(frozen=True, slots=True)
class Task:
    """A function that a worker runs for one row.

    `run` takes the row's id, claims the row, is safe to run twice and returns at once when there is nothing
    to do. `due` says which rows of `model` wait for a worker now: the sweep behind the bell. One that waits for
    others' servers may take long, and has threads of its own in embedded mode, so that nobody waits for it.
    """

    name: str
    queue: str
    model: type[Leased]
    due: Callable[[], ColumnElement[bool]]
    run: Callable[[uuid.UUID], None]
    waits_for_others: bool = False


class Runner(Protocol):
    """Carries bells from whoever enqueues to a worker."""

    def ring(self, task: Task, row_id: uuid.UUID) -> None:
        """Tell some worker to look at the row; may fail or be lost at no harm."""
        ...


registry: dict[str, Task] = {}
_runner: Runner | None = None


def register(
    queue: str, *, model: type[Leased], due: Callable[[], ColumnElement[bool]], waits_for_others: bool = False
) -> Callable[[Callable[[uuid.UUID], None]], Task]:
    """Register the decorated function as a task of `queue`."""

    def remember(run: Callable[[uuid.UUID], None]) -> Task:
        name = f"{run.__module__.rpartition('product_importer.')[2]}.{run.__name__}"
        registry[name] = Task(name, queue, model, due, run, waits_for_others)
        return registry[name]

    return remember


def use(runner: Runner | None) -> None:
    """Choose who carries this process's bells; without one the worker's own look-out finds the row."""
    global _runner
    _runner = runner


def is_carried() -> bool:
    """Return whether anybody carries this process's bells."""
    return _runner is not None


def enqueue(session: Session, rung: Task, row_id: uuid.UUID) -> None:
    """Ring for the row once `session` has committed."""
    database.after_commit(session, lambda: ring(rung, row_id))


def ring(rung: Task, row_id: uuid.UUID) -> None:
    """Ring for the row now; a bell that fails costs seconds, for the sweep finds the row."""
    if _runner is None:
        return
    try:
        _runner.ring(rung, row_id)
    except Exception as error:  # noqa: BLE001 - logged; the sweep rings
        _log.warning("bell failed, the sweep will ring", task=rung.name, row=str(row_id), error=repr(error))


def is_at_work(session: Session, queue: str) -> bool:
    """Return whether some worker holds a row of a task of `queue` now."""
    held = [exists().where(~leases.free(task.model)) for task in registry.values() if task.queue == queue]
    return bool(session.scalar(select(or_(false(), *held))))


def run(task: Task, row_id: uuid.UUID) -> bool:
    """Run `task` for one row; what it raises is logged, False returned, and the row's lease and sweep bring it back."""
    try:
        task.run(row_id)
    except Exception:  # noqa: BLE001 - the runner: logged; the lease brings it back
        _log.error("task failed", task=task.name, row=str(row_id), exc_info=True)
        return False
    return True
