"""The orders in which products are listed, and cursors: places in one list that a client hands back."""

import base64
import binascii
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_

from product_importer.catalog import schemas
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.kit.errors import CursorInvalid

CURSOR_MAX: Final = 4_000  # characters
_DIGEST: Final = 12  # characters of the check sum
_PRICELESS = literal(Decimal(-1), Product.price.type)  # a product without a price comes before the cheapest


class ProductCursorInvalid(CursorInvalid):
    """The cursor was not made for these filters and this order."""

    action = "Start again without a cursor, and do not change the filters or the order while you follow one."


class Sort(StrEnum):
    """What a list is ordered by; ids are numbered by time, so that their order is that of creation."""

    SKU = "sku"
    CREATED = "created_at"
    NAME = "name"
    PRICE = "price"
    UPDATED = "updated_at"


class Direction(StrEnum):
    """Which end comes first."""

    UP = "asc"
    DOWN = "desc"


@dataclass(frozen=True, slots=True)
class Order:
    """A lasting order: products that are equal in what is sorted by follow their ids."""

    sort: Sort = Sort.SKU
    direction: Direction = Direction.UP

    @property
    def descends(self) -> bool:
        """Whether the greatest comes first."""
        return self.direction is Direction.DOWN

    def reversed(self) -> "Order":
        """Return the order from the other end."""
        return Order(self.sort, Direction.UP if self.descends else Direction.DOWN)

    @property
    def is_indexed(self) -> bool:
        """Whether an index has the products in this order."""
        return self.sort in _UNIQUE

    def columns(self, keys: "Keys | None" = None) -> list[ColumnElement[Any]]:
        """Return what to ORDER BY; `keys` name columns elsewhere that hold the same as those of a product."""
        found = [self.key(keys), *([] if self.is_indexed else [Product.id])]
        return [key.desc() if self.descends else key.asc() for key in found]

    def key(self, keys: "Keys | None" = None) -> ColumnElement[Any]:
        """Return the column that is sorted by."""
        column: ColumnElement[Any] = (keys or {}).get(self.sort, _KEYS[self.sort])
        return column

    def behind(self, cursor: "Cursor", keys: "Keys | None" = None) -> ColumnElement[bool]:
        """Return the condition that a product comes after the cursor."""
        key, value = self.key(keys), _bound(self.sort, cursor)
        further: ColumnElement[bool] = key < value if self.descends else key > value
        if self.is_indexed:
            return further
        return or_(further, and_(key == value, Product.id < cursor.id if self.descends else Product.id > cursor.id))


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last product of a page: its value in the order's column and its id; and what the next page need not count.

    That is its number and the total, which is counted once for all who follow the cursors of a list.
    """

    value: str | None
    id: uuid.UUID
    page: int
    total: int
    exact: bool

    @classmethod
    def behind(cls, product: Product, *, order: Order, page: int, total: int, exact: bool) -> "Cursor":
        """Return the place behind a product, where page `page` begins."""
        return cls(_told(product, order.sort), product.id, page, total, exact)

    def written(self, filters: Filters, order: Order) -> str:
        """Write the cursor as opaque text that is good for one list only."""
        inside = json.dumps([self.value, self.id.hex, self.page, self.total, self.exact], ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(_digest(inside, filters, order) + inside).decode().rstrip("=")


def read(text: str, filters: Filters, order: Order) -> Cursor:
    """Read what `Cursor.written` wrote for the same filters and order; raises ProductCursorInvalid otherwise."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ProductCursorInvalid from None
    digest, inside = raw[:_DIGEST], raw[_DIGEST:]
    if digest != _digest(inside, filters, order):
        raise ProductCursorInvalid
    try:  # the digest proves a list and no writer
        value, product_id, page, total, exact = json.loads(inside)
        found = Cursor(value, uuid.UUID(product_id), int(page), int(total), bool(exact))
        _bound(order.sort, found)
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise ProductCursorInvalid from None
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """Some products of a list: `limit` of them behind a place, or behind so many others."""

    order: Order
    limit: int
    offset: int = 0
    place: Cursor | None = None

    def of(self, wanted: Select[Any], keys: "Keys | None" = None) -> Select[Any]:
        """Narrow a list down to this part of it."""
        wanted = wanted.order_by(*self.order.columns(keys)).limit(self.limit).offset(self.offset)
        return wanted if self.place is None else wanted.where(self.order.behind(self.place, keys))


Keys = Mapping[Sort, ColumnElement[Any]]
_KEYS: dict[Sort, Any] = {
    Sort.SKU: Product.sku_key,
    Sort.CREATED: Product.id,
    Sort.NAME: func.lower(Product.name),
    Sort.PRICE: func.coalesce(Product.price, _PRICELESS),
    Sort.UPDATED: Product.updated_at,
}
_UNIQUE = frozenset({Sort.SKU, Sort.CREATED})


def _told(product: Product, sort: Sort) -> str | None:
    """Return a product's value as JSON can hold it."""
    match sort:
        case Sort.SKU:
            return product.sku_key
        case Sort.NAME:
            return product.name
        case Sort.PRICE:
            return None if product.price is None else str(product.price)
        case Sort.UPDATED:
            return product.updated_at.isoformat()
        case Sort.CREATED:
            return None


def _bound(sort: Sort, cursor: Cursor) -> Any:
    """Return a cursor's value as the database compares it."""
    match sort:
        case Sort.CREATED:
            return cursor.id
        case Sort.NAME:
            return func.lower(str(cursor.value))
        case Sort.PRICE:
            return _PRICELESS if cursor.value is None else literal(schemas.price_of(cursor.value), Product.price.type)
        case Sort.UPDATED:
            return dt.datetime.fromisoformat(str(cursor.value)).astimezone(dt.UTC)
        case Sort.SKU:
            return str(cursor.value)


def _digest(inside: bytes, filters: Filters, order: Order) -> bytes:
    """Bind a cursor to its list. No secret is in it: whoever forges one sees no more than the list shows anyway."""
    of = f"{filters} {order}".encode()
    return base64.b64encode(hashlib.sha256(inside + b"\0" + of).digest())[:_DIGEST]
