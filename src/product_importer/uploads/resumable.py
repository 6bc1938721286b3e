"""Uploads that their senders announce, go on with after a cut, and let something be made of."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, storage
from product_importer.kit.errors import AppError, NotFound
from product_importer.kit.failpoints import failpoint
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import leases
from product_importer.uploads import ledger, verification
from product_importer.uploads.ledger import Piece
from product_importer.uploads.models import Upload, UploadState

ABANDONED = 24 * 3600.0  # seconds without a byte until an upload of which nothing was made is forgotten


class UploadNotFound(NotFound):
    """No upload of this sender has this id."""

    code = "UPLOAD_NOT_FOUND"
    title = "There is no such upload"
    action = "Start a new upload; one that was ended, or expired long ago, is not remembered."


class UploadExpired(AppError):
    """The upload was left alone for too long."""

    status = 410
    code = "UPLOAD_EXPIRED"
    title = "This upload has expired"
    action = "Send the file again, from its beginning."


class UploadTooLarge(AppError):
    """The file is larger than this server takes, or than was announced."""

    status = 413
    code = "UPLOAD_TOO_LARGE"
    title = "The file is too large"
    action = "Split it, or raise MAX_UPLOAD_BYTES."


class UploadQuota(AppError):
    """This sender has too much under way already."""

    status = 429
    code = "UPLOAD_QUOTA"
    title = "Too many uploads are open"
    action = "Finish or end some of them first; what is left alone for a day is removed by itself."


class UploadNotReady(AppError):
    """The file is not here whole, or not verified yet."""

    status = 409
    code = "UPLOAD_NOT_READY"
    title = "The upload is not ready"
    action = "Send the rest, or ask again in a moment while it is verified."


class UploadRejected(verification.ChecksumMismatch):
    """The upload was found to be damaged, so nothing can be made of it."""

    status = 422


class UploadConsumed(AppError):
    """Something was made of the upload already."""

    status = 409
    code = "UPLOAD_CONSUMED"
    title = "This upload has been used"
    action = "Send the file again to make something else of it."


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a sender says before it sends: name, size in bytes or None, its metadata as sent, MD5 or None."""

    name: str
    length: int | None
    metadata: str = ""
    md5: str | None = None


def announce(session: Session, said: Announcement, *, actor: str, settings: Settings) -> Upload:
    """Open an upload; raises UploadTooLarge and UploadQuota before a byte of it is taken."""
    require_size(said.length or 0, settings)
    _require_room(session, said.length, actor=actor, settings=settings)
    upload = Upload(name=said.name, actor=actor, resumable=True, length=said.length, announced=said.metadata)
    upload.md5 = said.md5
    session.add(upload)
    session.flush()
    return upload


def find(session: Session, upload_id: uuid.UUID, *, actor: str) -> Upload:
    """Return an upload of this sender; raises UploadNotFound and UploadExpired."""
    upload = session.get(Upload, upload_id)
    if upload is None or upload.actor != actor or not upload.resumable:
        raise UploadNotFound
    if upload.completed_at is None and (upload.discarded_at is not None or expires_at(upload) < clock.now()):
        raise UploadExpired(f"Nothing has arrived since {upload.touched_at:%d %b %Y %H:%M} UTC.")
    return upload


def expires_at(upload: Upload) -> dt.datetime:
    """Return when the upload will have been left alone for too long."""
    return upload.touched_at + clock.seconds(ABANDONED)


def require_offset(upload: Upload, start: int) -> None:
    """Refuse bytes that do not begin where the stored ones end; nothing at the end of a whole upload does."""
    if upload.received != start:
        raise ledger.OffsetMismatch(f"The upload is at byte {upload.received:,}.", offset=upload.received)


def require_size(length: int, settings: Settings) -> None:
    """Refuse a file that is larger than the settings allow."""
    limit = settings.max_upload_bytes
    if length > limit:
        raise UploadTooLarge(f"It has {length:,} bytes; at most {limit:,} bytes are accepted.")


def declare(upload: Upload, length: int, settings: Settings) -> None:
    """Note the size of a file whose sender did not know it before; UploadTooLarge where it cannot be."""
    require_size(length, settings)
    with database.transaction() as session:
        fits = (Upload.id == upload.id, Upload.length.is_(None), Upload.received <= length)
        known = session.scalar(update(Upload).where(*fits).values(length=length).returning(Upload.length))
        known = known if known is not None else session.scalar(select(Upload.length).where(Upload.id == upload.id))
    if known != length:
        raise UploadTooLarge(f"{upload.received:,} bytes have arrived, but {known or length:,} were announced.")
    upload.length = length


def add(upload_id: uuid.UUID, *, start: int, pieces: Sequence[Piece]) -> Upload:
    """Take stored pieces into the ledger, and verify a small file with its last one.

    Raises OffsetMismatch and ChecksumMismatch.
    """
    try:
        with database.transaction() as session:
            upload = ledger.record(session, upload_id, start=start, pieces=pieces)
            if upload.received == upload.length:
                verification.begin(session, upload)
    except ledger.OffsetMismatch:
        drop(pieces)
        raise
    failpoint("upload.part.recorded")
    storage.delete(ledger.replaced(pieces))
    if upload.state is UploadState.VERIFYING and upload.token is not None:
        _settle(upload, upload.token)
    return upload


def drop(pieces: Sequence[Piece]) -> None:
    """Remove pieces that the ledger will not name."""
    storage.delete(piece.key for piece in pieces)


def touch(upload_id: uuid.UUID) -> None:
    """Note that the sender is at work, though nothing can be counted before its checksum has come out right."""
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(touched_at=clock.now()))


def terminate(upload: Upload) -> None:
    """Forget the upload and its bytes at its sender's wish; UploadConsumed where they belong to something else."""
    with database.transaction() as session:
        gone = delete(Upload).where(Upload.id == upload.id, Upload.completed_at.is_(None)).returning(Upload.id)
        if session.scalar(gone) is None:
            raise UploadConsumed
        failpoint("resumable.terminate.before-commit", session)
    failpoint("resumable.terminated")
    ledger.remove_bytes(upload.id)


def consume(session: Session, upload_id: uuid.UUID, *, actor: str, terms: str = "", md5: str | None = None) -> Upload:
    """Take a whole upload, in the transaction of whoever makes something of it.

    `terms` are noted, so that the same request is known again, and the MD5 that the file must have.

    Raises UploadNotFound, UploadExpired, UploadNotReady, UploadRejected and UploadConsumed.
    """
    upload = find(session, upload_id, actor=actor)
    require_ready(upload)
    if md5 is not None and upload.md5 not in (None, md5):
        raise UploadRejected(f"It has the MD5 {upload.md5}, but {md5} was announced.")
    upload.md5, upload.terms = md5 or upload.md5, terms
    taken = update(Upload).where(Upload.id == upload_id, Upload.completed_at.is_(None), Upload.discarded_at.is_(None))
    if session.scalar(taken.values(completed_at=clock.now()).returning(Upload.id)) is None:
        raise UploadConsumed
    return upload


def require_ready(upload: Upload) -> None:
    """Refuse an upload of which nothing can be made: yet, or any more."""
    if upload.state is UploadState.REJECTED:
        raise UploadRejected(f"It does not have the MD5 {upload.md5} that was announced. None of it was used.")
    if upload.state is UploadState.VERIFYING:
        raise UploadNotReady("All of it has arrived, and its checksum is being verified.")
    if upload.state is UploadState.RECEIVING:
        whole = "an unknown number" if upload.length is None else f"{upload.length:,}"
        detail = f"{upload.received:,} bytes of {whole} have arrived."
        raise UploadNotReady(detail, offset=upload.received, length=upload.length)
    if upload.completed_at is not None:
        raise UploadConsumed


def _require_room(session: Session, length: int | None, *, actor: str, settings: Settings) -> None:
    """Count what this sender has open; two requests at once may both be let in, which does no harm."""
    largest = settings.max_upload_bytes
    is_open = (Upload.resumable, Upload.actor == actor, Upload.completed_at.is_(None), Upload.discarded_at.is_(None))
    wanted = select(func.count(), func.coalesce(func.sum(func.coalesce(Upload.length, largest)), 0)).where(*is_open)
    count, announced = session.execute(wanted).one()
    if count >= settings.max_open_uploads:
        raise UploadQuota(f"{count:,} are open; at most {settings.max_open_uploads:,} are allowed.")
    if int(announced) + (largest if length is None else length) > settings.max_open_upload_bytes:
        raise UploadQuota(f"Open uploads may have at most {settings.max_open_upload_bytes:,} bytes in total.")


def _settle(upload: Upload, token: uuid.UUID) -> None:
    try:
        verification.settle(upload, token)
    except leases.Fenced:  # a worker was faster; the sender may ask how it ended
        return
    upload.state = UploadState.READY
