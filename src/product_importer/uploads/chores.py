"""Clears away what clients left in the middle, and what no ledger names."""

import itertools
import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, exists, or_, select, update

from product_importer.kit import clock, database, storage
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import chores
from product_importer.uploads import actions, ledger
from product_importer.uploads.models import Part, Upload, UploadState
from product_importer.uploads.resumable import ABANDONED

REMEMBERED = 7 * 24 * 3600.0  # seconds for which an expired upload is still said to have expired
STRAY = 3600.0  # seconds until bytes that no ledger names are taken for left behind
BATCH = 500  # uploads or keys looked at together


@chores.every(600)
def forget_abandoned() -> int:
    """Discard uploads that nobody has sent a byte of for a day, and made nothing of."""
    long_ago = clock.now() - clock.seconds(ABANDONED)
    idle = (Upload.completed_at.is_(None), Upload.discarded_at.is_(None), Upload.touched_at < long_ago)
    with database.reading() as session:
        wanted = select(Upload.id, Upload.resumable).where(*idle)
        found = session.execute(wanted.order_by(Upload.id).limit(1_000)).all()
    for upload_id, resumable in found:
        if not resumable:
            actions.discard(upload_id)
            continue
        with database.transaction() as session:  # its sender may be back this very moment
            expired = update(Upload).where(Upload.id == upload_id, *idle)
            session.execute(expired.values(discarded_at=clock.now()))
        failpoint("resumable.expired")
    return len(found)


@chores.every(600)
def empty_useless() -> int:
    """Remove the bytes of uploads that were rejected or have expired, and in the end the memory of those too."""
    useless = or_(Upload.state == UploadState.REJECTED, Upload.discarded_at.is_not(None))
    has_parts = exists().where(Part.upload_id == Upload.id)
    with database.reading() as session:
        wanted = select(Upload.id).where(Upload.completed_at.is_(None), useless, has_parts)
        found = session.scalars(wanted.order_by(Upload.id).limit(BATCH)).all()
    for upload_id in found:
        ledger.empty(upload_id)
    long_ago = clock.now() - clock.seconds(REMEMBERED)
    with database.transaction() as session:
        session.execute(delete(Upload).where(Upload.completed_at.is_(None), Upload.discarded_at < long_ago, ~has_parts))
    return len(found)


@chores.every(3600)
def sweep_strays() -> int:
    """Remove stored parts that no ledger names: a server was cut off before it wrote them down.

    Those of an upload that still receives are left: they may wait for their checksum.
    """
    before = clock.now() - clock.seconds(STRAY)
    old = (kept.key for kept in storage.listing("uploads") if kept.modified < before)
    swept = 0
    while keys := list(itertools.islice(old, BATCH)):
        strays = list(_strays(keys))
        storage.delete(strays)
        swept += len(strays)
    return swept


@chores.every(3600)
def sweep_halves() -> int:
    """Remove files of any kind that were cut off while they were written."""
    return storage.sweep_asides(before=clock.now() - clock.seconds(STRAY))


def _strays(keys: Sequence[str]) -> Iterator[str]:
    uploads = {key: upload_id for key in keys if (upload_id := _upload_of(key))}
    with database.reading() as session:
        named = set(session.scalars(select(Part.key).where(Part.upload_id.in_(set(uploads.values())))))
        receives = (Upload.state == UploadState.RECEIVING, Upload.discarded_at.is_(None))
        open_still = set(session.scalars(select(Upload.id).where(Upload.id.in_(set(uploads.values())), *receives)))
    return (key for key, upload_id in uploads.items() if key not in named and upload_id not in open_still)


def _upload_of(key: str) -> uuid.UUID | None:
    """Return whose part lies under the key; None for what is none of ours."""
    try:
        return uuid.UUID(key.split("/")[1])
    except (ValueError, IndexError):
        return None
