"""The files of imports, sent and made: there for a set time after its end, for a retry and to be fetched."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.models import ImportJob
from product_importer.imports.states import FINAL
from product_importer.kit import clock, database, settings, storage
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import chores
from product_importer.uploads import ledger, verification
from product_importer.uploads.models import Part, Upload

DAY = 24 * 3600.0  # seconds
MADE = ("rejects", "superseded", "skipped")  # files that an import makes, each kind under its name


class FileForgotten(AppError):
    """The file was kept for its time and is gone."""

    status = 410
    code = "FILE_FORGOTTEN"
    title = "The file is no longer kept"
    action = "Send the file again; KEEP_FILES_DAYS says for how many days after the end of an import files are kept."


def require(session: Session, job: ImportJob) -> None:
    """Refuse when the import's file is gone."""
    gone = session.scalar(select(Upload.discarded_at).where(Upload.id == job.upload_id))
    if gone is not None:
        raise FileForgotten(f"{job.file_name} was removed on {gone:%d %b %Y}.")


def import_of(session: Session, upload_id: uuid.UUID) -> ImportJob | None:
    """Return the import that was made of an upload."""
    return session.scalars(select(ImportJob).where(ImportJob.upload_id == upload_id).limit(1)).one_or_none()


def verify(job: ImportJob, *, check: Callable[[], None]) -> None:
    """Compare the file with the MD5 that its sender told, if any; raises ChecksumMismatch, and what `check` raises."""
    with database.reading() as session:
        upload = session.get_one(Upload, job.upload_id)
    verification.require(upload, check=check)


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when the files of an import are kept, None before its end, or when they went."""

    until: dt.datetime | None
    forgotten_at: dt.datetime | None


def keeping(session: Session, job: ImportJob) -> Keeping:
    """Return how long the import's files are kept."""
    gone = session.scalar(select(Upload.discarded_at).where(Upload.id == job.upload_id))
    ended = job.finished_at if job.state in FINAL else None
    return Keeping(ended + clock.seconds(settings.current().keep_files_days * DAY) if ended else None, gone)


def ended_long_ago() -> tuple[ColumnElement[bool], ...]:
    """Return which imports ended more than KEEP_FILES_DAYS ago."""
    before = clock.now() - clock.seconds(settings.current().keep_files_days * DAY)
    return ImportJob.state.in_(FINAL), ImportJob.finished_at < before


@chores.every(600)
def forget_files() -> int:
    """Remove the files of imports that ended long ago; the imports themselves and all their numbers stay."""
    stored = exists().where(Part.upload_id == ImportJob.upload_id)
    with database.reading() as session:
        wanted = select(ImportJob.id).where(*ended_long_ago(), stored).order_by(ImportJob.number).limit(100)
        found = session.scalars(wanted).all()
    for import_id in found:
        _forget(import_id)
    return len(found)


def _forget(import_id: uuid.UUID) -> None:
    """Say that the file is gone before its bytes go, so that no retry begins to read them meanwhile."""
    with database.transaction() as session:
        job = queries.job_of(session, import_id, lock=True)
        if job.state not in FINAL:
            return
        session.get_one(Upload, job.upload_id).discarded_at = clock.now()
    failpoint("file.discarded")
    for kind in MADE:
        storage.delete_under(f"{kind}/{import_id}")
    failpoint("file.made-deleted")
    ledger.empty(job.upload_id)
