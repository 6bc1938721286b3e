"""What a merge works on: some positions of the plan; what it makes of their rows, and what became of them."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, null, or_, select, true
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import staging
from product_importer.imports.staging import CREATE, KINDS, SAME, UPDATE
from product_importer.imports.states import Mode
from product_importer.journal import record
from product_importer.kit import clock, database

products: Any = Product.__table__
row = staging.plan.c
WRITTEN = ("id", "sku", "sku_key", "name", "description", "price", "active", "version", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Span:
    """What a merge works on: the plan's positions `first` to `last`, for whom, and which fields the file has.

    `since` is a moment before the catalog was compared; `kinds` are those of the plan's rows, of any position.
    """

    import_id: uuid.UUID
    first: int
    last: int
    actor: str
    mode: Mode
    fields: Collection[str]
    since: dt.datetime
    kinds: Collection[int] = frozenset(KINDS.values())

    @property
    def size(self) -> int:
        """Return how many positions these are."""
        return self.last - self.first + 1

    def rows(self, *kinds: int) -> ColumnElement[bool]:
        """Return the condition for the span's rows of these kinds."""
        return and_(row.position.between(self.first, self.last), row.kind.in_(kinds))

    def strayed(self) -> ColumnElement[bool]:
        """Return the condition for the rows whose product was as they say, and has been changed or deleted since."""
        now = products.alias()
        return and_(self.rows(SAME), ~exists().where(now.c.id == row.product_id, now.c.version == row.product_version))

    def unsettled(self) -> ColumnElement[bool]:
        """Return the condition for the rows to be looked at once more where the plan does not hold."""
        return or_(self.rows(CREATE, UPDATE), self.strayed())

    def count(self, session: Session, kind: int) -> int:
        """Count the span's rows of a kind."""
        if kind not in self.kinds:
            return 0
        return session.scalar(select(func.count()).where(self.rows(kind))) or 0

    def open_batch(self, session: Session, type_: str) -> int:
        """Open the journal's batch for what the merge does to some products, and return its id."""
        return record.open_batch(session, type_, actor=self.actor, import_id=self.import_id)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the winners of a span."""

    created: int
    updated: int
    unchanged: int
    skipped: int


def new_products(prefix: str) -> Select[Any]:
    """Select rows of the plan as new products, in key order: two imports then wait, and never dead-lock."""
    now = literal(clock.now(), products.c.created_at.type)
    new_id, active = database.face().block_id(prefix, row.position), func.coalesce(row.active, true())
    first = (new_id, row.sku, row.sku_key, row.name, row.description, row.price, active, literal(1), now, now)
    return select(*first).order_by(row.sku_key)


def creations(prefix: str) -> Select[Any]:
    """Select the journal's entries for new products."""
    return select(database.face().block_id(prefix, row.position), row.sku, literal(1), row.line, null())


def stamps() -> dict[str, Any]:
    """Return what every update of a product sets."""
    return {"version": products.c.version + 1, "updated_at": clock.now()}
