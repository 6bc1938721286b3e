"""Undos as they are seen: what one would do, how far one is, and what it could not take back."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.models import Undo, UndoKept
from product_importer.imports.states import Fate
from product_importer.imports.undoing import undo, undo_actions
from product_importer.imports.undoing.undo import Tally
from product_importer.journal.models import Batch
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED


@dataclass(frozen=True, slots=True)
class Kept:
    """A product that was not taken back whole: who touched it last, and how the fields stand that were overwritten.

    `fields` is `{field: [what the import set, what stands now]}`; nothing for a product that the import created.
    """

    product_id: uuid.UUID
    sku: str
    what: Fate
    who: str | None
    fields: Mapping[str, list[str | bool | None]] | None


def preview(session: Session, import_id: uuid.UUID) -> Tally:
    """Count exactly what an undo would do at this moment; refuses as `undo_actions.start` does. Nothing is written."""
    last = undo_actions.reach(session, queries.job_of(session, import_id))
    created, updated = (
        undo.tally(session, type_, undo.entry.batch_id.in_(select(Batch.id).where(mine)))
        for type_ in (PRODUCT_CREATED, PRODUCT_UPDATED)
        for mine in [undo.written_by(import_id, type_, until=last)]
    )
    kept, gone = created.kept + updated.kept, created.gone + updated.gone
    return Tally(deleted=created.deleted, restored=updated.restored, kept=kept, gone=gone)


def id_of(session: Session, import_id: uuid.UUID) -> uuid.UUID | None:
    """Return the id of the import's undo, None when nobody asked for one."""
    return session.scalar(select(Undo.id).where(Undo.import_id == import_id))


def kept(session: Session, import_id: uuid.UUID) -> list[Kept]:
    """Return the first 1,000 products that were not taken back whole, by SKU."""
    rows = select(UndoKept).where(UndoKept.import_id == import_id).order_by(UndoKept.sku).limit(undo.LISTED)
    return [Kept(row.product_id, row.sku, row.what, row.who, row.fields) for row in session.scalars(rows)]
