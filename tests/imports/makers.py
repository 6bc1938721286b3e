"""Steps that a worker or a person takes at an import under way."""

import uuid

from sqlalchemy import update

from product_importer.imports import actions, slices
from product_importer.imports.models import Slice
from product_importer.kit import clock, database
from tests.makers import job_of


def take(import_id: uuid.UUID) -> Slice:
    """Take a slice of ten products as a worker does."""
    taken = slices.take(import_id, area=job_of(import_id).scratch or "", size=10)
    assert taken is not None
    return taken


def let_leases_run_out() -> None:
    """Let every worker seem dead."""
    with database.transaction() as session:
        session.execute(update(Slice).values(lease_until=clock.now() - clock.seconds(1)))


def cancel(import_id: uuid.UUID) -> None:
    """Cancel an import as a person does."""
    with database.transaction() as session:
        actions.cancel(session, import_id)
