"""Products as they are listed and counted."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from product_importer.catalog import far, search
from product_importer.catalog import order as orders
from product_importer.catalog.filters import Filters, written_by
from product_importer.catalog.models import Product
from product_importer.catalog.order import Cursor, Order, Part
from product_importer.catalog.search import Search
from product_importer.kit import database
from product_importer.kit.errors import NotFound

FAR: Final = 1_000  # products before a page
COUNTED: Final = search.ENOUGH  # products that are counted one by one at most: further on it says "10,000+"


class ProductNotFound(NotFound):
    """No product has this id."""

    code = "PRODUCT_NOT_FOUND"
    title = "No product has this id"
    action = "Check the id; the product may have been deleted since."


@dataclass(frozen=True, slots=True)
class Total:
    """How many products there are; at least so many when that is not `exact`."""

    count: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of products, its number from 1, how many there are in all, and the place where the next one begins."""

    items: Sequence[Product]
    total: Total
    page: int
    pages: int
    next_cursor: str | None


def page(
    session: Session, filters: Filters, order: Order, *, page: int, per_page: int, cursor: str | None = None
) -> Page:
    """Return a page of the products wanted, by its number, or wherever a cursor points (then `page` is not looked at).

    Raises ProductCursorInvalid for a cursor that was not made for these filters and this order.
    """
    asked, filters = filters, looked_up(session, filters)
    place = orders.read(cursor, asked, order) if cursor is not None else None
    known = search.known(session, filters)
    part = Part(order, per_page + 1, 0 if place else (page - 1) * per_page, place)
    page = place.page if place else page
    if known is None:
        found, seen = _looked_through(session, filters, part)
    else:
        found, seen = search.page(session, known, part)
    items = found[:per_page]
    if page == 1 and len(found) <= per_page:
        return Page(items, Total(len(items), exact=True), page, 1, None)
    total = Total(place.total, place.exact) if place else _total(session, filters, known, seen)
    pages = max(1, -(-total.count // per_page))
    if len(found) <= per_page:
        return Page(items, total, page, pages, None)
    behind = Cursor.behind(items[-1], order=order, page=page + 1, total=total.count, exact=total.exact)
    return Page(items, total, page, pages, behind.written(asked, order))


def looked_up(session: Session, filters: Filters) -> Filters:
    """Look whether an import wrote few products, to begin there; of one that wrote more, products are asked."""
    if filters.import_id is None:
        return filters
    database.face().prefer_index_lookups(session.connection())
    return replace(filters, wrote_few=_counted(session, written_by(filters.import_id)) <= COUNTED)


def count(session: Session, wanted: ColumnElement[bool] | None = None) -> int:
    """Return how many products there are, or how many are wanted."""
    counted = select(func.count()).select_from(Product)
    return session.scalar(counted if wanted is None else counted.where(wanted)) or 0


def find(session: Session, product_id: uuid.UUID) -> Product | None:
    """Return the product, None when there is none."""
    return session.get(Product, product_id)


def product_of(session: Session, product_id: uuid.UUID) -> Product:
    """Return the product; raises ProductNotFound."""
    product = find(session, product_id)
    if product is None:
        raise ProductNotFound
    return product


def by_keys(session: Session, keys: Collection[str]) -> dict[str, Product]:
    """Return the products with these keys (at most some hundred), each by its key."""
    found = session.scalars(select(Product).where(Product.sku_key.in_(keys)).order_by(Product.sku_key))
    return {product.sku_key: product for product in found}


def _looked_through(session: Session, filters: Filters, part: Part) -> tuple[Sequence[Product], int | None]:
    """Go along the list, far along it past keys alone; also return how many there are where that was seen besides."""
    wanted, key, total = select(Product).where(filters.condition()), part.order.key(), None
    if part.offset >= FAR and part.order.is_indexed:
        first, total = far.key_at(session, filters, part)
        if first is None:
            return [], total
        wanted = wanted.where(key <= first if part.order.descends else key >= first)
        part = replace(part, offset=0)
    return session.scalars(part.of(wanted)).all(), total


def _total(session: Session, filters: Filters, known: Search | None, seen: int | None = None) -> Total:
    if filters.is_counted_whole:
        return Total(_count_whole(session, filters) if seen is None else seen, exact=True)
    if seen is None and known is not None:
        seen = search.count(session, known, most=COUNTED + 1)
    elif seen is None:
        seen = _counted(session, _ids(filters))
    return Total(min(seen, COUNTED), seen <= COUNTED)


def _count_whole(session: Session, filters: Filters) -> int:
    """Count by indexes alone: those that are active are all but the others."""
    every = select(func.count()).select_from(Product)
    total, inactive = every.scalar_subquery(), every.where(Product.active.is_(False)).scalar_subquery()
    wanted = {None: total, False: inactive, True: total - inactive}[filters.active]
    return session.scalar(select(wanted)) or 0


def _counted(session: Session, some: Select[Any]) -> int:
    """Count what is selected, up to one more than is counted at most."""
    return session.scalar(select(func.count()).select_from(some.limit(COUNTED + 1).subquery())) or 0


def _ids(filters: Filters) -> Select[uuid.UUID]:
    """Select the ids of the products wanted, an import's in the order in which it wrote them."""
    if filters.import_id is None or filters.wrote_few:
        return select(Product.id).where(filters.condition())
    written, rest = written_by(filters.import_id).subquery(), replace(filters, import_id=None)
    return select(Product.id).join(written, written.c.subject_id == Product.id).where(rest.condition())
