"""Which products are wanted: one condition for the list, the API, the export and bulk work."""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true

from product_importer.catalog.models import Product
from product_importer.journal import queries as journal
from product_importer.journal.models import Batch, Entry
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import database

TEXT_MAX: Final = 200  # characters of one filter
TEXTS: Final = ("sku", "name", "description")
_WRITTEN = (PRODUCT_CREATED, PRODUCT_UPDATED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed down to; None does not narrow it.

    `sku`, `name` and `description` are parts that each must occur in that field, in any case of its letters;
    `q` is words that each must occur in one of the three. At most TEXT_MAX characters each, no NUL. `wrote_few` says
    whether the import wrote but few products, where that is known (`queries.looked_up`).
    """

    sku: str | None = None
    name: str | None = None
    description: str | None = None
    q: str | None = None
    active: bool | None = None
    import_id: uuid.UUID | None = None
    wrote_few: bool | None = None

    @property
    def has_text(self) -> bool:
        """Whether products are looked for by their texts."""
        return any((self.sku, self.name, self.description, self.q))

    @property
    def is_counted_whole(self) -> bool:
        """Whether an index can count all that is wanted; anything else is counted up to a limit only."""
        return not self.has_text and self.import_id is None

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
            parts.append(_written(self.import_id, few=bool(self.wrote_few)))
        return and_(true(), *parts)


def written_by(import_id: uuid.UUID) -> Select[uuid.UUID]:
    """Select the ids of the products that an import created or updated, those that are gone by now among them."""
    return select(Entry.subject_id).where(*_by(import_id))


def _written(import_id: uuid.UUID, *, few: bool) -> ColumnElement[bool]:
    """Return whether an import wrote the product: of few the journal is asked for all, or else for each product."""
    if few:
        return database.face().is_among(Product.id, written_by(import_id))
    mine = (Entry.subject_id == Product.id, journal.encloses(Product.id, Product.id))
    return exists().where(*mine, *_by(import_id))


def _contains(field: str, text: str) -> ColumnElement[bool]:
    column: ColumnElement[Any] = getattr(Product, field)
    return database.face().contains(column, text)


def _by(import_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """Return what an entry of the journal meets that names the import as one that created or updated its product."""
    return Entry.batch_id == Batch.id, Batch.import_id == import_id, Batch.type.in_(_WRITTEN)
