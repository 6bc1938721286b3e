"""Where a page far along the list of all products begins: several processes count what one would have to go along."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, not_, select
from sqlalchemy.orm import Session

from product_importer.catalog import search_sample
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product, ProductText
from product_importer.catalog.order import Keys, Part, Sort
from product_importer.kit import database

_KEPT: Keys = {Sort.SKU: ProductText.sku_key.expression, Sort.CREATED: ProductText.product_id.expression}


def key_at(session: Session, filters: Filters, part: Part) -> tuple[Any, int | None]:
    """Return the key behind `part.offset` others, None where the list ends before; and the total if that was counted.

    The order is one that an index has, which has the keys without the products.
    """
    key, first = part.order.key(), replace(part, limit=1)
    keys = select(key).where(filters.condition())
    is_far = filters.is_empty and part.offset >= database.face().WALK
    near = _key_near(session, part) if is_far else None
    if near is None:
        return session.scalar(first.of(keys)), None
    is_before = key > near if part.order.descends else key < near
    before, total = session.execute(select(func.count().filter(is_before), func.count()).select_from(Product)).one()
    if before <= part.offset:
        return session.scalar(replace(first, offset=part.offset - before).of(keys.where(not_(is_before)))), total
    back = Part(part.order.reversed(), 1, before - part.offset - 1)
    return session.scalar(back.of(keys.where(is_before))), total


def _key_near(session: Session, part: Part) -> Any:
    """Guess the key from every so many-th product of the search index; None where that has none."""
    numbers = search_sample.numbers(session)
    some = select(part.order.key(_KEPT)).where(database.face().is_one_of(ProductText.number, numbers))
    keys = session.scalars(some.order_by(*part.order.columns(_KEPT))).all()
    return keys[min(part.offset // numbers.step, len(keys) - 1)] if keys else None
