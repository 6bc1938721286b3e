"""Takes bytes in as they come: parts go to storage first, then the ledger says that they are there."""

import uuid
from collections.abc import Iterator

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, storage
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.uploads.models import Part, Upload

PART = 8 * 2**20  # bytes, the largest part


class OffsetMismatch(AppError):
    """The part does not begin where the stored bytes end: another request was faster."""

    status = 409
    code = "OFFSET_MISMATCH"
    title = "Another request is sending this upload"
    action = "Ask for the offset and go on from there."


def open_upload(*, name: str, actor: str) -> uuid.UUID:
    """Note that a file is about to come, and return the upload's id."""
    with database.transaction() as session:
        upload = Upload(name=name, actor=actor)
        session.add(upload)
    return upload.id


def rename(upload_id: uuid.UUID, *, name: str) -> None:
    """Note the file's name, which a form may tell only with the file itself."""
    with database.transaction() as session:
        session.execute(update(Upload).where(Upload.id == upload_id).values(name=name))


def append(upload_id: uuid.UUID, *, start: int, data: bytes) -> int:
    """Store one part that begins at byte `start`, and return the new offset."""
    storage.put(part_key(upload_id, start), data)
    failpoint("upload.part.stored")
    end = start + len(data)
    with database.transaction() as session:
        moved = update(Upload).where(Upload.id == upload_id, Upload.received == start, Upload.completed_at.is_(None))
        claimed = moved.values(received=end, touched_at=clock.now()).returning(Upload.id)
        if session.scalar(claimed) is None:
            raise OffsetMismatch(f"The upload does not stand at byte {start}.")
        session.add(Part(upload_id=upload_id, start=start, size=len(data)))
        failpoint("upload.part.before-commit", session)
    failpoint("upload.part.recorded")
    return end


def complete(session: Session, upload_id: uuid.UUID) -> Upload:
    """Mark the upload as whole, in the transaction of whoever consumes it."""
    upload = session.get_one(Upload, upload_id)
    upload.completed_at = clock.now()
    return upload


def read(upload_id: uuid.UUID) -> Iterator[bytes]:
    """Yield the bytes of an upload from its beginning, in blocks of about one MiB."""
    for start in _starts(upload_id):
        yield from storage.stream(part_key(upload_id, start))


def size(upload_id: uuid.UUID) -> int:
    """Return how many bytes of an upload are stored."""
    with database.reading() as session:
        return session.scalar(select(Upload.received).where(Upload.id == upload_id)) or 0


def discard(upload_id: uuid.UUID) -> None:
    """Forget an upload and its bytes: it was cut, refused, or nobody needs it any more."""
    starts = [*_starts(upload_id), size(upload_id)]  # the last one may be stored and not yet in the ledger
    with database.transaction() as session:
        session.execute(delete(Part).where(Part.upload_id == upload_id))
        session.execute(delete(Upload).where(Upload.id == upload_id))
    storage.delete(part_key(upload_id, start) for start in starts)


def part_key(upload_id: uuid.UUID, start: int) -> str:
    """Return the storage key of the part that begins at byte `start`."""
    return f"uploads/{upload_id}/{start:012d}"


def _starts(upload_id: uuid.UUID) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(Part.start).where(Part.upload_id == upload_id).order_by(Part.start)))
