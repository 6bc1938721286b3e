"""Bulk jobs as they are seen: the value behind the API's JSON, the stream of events and the page."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.catalog import bulk
from product_importer.catalog.bulk_models import AT_WORK, BulkJob, BulkKind, BulkState

STATUS = {
    BulkState.QUEUED: "Waiting",
    BulkState.COMPLETED: "Completed",
    BulkState.CANCELLED: "Cancelled",
}
DOING = {BulkKind.DELETE: "Deleting…", BulkKind.ACTIVATE: "Activating…", BulkKind.DEACTIVATE: "Deactivating…"}


@dataclass(frozen=True, slots=True)
class BulkProgress:
    """How far the work is: `percent` from 0 to 100 with one decimal; `total` is None until a worker has counted."""

    percent: float
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class BulkFailure:
    """Why a job failed: code, what was found, what to do."""

    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class BulkSeen:
    """One bulk job as it stands; `filters` are those of the list that it works through."""

    id: uuid.UUID
    kind: BulkKind
    state: BulkState
    status: str
    version: int
    filters: dict[str, Any]
    progress: BulkProgress
    cancelling: bool
    actor: str
    error: BulkFailure | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    links: dict[str, str]

    @property
    def moves(self) -> bool:
        """Whether it changes without anybody's doing."""
        return self.state in AT_WORK

    @property
    def rests(self) -> bool:
        """Whether it waits for somebody; no bulk job does."""
        return False


def seen(session: Session, job_id: uuid.UUID) -> BulkSeen:
    """Return the job as it stands; JobNotFound when there is none."""
    return seen_of(bulk.job_of(session, job_id))


def running(session: Session) -> Sequence[BulkSeen]:
    """Return the jobs that have not ended, newest first, at most 20."""
    awake = select(BulkJob).where(BulkJob.state.in_(AT_WORK)).order_by(BulkJob.id.desc()).limit(20)
    return [seen_of(job) for job in session.scalars(awake)]


def seen_of(job: BulkJob) -> BulkSeen:
    """Return the job of this row as it stands."""
    place = f"/jobs/{job.id}"
    return BulkSeen(
        id=job.id,
        kind=job.kind,
        state=job.state,
        status=_status(job),
        version=job.version,
        filters=job.filters,
        progress=_progress(job),
        cancelling=job.cancel_requested and job.state in AT_WORK,
        actor=job.actor,
        error=BulkFailure(**job.error) if job.error else None,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        links={"self": place, "progress": f"{place}/progress", "page": f"/admin/jobs/{job.id}"},
    )


def _status(job: BulkJob) -> str:
    if job.state is BulkState.RUNNING:
        return "Cancelling…" if job.cancel_requested else DOING[job.kind]
    if job.state is BulkState.FAILED:
        return f"Failed: {(job.error or {}).get('message', 'unknown')}"
    return STATUS[job.state]


def _progress(job: BulkJob) -> BulkProgress:
    """Compute the share done; others may delete or edit meanwhile, so it is full only when the job has ended."""
    if job.state is BulkState.COMPLETED:
        return BulkProgress(100.0, job.done, job.total)
    percent = round(100 * job.done / job.total, 1) if job.total else 0.0
    return BulkProgress(min(percent, 99.9), job.done, job.total)
