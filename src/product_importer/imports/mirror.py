"""Mirrors an import in the Redis keys of docs/seeds.md: `upload:{task_id}:progress`, `:status` and `:error`."""

import time
import uuid

from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.snapshot import Snapshot
from product_importer.kit import database, live

PAUSE = 0.25  # seconds between two mirrorings of one import, but for the states that must be seen
_last: dict[uuid.UUID, float] = {}


def show(import_id: uuid.UUID, *, at_once: bool = True) -> None:
    """Write the import's state as it is in the database now."""
    if not live.is_on() or (not at_once and time.monotonic() - _last.get(import_id, 0.0) < PAUSE):
        return
    with database.reading() as session:
        now = queries.snapshot(session, import_id)
    _last[import_id] = time.monotonic()
    live.publish(_values(import_id, now))


def follow(session: Session, import_id: uuid.UUID) -> None:
    """Write it once `session` has committed: for a change after which no worker is at the import to do so."""
    database.after_commit(session, lambda: show(import_id))


def begin(session: Session, import_id: uuid.UUID) -> None:
    """Write it once `session` has committed, unless a worker was faster: what it has written is newer."""
    database.after_commit(session, lambda: _show_first(import_id))


def _show_first(import_id: uuid.UUID) -> None:
    if live.is_on():
        with database.reading() as session:
            now = queries.snapshot(session, import_id)
        live.publish(_values(import_id, now), only_new=True)


def _values(import_id: uuid.UUID, now: Snapshot) -> dict[str, str]:
    key = f"upload:{import_id}"
    error = f"{now.error.code}: {now.error.message}" if now.error else ""
    return {f"{key}:progress": str(now.progress.percent), f"{key}:status": now.status, f"{key}:error": error}
