"""Mirrors an import in the Redis keys of docs/seeds.md: `upload:{task_id}:progress`, `:status` and `:error`."""

import time
import uuid

from product_importer.imports import queries
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
    key = f"upload:{import_id}"
    error = f"{now.error.code}: {now.error.message}" if now.error else ""
    live.publish({f"{key}:progress": str(now.progress.percent), f"{key}:status": now.status, f"{key}:error": error})
