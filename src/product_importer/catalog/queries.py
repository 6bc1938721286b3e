"""Products as they are listed."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.journal.models import Batch, Entry

WRITTEN = ("product.created", "product.updated")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of products, and how many there are in all."""

    items: Sequence[Product]
    total: int
    pages: int


def page(session: Session, *, page: int, per_page: int, import_id: uuid.UUID | None = None) -> Page:
    """Return a page of products in the order of their SKU, of all or of those that one import wrote."""
    wanted = _written_by(import_id) if import_id else true()
    total = count(session, wanted)
    listed = select(Product).where(wanted).order_by(Product.sku_key).offset((page - 1) * per_page).limit(per_page)
    return Page(session.scalars(listed).all(), total, max(1, -(-total // per_page)))


def count(session: Session, wanted: ColumnElement[bool] | None = None) -> int:
    """Return how many products there are, or how many are wanted."""
    counted = select(func.count()).select_from(Product)
    return session.scalar(counted if wanted is None else counted.where(wanted)) or 0


def _written_by(import_id: uuid.UUID) -> ColumnElement[bool]:
    """Return the condition that the journal names the import as one that created or updated the product."""
    batches = select(Batch.id).where(Batch.import_id == import_id, Batch.type.in_(WRITTEN))
    return Product.id.in_(select(Entry.subject_id).where(Entry.batch_id.in_(batches)))


def by_keys(session: Session, keys: Collection[str]) -> dict[str, Product]:
    """Return the products with these keys (at most some hundred), each by its key."""
    found = session.scalars(select(Product).where(Product.sku_key.in_(keys)).order_by(Product.sku_key))
    return {product.sku_key: product for product in found}
