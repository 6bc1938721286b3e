"""Whether the tables came out alike: one digest over key, name, description and price, in key order."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import create_engine, text


class Unequal(Exception):
    """Two contenders left different products, or the account of the import is wrong: the run counts for nothing."""


def digest(url: str) -> str:
    """Return `products:sha256` of the products in the database of `url`; equal across both databases."""
    seen, count = hashlib.sha256(), 0
    for row in _products(url):
        seen.update(repr(row).encode())
        count += 1
    return f"{count}:{seen.hexdigest()[:16]}"


def require_equal(digests: dict[str, str], *, products: int) -> None:
    """Raise Unequal unless all digests are the same and speak of so many products."""
    if len(set(digests.values())) != 1 or not next(iter(digests.values())).startswith(f"{products}:"):
        raise Unequal(f"expected {products} products everywhere, found {digests}")


def _products(url: str) -> Iterator[tuple[str, ...]]:
    engine = create_engine(url)
    cents = engine.dialect.name == "sqlite"
    listed = text("SELECT sku_key, name, description, price FROM products ORDER BY sku_key")
    with engine.connect().execution_options(stream_results=True, max_row_buffer=10_000) as connection:
        for key, name, description, price in connection.execute(listed):
            amount = Decimal(price).scaleb(-2) if cents else price
            yield key, name, description, f"{amount:.2f}"
    engine.dispose()
