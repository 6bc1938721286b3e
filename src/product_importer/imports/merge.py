"""The merge: one slice of the plan into the catalog, with its journal entries, inside one transaction."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, literal, null, or_, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import plan, staging
from product_importer.imports.codes import Code
from product_importer.imports.models import LateSkip
from product_importer.imports.staging import CREATE, SAME, SKIP, UPDATE
from product_importer.imports.states import Mode
from product_importer.journal import queries as journal
from product_importer.journal import record
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import clock, database, ids
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint

products: Any = Product.__table__
late: Any = LateSkip.__table__
row = staging.plan.c
WRITTEN = ("id", "sku", "sku_key", "name", "description", "price", "active", "version", "created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Span:
    """What a merge works on: the plan's positions `first` to `last`, for whom, and which fields the file has.

    `since` is a moment before the catalog was compared.
    """

    import_id: uuid.UUID
    first: int
    last: int
    actor: str
    mode: Mode
    fields: Collection[str]
    since: dt.datetime

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


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the winners of a span."""

    created: int
    updated: int
    unchanged: int
    skipped: int


class _Moved(Exception):
    """A product is not what it was when the plan was made."""


def apply(session: Session, span: Span) -> Written:
    """Write the span as it was planned, and where the catalog has moved since, as it is now.

    Raises plan.Lost unless the plan has a row at each of the span's positions.
    """
    kinds = plan.count_kinds(session, row.position.between(span.first, span.last))
    if sum(kinds.values()) != span.last - span.first + 1:
        raise plan.Lost(f"positions {span.first} to {span.last}")
    database.face().prefer_index_lookups(session.connection())
    lost = 0
    try:
        with session.begin_nested():
            created = _create(session, span) if kinds.get(CREATE) else 0
            updated = _update_planned(session, span, kinds[UPDATE]) if kinds.get(UPDATE) else 0
            if kinds.get(SAME):
                _require_standing(session, span)
    except (IntegrityError, _Moved):
        created = _create_missing(session, span)
        updated, lost = _update(session, span)
        failpoint("catalog.moved", session)
    return _account(span.mode, kinds, created=created, updated=updated, lost=lost)


def _account(mode: Mode, kinds: dict[int, int], *, created: int, updated: int, lost: int) -> Written:
    """Settle the rest: what the mode forbids or is gone is skipped, what is as it should be is unchanged."""
    skipped = kinds.get(SKIP, 0) + lost
    if mode is Mode.CREATE_ONLY:
        skipped += kinds.get(CREATE, 0) - created
    return Written(created, updated, sum(kinds.values()) - created - updated - skipped, skipped)


def _create(session: Session, span: Span) -> int:
    """Insert the products that were new to the plan; IntegrityError when one of them has come since."""
    prefix = ids.block_prefix()
    rows = _new_products(prefix).where(span.rows(CREATE))
    created = sets.insert_from(session, Product, WRITTEN, rows)
    failpoint("import.slice.created", session)
    batch = _open_batch(session, span, PRODUCT_CREATED)
    record.add_all(session, batch, _creations(prefix).where(span.rows(CREATE)))
    return created


def _create_missing(session: Session, span: Span) -> int:
    """Insert the products that are not there now, waiting for others who insert the same keys."""
    if span.mode is Mode.UPDATE_ONLY:
        return 0
    prefix = ids.block_prefix()
    absent = ~exists().where(products.c.sku_key == row.sku_key)
    rows = _new_products(prefix).where(span.unsettled(), absent, row.name.is_not(None))
    session.execute(sets.insert_on_conflict(session, products).from_select(WRITTEN, rows).on_conflict_do_nothing())
    mine = exists().where(products.c.id == database.face().block_id(prefix, row.position))
    if span.mode is Mode.CREATE_ONLY:
        _note_skipped(session, span, Code.EXISTS, set(), span.rows(CREATE), ~mine)
    batch = _open_batch(session, span, PRODUCT_CREATED)
    return record.add_all(session, batch, _creations(prefix).where(span.unsettled(), mine))


def _new_products(prefix: str) -> Select[Any]:
    """Select rows of the plan as new products, in key order: two imports then wait, and never dead-lock."""
    now = literal(clock.now(), products.c.created_at.type)
    new_id, active = database.face().block_id(prefix, row.position), func.coalesce(row.active, true())
    first = (new_id, row.sku, row.sku_key, row.name, row.description, row.price, active, literal(1), now, now)
    return select(*first).order_by(row.sku_key)


def _open_batch(session: Session, span: Span, type_: str) -> int:
    return record.open_batch(session, type_, actor=span.actor, import_id=span.import_id)


def _creations(prefix: str) -> Select[Any]:
    return select(database.face().block_id(prefix, row.position), row.sku, literal(1), row.line, null())


def _update_planned(session: Session, span: Span, count: int) -> int:
    """Update `count` products without comparing again; _Moved when one is not at the version that was compared."""
    if span.mode is Mode.CREATE_ONLY:
        return 0
    new = {field: value for field, (_, value) in plan.changes(staging.plan, products, span.fields).items()}
    standing = and_(span.rows(UPDATE), products.c.id == row.product_id, products.c.version == row.product_version)
    if sets.execute(session, update(products).where(standing).values(**new, **_stamps())) != count:
        raise _Moved
    batch = _open_batch(session, span, PRODUCT_UPDATED)
    entries = select(row.product_id, row.sku, row.product_version + 1, row.line, row.details)
    record.add_all(session, batch, entries.where(span.rows(UPDATE)))
    failpoint("import.slice.journalled", session)
    return count


def _require_standing(session: Session, span: Span) -> None:
    """Raise _Moved where a product is not as its row says any more; to look costs, so only if others have written."""
    if journal.others_wrote(session, span.import_id, since=span.since) and session.scalar(
        select(exists().where(span.strayed()))
    ):
        raise _Moved


def _update(session: Session, span: Span) -> tuple[int, int]:
    """Update what differs now, and return how many products that were and how many rows found none."""
    if span.mode is Mode.CREATE_ONLY:
        return 0, 0
    same = and_(span.unsettled(), products.c.sku_key == row.sku_key)
    lost = _note_skipped(session, span, Code.NO_MATCH, _lock(session, same), span.unsettled(), row.kind != CREATE)
    pairs = plan.changes(staging.plan, products, span.fields)
    batch = _open_batch(session, span, PRODUCT_UPDATED)
    details = database.face().change_list(pairs)
    entries = select(products.c.id, products.c.sku, products.c.version + 1, row.line, details)
    differing = and_(same, plan.differs(pairs))
    updated = record.add_all(session, batch, entries.where(differing))
    failpoint("import.slice.journalled", session)
    new = {field: value for field, (_, value) in pairs.items()}
    if updated:
        session.execute(update(products).where(differing).values(**new, **_stamps()))
    return updated, lost


def _stamps() -> dict[str, Any]:
    return {"version": products.c.version + 1, "updated_at": clock.now()}


def _lock(session: Session, same: ColumnElement[bool]) -> set[int]:
    """Lock the products of these rows in key order, and return the positions of the rows that have one."""
    held = select(row.position).where(same).order_by(products.c.sku_key).with_for_update(of=products)
    return set(session.scalars(held))


def _note_skipped(session: Session, span: Span, code: Code, but: set[int], *which: ColumnElement[bool]) -> int:
    """Keep the rows that the plan did not mean to skip, but for these positions; their file was made with it.

    Returns how many those are.
    """
    named = {"import_id": span.import_id, "code": code.value}
    found = session.execute(select(row.position, row.line, row.sku).where(*which))
    noted = [{**named, "line": line, "sku": sku} for position, line, sku in found if position not in but]
    if noted:
        session.execute(insert(late), noted)
    return len(noted)
