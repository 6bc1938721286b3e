"""A catalog as a first import leaves it, journal and search index included; in bulk, for only reading is measured."""

import random
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import sample
from product_importer.catalog import search_letters
from product_importer.catalog.models import InactiveText, Product, ProductText
from product_importer.catalog.search_text import text_of
from product_importer.journal.models import Batch, Entry
from product_importer.kit import clock, database, ids

SLICE: Final = 20_000  # products of one batch of the journal, and of one transaction here
INACTIVE: Final = 20  # one product of so many
IMPORT: Final = uuid.UUID(int=7)  # what the journal names as the import that created them all
BARE: Final = {"postgresql": ["DROP INDEX ix_product_texts_text"], "sqlite": []}
INDEX: Final = {
    "postgresql": [
        "SET LOCAL maintenance_work_mem = '1GB'",
        "CREATE INDEX ix_product_texts_text ON product_texts USING gin (text gin_trgm_ops)",
    ],
    "sqlite": [],
}
Row = tuple[Any, ...]


def fill(rows: int, *, seed: int = 1) -> None:
    """Put so many products into an empty database, their SKUs and ids in one order, as a slice numbers them."""
    dice, prefix = random.Random(seed), ids.block_prefix()
    _run(BARE)
    for batch, first in enumerate(range(1, rows + 1, SLICE), start=1):
        products = list(_products(prefix, range(first, min(first + SLICE, rows + 1)), dice))
        with database.transaction() as session:
            _append(session, Product, products)
            texts = list(_texts(products, first))
            _append(session, ProductText, texts)
            _append(session, InactiveText, (text[1:] for text in texts if text[0] % INACTIVE == 0))
            search_letters.note(session, [text for *_, text in texts])
            _append(session, Batch, [_batch(batch, products)])
            _append(session, Entry, _entries(batch, products, first))
    _run(INDEX)


def _products(prefix: str, numbers: range, dice: random.Random) -> Iterator[Row]:
    now = clock.now()
    for number in numbers:
        sku, name, description, cents = sample.product(number, dice)
        key = uuid.UUID(f"{prefix}{number:012x}")
        yield key, sku, sku.lower(), name, description, Decimal(cents).scaleb(-2), number % INACTIVE > 0, 1, now, now


def _texts(products: list[Row], first: int) -> Iterator[Row]:
    for number, (product_id, sku, key, name, description, *_more) in enumerate(products, start=first):
        yield number, product_id, key, text_of(sku, name, description)


def _batch(number: int, products: list[Row]) -> Row:
    now = clock.now()
    return number, "product.created", f"import:{IMPORT}", IMPORT, products[0][0], products[-1][0], now, now, now


def _entries(batch: int, products: list[Row], first: int) -> Iterator[Row]:
    return ((batch, product_id, sku, 1, line, None) for line, (product_id, sku, *_more) in enumerate(products, first))


def _append(session: Session, table: Any, rows: Iterable[Row]) -> None:
    database.face().append(session.connection(), table.__table__, rows)


def _run(statements: dict[str, list[str]]) -> None:
    with database.transaction() as session:
        for statement in statements[database.engine().dialect.name]:
            session.execute(text(statement))
