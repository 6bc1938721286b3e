"""Takes in files that come in one piece: parts go to storage first, then the ledger says that they are there."""

import uuid
from collections.abc import Callable, Iterator
from typing import IO

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, storage
from product_importer.kit.failpoints import failpoint
from product_importer.uploads import ledger
from product_importer.uploads.models import Part, Upload, UploadState

PART = ledger.PART  # bytes


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


def append(upload_id: uuid.UUID, *, start: int, data: bytes | bytearray) -> int:
    """Store one part that begins at byte `start`, and return the new offset."""
    piece = ledger.store(upload_id, start=start, data=data)
    try:
        with database.transaction() as session:
            ledger.record(session, upload_id, start=start, pieces=[piece])
    except ledger.OffsetMismatch:
        storage.delete([piece.key])
        raise
    failpoint("upload.part.recorded")
    storage.delete(ledger.replaced([piece]))
    return piece.end


def append_all(upload_id: uuid.UUID, file: IO[bytes], *, after_part: Callable[[int], None] | None = None) -> int:
    """Store what an open file has from where it stands, part by part, as a whole upload; return how many bytes.

    `after_part` is called with the bytes stored so far, and may raise to end it.
    """
    offset = 0
    while data := file.read(PART):
        offset = append(upload_id, start=offset, data=data)
        if after_part is not None:
            after_part(offset)
    return offset


def complete(session: Session, upload_id: uuid.UUID) -> Upload:
    """Mark the upload as whole, in the transaction of whoever consumes it."""
    upload = session.get_one(Upload, upload_id)
    upload.completed_at, upload.state = clock.now(), UploadState.READY
    return upload


def read(upload_id: uuid.UUID) -> Iterator[bytes]:
    """Yield the bytes of an upload from its beginning, in blocks of about one MiB."""
    return ledger.read(upload_id)


def size(upload_id: uuid.UUID) -> int:
    """Return how many bytes of an upload are stored."""
    with database.reading() as session:
        return session.scalar(select(Upload.received).where(Upload.id == upload_id)) or 0


def discard(upload_id: uuid.UUID) -> None:
    """Forget an upload and its bytes: it was cut, refused, or nobody needs it any more."""
    with database.transaction() as session:
        session.execute(delete(Part).where(Part.upload_id == upload_id))
        session.execute(delete(Upload).where(Upload.id == upload_id))
    ledger.remove_bytes(upload_id)
