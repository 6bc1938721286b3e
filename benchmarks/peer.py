"""The peer: SQLAlchemy Core's `on_conflict_do_update` in batches of 1,000, as a careful script would have it."""

import csv
import itertools
import sys
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, func, tuple_
from sqlalchemy.dialects.postgresql import insert

from product_importer.catalog.models import Product
from product_importer.kit import clock

BATCH = 1_000  # rows
FIELDS = ("name", "description", "price")


def load(url: str, path: Path) -> None:
    """Write every valid row of the file, one transaction a batch; of a SKU that repeats, the last row stays."""
    engine, statement = create_engine(url), _upsert()
    with path.open(encoding="utf-8", newline="") as file:
        rows = filter(None, map(_checked, csv.DictReader(file)))
        while batch := list(itertools.islice(rows, BATCH)):
            with engine.begin() as connection:
                # Not `values(batch)`: a statement of 10,000 parameters costs seven times as much to compile and send.
                connection.execute(statement, batch)


def _upsert() -> Any:
    statement = insert(Product)
    old, new = ([getattr(table, field) for field in FIELDS] for table in (Product, statement.excluded))
    values: dict[str, Any] = dict(zip(FIELDS, new, strict=True))
    values |= {"version": Product.version + 1, "updated_at": func.now()}
    changed = tuple_(*old).is_distinct_from(tuple_(*new))
    return statement.on_conflict_do_update(index_elements=["sku_key"], set_=values, where=changed)


def _checked(row: dict[str, str]) -> dict[str, Any] | None:
    sku, name = row["sku"].strip(), row["name"].strip()
    try:
        price = Decimal(row["price"])
    except InvalidOperation:
        return None
    if not sku or not name or price < 0:
        return None
    now = clock.now()
    fresh = {"id": uuid.uuid4(), "active": True, "version": 1, "created_at": now, "updated_at": now}
    return {
        **fresh,
        "sku": sku,
        "sku_key": sku.lower(),
        "name": name,
        "description": row["description"],
        "price": price,
    }


if __name__ == "__main__":
    load(sys.argv[1], Path(sys.argv[2]))
