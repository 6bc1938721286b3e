"""Runs an import in whichever phase it stands, as often as a worker is told to look, cut off at any point."""

import uuid

from sqlalchemy import ColumnElement, and_, exists, or_

from product_importer.imports import application, preparation
from product_importer.imports.models import ImportJob, Slice
from product_importer.imports.states import State
from product_importer.kit import clock, logs, settings, tasks
from product_importer.kit.tasks import leases

_log = logs.get("imports.run")


def due() -> ColumnElement[bool]:
    """Return which imports wait: to be prepared and held by nobody, or to be applied without a live slice."""
    held = exists().where(Slice.import_id == ImportJob.id, Slice.done_at.is_(None), Slice.lease_until > clock.now())
    to_prepare = and_(ImportJob.state.in_(preparation.PREPARING), leases.free(ImportJob))
    return or_(to_prepare, and_(ImportJob.state == State.APPLYING, ~held))


@tasks.register("imports", model=ImportJob, due=due)
def run_import(import_id: uuid.UUID) -> None:
    """Take the import as far as one turn goes; a worker that lost its lease leaves quietly."""
    try:
        helpers = settings.current().import_parallel - 1 if preparation.prepare(import_id) else 0
        for _ in range(helpers):
            tasks.ring(run_import, import_id)
        if application.apply(import_id):
            tasks.ring(run_import, import_id)
    except leases.Fenced as lost:
        _log.info("taken over by another worker", row=str(lost))
    except leases.GivenBack:
        _log.info("given back, for this worker ends", import_id=str(import_id))
