"""Writes the journal, in the transaction of what it tells of."""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Select, literal, select, update
from sqlalchemy.orm import Session

from product_importer.journal.models import Batch, Entry
from product_importer.kit import database
from product_importer.kit.database import sets

COLUMNS = ("subject_id", "sku", "version", "line", "details")
_bells: list[Callable[[], None]] = []


def when_written(bell: Callable[[], None]) -> None:
    """Call `bell` after each commit that wrote to the journal; it may be lost, and harms nothing when it fails."""
    _bells.append(bell)


def open_batch(
    session: Session,
    type_: str,
    *,
    actor: str,
    import_id: uuid.UUID | None = None,
    subjects: Collection[uuid.UUID] = (),
) -> int:
    """Add the batch row that the entries of one change belong to, and return its id.

    `subjects` are those of entries that do not come by `add_all`.
    """
    first, last = min(subjects, default=None), max(subjects, default=None)
    batch = Batch(type=type_, actor=actor, import_id=import_id, first_subject=first, last_subject=last)
    session.add(batch)
    session.flush()
    for bell in _bells:
        if bell not in session.info.get("after_commit", ()):
            database.after_commit(session, bell)
    return batch.id


def add(
    session: Session,
    type_: str,
    *,
    actor: str,
    subject_id: uuid.UUID,
    version: int,
    sku: str | None = None,
    details: dict[str, Any] | None = None,
    import_id: uuid.UUID | None = None,
) -> None:
    """Record one thing that happened to one subject."""
    batch_id = open_batch(session, type_, actor=actor, import_id=import_id, subjects=[subject_id])
    session.add(Entry(batch_id=batch_id, subject_id=subject_id, sku=sku, version=version, details=details))


def add_all(session: Session, batch_id: int, entries: Select[Any]) -> int:
    """Record all entries of a batch, which the query yields in the order of COLUMNS, and return how many they are."""
    rows = entries.add_columns(literal(batch_id))
    count = sets.insert_from(session, Entry, (*COLUMNS, "batch_id"), rows)
    mine = select(Entry.subject_id).where(Entry.batch_id == batch_id).limit(1)
    first, last = mine.order_by(Entry.subject_id), mine.order_by(Entry.subject_id.desc())
    ends = {"first_subject": first.scalar_subquery(), "last_subject": last.scalar_subquery()}
    session.execute(update(Batch).where(Batch.id == batch_id).values(ends))
    return count
