"""The sweep behind every bell: rows that wait for a worker are found in the database and rung for again."""

import threading
import uuid
from typing import Protocol

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, logs, tasks

EVERY = 5.0  # seconds between two sweeps of a process
PATIENCE = 30.0  # seconds until a row that was rung for is rung for again
MOST = 1_000  # rows of a task rung for in one sweep: half a million that wait must not become as many messages at once
_log = logs.get("kit.tasks.sweeper")


class Stop(Protocol):
    """An event of threads or of processes."""

    def wait(self, timeout: float) -> bool:
        """Wait until it is set, at most `timeout` seconds, and return whether it is."""
        ...


def due(task: tasks.Task) -> list[uuid.UUID]:
    """Return the ids of the rows that wait for `task` now, at most 100."""
    with database.reading() as session:
        return _due(session, task)


def waiting() -> list[tuple[tasks.Task, uuid.UUID]]:
    """Return each task's rows that wait for it now, at most 100 of each: in one transaction, for it is asked often."""
    with database.reading() as session:
        return [(task, row_id) for task in tasks.registry.values() for row_id in _due(session, task)]


def sweep() -> int:
    """Ring for each waiting row that nobody rang for lately, and return how many there were."""
    rung = 0
    for task in dict.fromkeys(task for task, _ in waiting()):
        for row_id in _unrung(task):
            tasks.ring(task, row_id)
            rung += 1
    return rung


def keep_sweeping(stop: Stop) -> threading.Thread:
    """Sweep every few seconds in a thread until `stop` is set."""

    def run() -> None:
        while not stop.wait(EVERY):
            try:
                sweep()
            except Exception:  # noqa: BLE001 - logged; the next sweep may succeed
                _log.warning("sweep failed", exc_info=True)

    thread = threading.Thread(target=run, name="sweeper", daemon=True)
    thread.start()
    return thread


def _due(session: Session, task: tasks.Task) -> list[uuid.UUID]:
    return list(session.scalars(select(task.model.id).where(task.due()).order_by(task.model.id).limit(100)))


def _unrung(task: tasks.Task) -> list[uuid.UUID]:
    model, now = task.model, clock.now()
    quiet = or_(model.rung_at.is_(None), model.rung_at < now - clock.seconds(PATIENCE))
    with database.transaction() as session:
        some = select(model.id).where(task.due(), quiet).order_by(model.id).limit(MOST)
        marked = update(model).where(model.id.in_(some), task.due(), quiet).values(rung_at=now).returning(model.id)
        return list(session.scalars(marked.execution_options(synchronize_session=False)))
