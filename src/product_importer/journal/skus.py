"""Which subjects had a SKU, however long they are gone: found without a look at what imports wrote."""

import uuid
from collections.abc import Set as AbstractSet
from typing import Any, Final

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from product_importer.journal.models import Entry
from product_importer.kit import database

MOST: Final = 1_000  # entries looked at of those that have one SKU


def subjects(session: Session, sku: str) -> AbstractSet[uuid.UUID]:
    """Return what was changed or deleted by hand under this SKU, in its letters, in capitals or in small ones.

    That is everything that is gone, for no line of a file deletes; and everything that was given another SKU since.
    """
    spelt = {sku, sku.upper(), sku.lower()}
    before: Any = literal_column(database.face().SKU_BEFORE)
    found: set[uuid.UUID] = set()
    for had in (Entry.sku, before):
        # in the order of the index, for in that of the ids every entry would be looked at
        by_hand = select(Entry.subject_id).where(Entry.line.is_(None), had.is_not(None), had.in_(spelt)).order_by(had)
        found.update(session.scalars(by_hand.limit(MOST)))
    return found
