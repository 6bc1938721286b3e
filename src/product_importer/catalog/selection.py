"""What is done at once to some products that a person has chosen one by one; more than that is a bulk job."""

import uuid
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.journal import record
from product_importer.journal.models import Entry
from product_importer.journal.types import PRODUCT_DELETED, PRODUCT_UPDATED
from product_importer.kit import clock
from product_importer.kit.errors import AppError

MOST: Final = 500  # products in one request


class SelectionInvalid(AppError):
    """The selection cannot be acted upon: nothing is chosen, too much, or no product."""

    status = 422
    code = "SELECTION_INVALID"
    title = "This selection cannot be used"
    action = f"Choose 1 to {MOST} products from the list, or all that match."


def read(texts: Collection[str]) -> list[uuid.UUID]:
    """Read the ids that were chosen; raises SelectionInvalid."""
    try:
        ids = sorted({uuid.UUID(text) for text in texts})
    except ValueError:
        raise SelectionInvalid("What was chosen is not a product.") from None
    if not 1 <= len(ids) <= MOST:
        raise SelectionInvalid(f"{len(ids)} products are chosen.")
    return ids


def set_active(session: Session, ids: Iterable[uuid.UUID], *, active: bool, actor: str) -> int:
    """Set products active or inactive, and return how many were not so before; those that are gone are passed over."""
    changed = [product for product in _locked(session, ids) if product.active is not active]
    for product in changed:
        product.active, product.version, product.updated_at = active, product.version + 1, clock.now()
    _record(session, PRODUCT_UPDATED, changed, actor=actor, details={"active": [not active, active]})
    return len(changed)


def delete(session: Session, ids: Iterable[uuid.UUID], *, actor: str) -> int:
    """Delete products, and return how many were still there."""
    gone = _locked(session, ids)
    for product in gone:
        session.delete(product)
        product.version += 1
    _record(session, PRODUCT_DELETED, gone, actor=actor)
    return len(gone)


def _locked(session: Session, ids: Iterable[uuid.UUID]) -> list[Product]:
    """Lock in key order, as imports and bulk jobs do, so that nobody waits in a circle."""
    wanted = select(Product).where(Product.id.in_(ids)).order_by(Product.sku_key).with_for_update()
    return list(session.scalars(wanted))


def _record(
    session: Session, type_: str, products: list[Product], *, actor: str, details: dict[str, list[bool]] | None = None
) -> None:
    if not products:
        return
    batch = record.open_batch(session, type_, actor=actor, subjects=[one.id for one in products])
    session.add_all(
        Entry(batch_id=batch, subject_id=one.id, sku=one.sku, version=one.version, details=details) for one in products
    )
