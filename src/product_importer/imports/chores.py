"""Clears away what ended imports left behind."""

from sqlalchemy import select, update

from product_importer.imports import staging
from product_importer.imports.models import ImportJob
from product_importer.imports.states import FINAL
from product_importer.kit import clock, database
from product_importer.kit.tasks import chores

SETTLED = 60.0  # seconds after its end until nobody can be at work on an import any more


@chores.every(60)
def drop_scratch() -> int:
    """Remove the scratch areas of ended imports: a worker may have been cut off before it did so itself."""
    ended = (ImportJob.state.in_(FINAL), ImportJob.finished_at < clock.now() - clock.seconds(SETTLED))
    with database.reading() as session:
        wanted = select(ImportJob).where(*ended, ImportJob.scratch.is_not(None)).order_by(ImportJob.number).limit(100)
        jobs = session.scalars(wanted).all()
    for job in jobs:
        staging.drop(job)
        with database.transaction() as session:
            session.execute(update(ImportJob).where(ImportJob.id == job.id, *ended).values(scratch=None))
    return len(jobs)
