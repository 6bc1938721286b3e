"""Makes bulk jobs through the product's own doors, and is their worker."""

import uuid

from product_importer.catalog import bulk, bulk_queries, bulk_run
from product_importer.catalog.bulk_models import BulkJob, BulkKind
from product_importer.catalog.bulk_queries import BulkSeen
from product_importer.catalog.filters import Filters
from product_importer.kit import database
from tests import makers


def start_bulk(kind: BulkKind, filters: Filters | None = None) -> uuid.UUID:
    """Ask for a bulk job over what matches; a worker finds it when it looks."""
    with database.transaction() as session:
        return bulk.start(session, kind, filters or Filters(), actor=makers.ACTOR).id


def seen_bulk(job_id: uuid.UUID) -> BulkSeen:
    """Return the job as everybody sees it."""
    with database.reading() as session:
        return bulk_queries.seen(session, job_id)


def bulk_job(job_id: uuid.UUID) -> BulkJob:
    """Return the job's row."""
    with database.reading() as session:
        return bulk.job_of(session, job_id)


def cancel_bulk(job_id: uuid.UUID) -> None:
    """Ask the job to stop."""
    with database.transaction() as session:
        bulk.cancel(session, job_id)


def run_bulk_to_end(job_id: uuid.UUID) -> BulkSeen:
    """Be the worker until the job has ended, and return how it stands; what it raises is raised."""
    for _ in range(makers.TURNS):
        if not (seen := seen_bulk(job_id)).moves:
            return seen
        bulk_run.run_bulk.run(job_id)
    raise AssertionError(f"the job is still {seen_bulk(job_id).state}")
