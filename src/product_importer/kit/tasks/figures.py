"""How much work waits and is held, for those who watch a worker: asked of the database, so all processes agree."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.kit import clock, tasks
from product_importer.kit.tasks.leases import Leased


@dataclass(frozen=True, slots=True)
class Load:
    """One task: rows that wait for a worker now, seconds since the oldest of them was made, and rows that are held."""

    task: str
    queue: str
    waiting: int
    oldest_seconds: float
    held: int


def loads(session: Session) -> list[Load]:
    """Return how every task stands, ordered by name."""
    return [_load(session, task) for _, task in sorted(tasks.registry.items())]


def _load(session: Session, task: tasks.Task) -> Load:
    waiting = session.scalar(select(func.count()).select_from(task.model).where(task.due())) or 0
    oldest = session.scalar(select(task.model.id).where(task.due()).order_by(task.model.id).limit(1))
    age = (clock.now() - _made_at(oldest)).total_seconds() if oldest else 0.0
    return Load(task.name, task.queue, waiting, max(age, 0.0), _held(session, task.model))


def _held(session: Session, model: type[Leased]) -> int:
    held = select(func.count()).select_from(model).where(model.lease_until >= clock.now())
    return session.scalar(held) or 0


def _made_at(id_: uuid.UUID) -> dt.datetime:
    """Return the moment that a UUIDv7 carries in its first 48 bits."""
    return dt.datetime.fromtimestamp((id_.int >> 80) / 1000, dt.UTC)
