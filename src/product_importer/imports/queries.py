"""Imports as they are seen: the snapshot, the history, the rejects."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from product_importer.catalog import wishes
from product_importer.imports import progress, slices
from product_importer.imports.fields import PICTURES
from product_importer.imports.models import LOCK, ImportJob, RejectedRecord, Undo
from product_importer.imports.snapshot import (
    Asked,
    Counts,
    Difference,
    Failure,
    FileFacts,
    Reject,
    RejectGroup,
    Snapshot,
    Undoing,
)
from product_importer.imports.states import FINAL, WORKING, Outcome, State, UndoState
from product_importer.kit import database
from product_importer.kit.errors import NotFound


class ImportNotFound(NotFound):
    """No import has this id."""

    code = "IMPORT_NOT_FOUND"
    title = "There is no such import"


def job_of(session: Session, import_id: uuid.UUID, *, lock: bool = False) -> ImportJob:
    """Return the import's row, locked until the transaction ends if `lock`; ImportNotFound when there is none."""
    job = session.get(ImportJob, import_id, with_for_update=LOCK if lock else None)
    if job is None:
        raise ImportNotFound(f"No import has the id {import_id}.")
    return job


def snapshot(session: Session, import_id: uuid.UUID) -> Snapshot:
    """Return the import as it stands; ImportNotFound when there is none."""
    return snapshots_of(session, [job_of(session, import_id)])[0]


def seen(import_id: uuid.UUID) -> Snapshot:
    """Return the import as it stands, in a transaction of its own; ImportNotFound when there is none."""
    with database.reading() as session:
        return snapshot(session, import_id)


def history(session: Session, *, limit: int = 20) -> list[Snapshot]:
    """Return the newest imports; `history.page` looks through all of them."""
    newest = select(ImportJob).order_by(ImportJob.number.desc()).limit(limit)
    return snapshots_of(session, session.scalars(newest).all())


def running(session: Session) -> list[Snapshot]:
    """Return the imports at work, being undone or waiting for a person, newest first, at most 20."""
    undone = select(Undo.import_id).where(Undo.state == UndoState.RUNNING)
    awake = or_(ImportJob.state.in_((*WORKING, State.WAITING, State.PAUSED)), ImportJob.id.in_(undone))
    wanted = select(ImportJob).where(awake).order_by(ImportJob.number.desc()).limit(20)
    return snapshots_of(session, session.scalars(wanted).all())


def working(session: Session) -> int:
    """Return how many imports are at work."""
    return session.scalar(select(func.count()).select_from(ImportJob).where(ImportJob.state.in_(WORKING))) or 0


def rejects(session: Session, import_id: uuid.UUID, *, limit: int = 1000) -> list[Reject]:
    """Return the first rejected records, in the order of the file."""
    wanted = select(RejectedRecord).where(RejectedRecord.import_id == import_id).order_by(RejectedRecord.position)
    return [Reject(r.line, r.column, r.code, r.value, r.message, r.row) for r in session.scalars(wanted.limit(limit))]


def reject_groups(session: Session, import_id: uuid.UUID) -> list[RejectGroup]:
    """Return the rejects by code and column, the most frequent first."""
    return sorted(job_of(session, import_id).facts.reject_groups, key=lambda group: -group.count)


def account_shown(seen: Snapshot) -> Counts:
    """Return the account that a person looks at: the plan's while nothing is written, else what was written."""
    return seen.plan if seen.state is State.WAITING and seen.plan is not None else seen.counts


def account(session: Session, job: ImportJob) -> dict[str, int]:
    """Return the counts by outcome, as they go into the journal."""
    return dataclasses.asdict(_counts(job, slices.sums(session, [job.id])[job.id]))


def snapshots_of(session: Session, jobs: Sequence[ImportJob]) -> list[Snapshot]:
    """Return the imports of these rows as they stand."""
    written = slices.sums(session, [job.id for job in jobs])
    ended = [job.id for job in jobs if job.state in FINAL]  # only those can be undone
    undos = {undo.import_id: undo for undo in session.scalars(select(Undo).where(Undo.import_id.in_(ended)))}
    return [_snapshot(session, job, written[job.id], undos.get(job.id)) for job in jobs]


def _snapshot(session: Session, job: ImportJob, written: slices.Sums, undone: Undo | None) -> Snapshot:
    counts = _counts(job, written)
    undo = _undo(undone, written)
    wished = wishes.counted(session, job.id) if PICTURES in job.facts.mapping else None
    return Snapshot(
        task_id=job.id,
        number=job.number,
        state=job.state,
        status=progress.status_of(job, undo),
        question=job.question,
        version=job.version + written.slices,
        progress=progress.progress_of(job, counts, written.settled),
        counts=counts,
        file=_file(job),
        mapping=job.facts.mapping,
        ignored_columns=job.facts.ignored,
        mode=job.mode,
        warnings=job.facts.warnings,
        error=Failure(**job.error) if job.error else None,
        actor=job.actor,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        links=_links(job, skipped=written.skipped, failed_images=bool(wished and wished.failed)),
        pausing=job.pause_requested and job.state in WORKING,
        undo=undo,
        plan=_planned(job),
        asked=_asked(job),
        repeats=job.facts.repeats,
        images=wished,
    )


def _counts(job: ImportJob, written: slices.Sums) -> Counts:
    rejected, superseded = job.rejected, job.superseded
    rows = rejected + superseded + written.created + written.updated + written.unchanged + written.skipped
    return Counts(rows, written.created, written.updated, written.unchanged, superseded, written.skipped, rejected)


def _undo(undo: Undo | None, written: slices.Sums) -> Undoing | None:
    """Return how far the import's undo is."""
    if undo is None:
        return None
    total = written.created + written.updated
    done = undo.deleted + undo.restored + undo.kept + undo.gone
    return Undoing(
        state=undo.state,
        percent=100.0 if undo.state is UndoState.COMPLETED else round(100 * done / max(1, total), 1),
        done=done,
        total=total,
        deleted=undo.deleted,
        restored=undo.restored,
        kept=undo.kept,
        gone=undo.gone,
        actor=undo.actor,
        error=Failure(**undo.error) if undo.error else None,
        created_at=undo.created_at,
        finished_at=undo.finished_at,
    )


def _planned(job: ImportJob) -> Counts | None:
    """Return the account that the plan comes to."""
    if job.planned is None:
        return None
    counts = Counts(superseded=job.superseded, rejected=job.rejected, **job.planned)
    return dataclasses.replace(counts, rows=sum(dataclasses.astuple(counts)))


def _asked(job: ImportJob) -> Asked | None:
    if job.state is not State.WAITING or not job.asked:
        return None
    return Asked(**{**job.asked, "differences": [_difference(one) for one in job.asked.get("differences", [])]})


def _difference(kept: Mapping[str, Any]) -> Difference:
    return Difference(**{**kept, "planned": Outcome(kept["planned"]), "now": Outcome(kept["now"])})


def _file(job: ImportJob) -> FileFacts:
    known = job.facts
    return FileFacts(
        name=job.file_name,
        bytes=job.file_bytes,
        sha256=job.sha256,
        encoding=known.encoding,
        delimiter=known.delimiter,
        header_line=known.header_line,
        sheet=known.sheet.name if known.sheet else None,
    )


def _links(job: ImportJob, *, skipped: int, failed_images: bool) -> dict[str, str]:
    links = {
        "self": f"/imports/{job.id}",
        "status": f"/upload/status/{job.id}",
        "progress": f"/upload/progress/{job.id}",
        "page": f"/admin/imports/{job.id}",
    }
    if job.facts.rejects_file:
        links["rejects"] = f"/imports/{job.id}/rejects.csv"
        links["mended_by"] = f"/imports?mends={job.id}"
    if job.facts.superseded_file:
        links["superseded"] = f"/imports/{job.id}/superseded.csv"
    if job.facts.skipped_file or skipped:
        links["skipped"] = f"/imports/{job.id}/skipped.csv"
    if job.parent_id is not None:
        links["parent"] = f"/imports/{job.parent_id}"
    if failed_images:
        links["failed_images"] = f"/imports/{job.id}/images/failed"
    if job.winners is not None:
        links["changes"] = f"/imports/{job.id}/changes"
    return links
