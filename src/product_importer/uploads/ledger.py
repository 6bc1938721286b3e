"""Parts and the ledger that names them: stored under keys that never repeat, counted by one compare-and-swap."""

import secrets
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, storage
from product_importer.kit.errors import AppError
from product_importer.kit.failpoints import failpoint
from product_importer.uploads.models import Part, Upload, UploadState

PART = 8 * 2**20  # bytes, the largest part
SMALL = 256 * 2**10  # bytes; a shorter last part is joined with what follows, so that no client makes many of them


class OffsetMismatch(AppError):
    """The part does not begin where the stored bytes end: another request was faster."""

    status = 409
    code = "OFFSET_MISMATCH"
    title = "Another request is sending this upload"
    action = "Ask for the offset and continue from there."


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes in storage that the ledger does not name yet; `replaces` is the key of the last part, now part of it."""

    key: str
    start: int
    size: int
    replaces: str | None = None

    @property
    def end(self) -> int:
        """Where the next piece begins."""
        return self.start + self.size


def store(upload_id: uuid.UUID, *, start: int, data: bytes | bytearray | memoryview) -> Piece:
    """Store bytes that begin at `start`, with the last part of the ledger before them if that is small.

    `data` must not be changed until this returns. Raises OffsetMismatch where the last part has just been replaced.
    """
    last = _small_last(upload_id, start) if len(data) < PART - SMALL else None
    if last is not None:
        start, data = last.start, _joined(last, data)
    key = f"{folder(upload_id)}/{start:012d}-{secrets.token_hex(8)}"
    failpoint("upload.part.storing")
    storage.put(key, data)
    failpoint("upload.part.stored")
    return Piece(key, start, len(data), last.key if last else None)


def record(session: Session, upload_id: uuid.UUID, *, start: int, pieces: Sequence[Piece]) -> Upload:
    """Let the ledger name pieces that follow on each other, if it still stands at `start`, else raise OffsetMismatch.

    The caller removes what was stored for nothing, and `replaced` after the commit.
    """
    open_still = (Upload.state == UploadState.RECEIVING, Upload.completed_at.is_(None), Upload.discarded_at.is_(None))
    moved = update(Upload).where(Upload.id == upload_id, Upload.received == start, *open_still)
    end = pieces[-1].end if pieces else start
    upload = session.scalars(moved.values(received=end, touched_at=clock.now()).returning(Upload)).one_or_none()
    if upload is None:
        raise OffsetMismatch(f"The upload is not at byte {start}.")
    for piece in pieces:
        if piece.replaces is not None:
            session.execute(delete(Part).where(Part.upload_id == upload_id, Part.start == piece.start))
        session.add(Part(upload_id=upload_id, start=piece.start, size=piece.size, key=piece.key))
    session.flush()
    failpoint("upload.part.before-commit", session)
    return upload


def replaced(pieces: Sequence[Piece]) -> list[str]:
    """Return the keys that nobody needs once these pieces are in the ledger."""
    return [piece.replaces for piece in pieces if piece.replaces is not None]


def read(upload_id: uuid.UUID) -> Iterator[bytes]:
    """Yield the bytes of an upload from its beginning, in blocks of about one MiB."""
    with database.reading() as session:
        wanted = select(Part.key).where(Part.upload_id == upload_id).order_by(Part.start)
        keys = session.scalars(wanted).all()
    for key in keys:
        yield from storage.stream(key)


def empty(upload_id: uuid.UUID) -> None:
    """Remove the bytes of an upload that is remembered without them; the ledger forgets a part after it is gone."""
    remove_bytes(upload_id)
    with database.transaction() as session:
        session.execute(delete(Part).where(Part.upload_id == upload_id))


def remove_bytes(upload_id: uuid.UUID) -> None:
    """Remove all that is stored of an upload, whether the ledger names it or not."""
    storage.delete_under(folder(upload_id))


def folder(upload_id: uuid.UUID) -> str:
    """Return where the parts of an upload lie."""
    return f"uploads/{upload_id}"


def _small_last(upload_id: uuid.UUID, end: int) -> Part | None:
    """Return the last part if it ends there and is small."""
    with database.reading() as session:
        wanted = select(Part).where(Part.upload_id == upload_id, Part.start < end)
        last = session.scalars(wanted.order_by(Part.start.desc()).limit(1)).one_or_none()
    return last if last is not None and last.size < SMALL and last.start + last.size == end else None


def _joined(last: Part, data: bytes | bytearray | memoryview) -> bytes:
    try:
        return b"".join((*storage.stream(last.key), data))
    except FileNotFoundError:
        raise OffsetMismatch(f"The part at byte {last.start} has just been replaced.") from None
