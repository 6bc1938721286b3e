"""What people and programs ask of a bulk job: begin it over whatever matches some filters, and stop it."""

import dataclasses
import uuid
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.catalog.bulk_models import AT_WORK, BulkJob, BulkKind, BulkState
from product_importer.catalog.bulk_run import run_bulk
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.kit import clock, tasks
from product_importer.kit.errors import AppError, NotFound


class JobNotFound(NotFound):
    """No bulk job has this id."""

    code = "JOB_NOT_FOUND"
    title = "There is no such job"


class JobOver(AppError):
    """The job has ended, so there is nothing to cancel."""

    status = 409
    code = "JOB_OVER"
    title = "This job has ended"
    action = "Check its state: what it has done stays done."


def start(session: Session, kind: BulkKind, filters: Filters, *, actor: str) -> BulkJob:
    """Begin to delete, activate or deactivate every product that matches now; one that is made later is left alone."""
    job = BulkJob(kind=kind, filters=stored(filters), actor=actor)
    session.add(job)
    session.flush()
    tasks.enqueue(session, run_bulk, job.id)
    return job


def cancel(session: Session, job_id: uuid.UUID) -> None:
    """Stop the job: at once when no worker is at it, else after the slice at work. What is done stays done."""
    job = job_of(session, job_id, lock=True)
    if job.state not in AT_WORK:
        raise JobOver(f"It is already {job.state.value}.")
    job.cancel_requested, job.version = True, job.version + 1
    if job.token is None:
        job.state, job.finished_at = BulkState.CANCELLED, clock.now()
    else:
        tasks.enqueue(session, run_bulk, job.id)


def job_of(session: Session, job_id: uuid.UUID, *, lock: bool = False) -> BulkJob:
    """Return the job's row, locked until the transaction ends if `lock`; JobNotFound when there is none."""
    job = session.get(BulkJob, job_id, with_for_update=lock or None)
    if job is None:
        raise JobNotFound(f"No job has the id {job_id}.")
    return job


@dataclasses.dataclass(frozen=True, slots=True)
class Matching:
    """The products that a job would change: how many, and the first and the last by SKU; None where there is none."""

    count: int
    first: Product | None
    last: Product | None


def matching(session: Session, filters: Filters) -> Matching:
    """Return what matches at this moment."""
    found = select(Product).where(filters.condition()).limit(1)
    first = session.scalars(found.order_by(Product.sku_key)).first()
    last = session.scalars(found.order_by(Product.sku_key.desc())).first()
    return Matching(count(session, filters), first, last)


def count(session: Session, filters: Filters) -> int:
    """Count exactly what matches at this moment."""
    return session.scalar(select(func.count()).select_from(Product).where(filters.condition())) or 0


def stored(filters: Filters) -> dict[str, Any]:
    """Return the filters as a job keeps them: JSON values, without what narrows nothing down."""
    named = {name: value for name, value in dataclasses.asdict(filters).items() if value is not None}
    return {name: str(value) if isinstance(value, uuid.UUID) else value for name, value in named.items()}
