"""Products as CSV, written by the database page after page of keys, so that neither memory nor a session is held."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, literal, select

from product_importer.catalog import schemas
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.kit import database
from product_importer.kit.database.types import KeyText

HEADER: Final = "sku,name,description,price,active\r\n"  # an import maps these columns by itself
PAGE: Final = 5_000  # products read in one transaction: about 750 KB of CSV
NO_PRICE: Final = schemas.CLEAR  # a blank price would be rejected when the file is imported again
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet's formula begins
LETTERS: Final = "A"  # from here on no text is risky
products: Any = Product.__table__


def written(filters: Filters, *, guard: bool = True) -> Iterator[str]:
    """Yield the file in pieces: a header, then every product that matches, in the order of its SKU (RFC 4180).

    Each piece is one reading transaction, which is over before the piece is sent. `guard` puts a `'` before text that
    a spreadsheet would take for a formula; an import takes it off again.
    """
    yield HEADER
    lines, reached = _lines(filters, guard=guard), ""
    while piece := _piece(lines.where(products.c.sku_key > reached)):
        text, reached = piece
        yield text


def _piece(lines: Select[Any]) -> tuple[str, str] | None:
    """Return the lines of one page as one text, and the last key; the rows themselves never come here."""
    page = lines.subquery("page").c
    with database.reading() as session:
        text, last = session.execute(select(func.aggregate_strings(page.line, ""), func.max(page.sku_key))).one()
    return (text, last) if last is not None else None


def _lines(filters: Filters, *, guard: bool) -> Select[Any]:
    """Select keys and finished lines; to put them together in Python takes four times as long."""
    stored = products.c
    sku, name, text = (
        func.replace(_guarded(text) if guard else text, '"', '""')
        for text in (stored.sku, stored.name, func.coalesce(stored.description, ""))
    )
    price = func.coalesce(database.face().amount(stored.price), NO_PRICE)
    end = case((stored.active, literal(",true\r\n")), else_=literal(",false\r\n"))
    line = literal('"').concat(sku).concat('","').concat(name).concat('","').concat(text).concat('",').concat(price)
    ordered = select(stored.sku_key, line.concat(end).label("line")).order_by(stored.sku_key)
    return ordered.where(filters.condition()).limit(PAGE)


def _guarded(text: ColumnElement[str]) -> ColumnElement[str]:
    """Guard what a formula's first character begins, be it behind guards of its own.

    Each of them comes before the letters: one comparison settles nearly every text.
    """
    early = cast(text, KeyText) < literal(LETTERS, KeyText)
    first, beyond = func.substr(text, 1, 1), func.substr(func.ltrim(text, "'"), 1, 1)
    risky = and_(early, first.in_(("'", *RISKY)), beyond.in_(RISKY))
    return case((risky, literal("'").concat(text)), else_=text)
