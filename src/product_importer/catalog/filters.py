"""Which products are wanted: one condition for the list, the API, the export and bulk work."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, true

from product_importer.catalog.models import Product
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database

TEXT_MAX: Final = 200  # characters of one filter
TEXTS: Final = ("sku", "name", "description")
_WRITTEN = ("product.created", "product.updated")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed down to; None does not narrow it.

    `sku`, `name` and `description` are parts that each must occur in that field, in any case of its letters;
    `q` is words that each must occur in one of the three. At most TEXT_MAX characters each, no NUL.
    """

    sku: str | None = None
    name: str | None = None
    description: str | None = None
    q: str | None = None
    active: bool | None = None
    import_id: uuid.UUID | None = None

    @property
    def has_text(self) -> bool:
        """Whether products are looked for by their texts: the total is then counted up to a limit only."""
        return any((self.sku, self.name, self.description, self.q))

    @property
    def is_empty(self) -> bool:
        """Whether every product is wanted."""
        return not self.has_text and self.active is None and self.import_id is None

    def condition(self) -> ColumnElement[bool]:
        """Return the condition for a SELECT, UPDATE or DELETE over products."""
        parts = [_contains(field, text) for field in TEXTS if (text := getattr(self, field))]
        parts += [or_(*(_contains(field, word) for field in TEXTS)) for word in (self.q or "").split()]
        if self.active is not None:
            parts.append(Product.active.is_(self.active))
        if self.import_id is not None:
            parts.append(_written_by(self.import_id))
        return and_(true(), *parts)


def _contains(field: str, text: str) -> ColumnElement[bool]:
    column: ColumnElement[Any] = getattr(Product, field)
    return database.face().contains(column, text)


def _written_by(import_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that the journal names the import as one that created or updated the product."""
    batches = select(Batch.id).where(Batch.import_id == import_id, Batch.type.in_(_WRITTEN))
    return Product.id.in_(select(Entry.subject_id).where(Entry.batch_id.in_(batches)))
