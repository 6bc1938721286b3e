"""What most tests under fire begin with: a file, the catalog that it meets, and patience."""

import time
import uuid
from collections.abc import Callable
from decimal import Decimal

from product_importer.imports import actions, inspection
from product_importer.imports.options import Options
from product_importer.kit import database
from product_importer.uploads import actions as uploads
from tests import makers
from tests.fire import files, oracle


def prepared(*, seed: int) -> tuple[files.File, oracle.Catalog]:
    """Make a file, and store the catalog that it meets."""
    file = files.made(seed)
    for sku, name, description, price in files.starting_catalog(file, seed):
        makers.make_product(sku, name=name, description=description, price=Decimal(price))
    return file, oracle.stored()


def cancelled_import(data: bytes) -> uuid.UUID:
    """Start an import that was cancelled before any worker could see it."""
    upload_id = makers.make_upload(data)
    found = inspection.inspect(upload_id, Options())
    with database.transaction() as session:
        upload = uploads.complete(session, upload_id)
        job = actions.start(session, upload=upload, actor=makers.ACTOR, options=Options(), found=found)
        actions.cancel(session, job.id)
    return job.id


def until(fact: Callable[[], object], *, patience: float = 60.0) -> None:
    """Wait for a fact of another process; give up long after it should have come."""
    deadline = time.monotonic() + patience
    while not fact():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
