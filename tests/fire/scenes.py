"""What most tests under fire begin with: a file, the catalog that it meets, and patience."""

import os
import signal
import uuid
from collections.abc import Callable
from decimal import Decimal

from sqlalchemy.orm import Session

from product_importer.imports import actions, inspection, pausing
from product_importer.imports.options import Options
from product_importer.kit import database
from product_importer.uploads import actions as uploads
from tests import makers
from tests.fire import files, oracle
from tests.fire.workers import Fleet, brought_to_rest
from tests.patience import PATIENCE

Compared = tuple[oracle.Account, oracle.Account]  # what was seen, what was expected


def prepared(*, seed: int) -> tuple[files.File, oracle.Catalog]:
    """Make a file, and store the catalog that it meets."""
    file = files.made(seed)
    for sku, name, description, price in files.starting_catalog(file, seed):
        makers.make_product(sku, name=name, description=description, price=Decimal(price))
    return file, oracle.stored()


def cancelled_import(data: bytes) -> uuid.UUID:
    """Start an import that was cancelled before any worker could see it."""
    return _started(data, actions.cancel)


def paused_import(data: bytes) -> uuid.UUID:
    """Start an import that was to be paused before any worker could see it."""
    return _started(data, pausing.pause)


def _started(data: bytes, then: Callable[[Session, uuid.UUID], None]) -> uuid.UUID:
    upload_id = makers.make_upload(data)
    found = inspection.inspect(upload_id, Options())
    with database.transaction() as session:
        upload = uploads.complete(session, upload_id)
        job = actions.start(session, upload=upload, actor=makers.ACTOR, options=Options(), found=found)
        then(session, job.id)
    return job.id


def struck(fleet: Fleet, plan: str, *, seed: int, patience: float = PATIENCE) -> Compared:
    """Import a file while a fault strikes."""
    file, catalog = prepared(seed=seed)
    fleet.arm(plan)
    import_id = makers.make_import(file.data)
    brought_to_rest(fleet, import_id, patience=patience)
    fleet.until(lambda: fleet.fired)
    return oracle.observed(import_id), oracle.expected(file, catalog)


def overtaken(fleet: Fleet, *, seed: int) -> Compared:
    """Import a file while a worker freezes over its first slice, and wakes up when another has written that."""
    file, catalog = prepared(seed=seed)
    fleet.arm("import.slice.taken=freeze")
    import_id = makers.make_import(file.data)
    fleet.until(fleet.frozen)
    (sleeper,) = fleet.frozen()
    fleet.arm("import.slice.taken=freeze@3")
    fleet.reinforce()
    fleet.until(lambda: len(fleet.frozen()) == 2)
    os.kill(sleeper, signal.SIGCONT)
    brought_to_rest(fleet, import_id)
    for other in fleet.frozen():
        os.kill(other, signal.SIGCONT)
    fleet.drain()
    return oracle.observed(import_id), oracle.expected(file, catalog)
