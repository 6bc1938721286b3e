"""The merge where the catalog has moved since the plan was made: each product is looked at once more."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, insert, select, update
from sqlalchemy.orm import Session

from product_importer.imports import plan, staging
from product_importer.imports.codes import Code
from product_importer.imports.models import LateSkip
from product_importer.imports.span import (
    WRITTEN,
    Span,
    Written,
    creations,
    new_products,
    products,
    row,
    stamps,
)
from product_importer.imports.staging import CREATE, SKIP
from product_importer.imports.states import Mode
from product_importer.journal import record
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import database, ids
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint

late: Any = LateSkip.__table__


def apply(session: Session, span: Span) -> Written:
    """Write what differs now; what the mode forbids or is gone is skipped, what is as it should be is unchanged."""
    created = _create_missing(session, span)
    updated, lost = _update(session, span)
    failpoint("catalog.moved", session)
    skipped = lost + span.count(session, SKIP)
    if span.mode is Mode.CREATE_ONLY:
        skipped += span.count(session, CREATE) - created
    return Written(created, updated, span.size - created - updated - skipped, skipped)


def _create_missing(session: Session, span: Span) -> int:
    """Insert the products that are not there now, waiting for others who insert the same keys."""
    if span.mode is Mode.UPDATE_ONLY:
        return 0
    prefix = ids.block_prefix()
    absent = ~exists().where(products.c.sku_key == row.sku_key)
    rows = new_products(prefix).where(span.unsettled(), absent, row.name.is_not(None))
    session.execute(sets.insert_on_conflict(session, products).from_select(WRITTEN, rows).on_conflict_do_nothing())
    mine = exists().where(products.c.id == database.face().block_id(prefix, row.position))
    if span.mode is Mode.CREATE_ONLY:
        _note_skipped(session, span, Code.EXISTS, set(), span.rows(CREATE), ~mine)
    batch = span.open_batch(session, PRODUCT_CREATED)
    return record.add_all(session, batch, creations(prefix).where(span.unsettled(), mine))


def _update(session: Session, span: Span) -> tuple[int, int]:
    """Update what differs now, and return how many products that were and how many rows found none."""
    if span.mode is Mode.CREATE_ONLY:
        return 0, 0
    same = and_(span.unsettled(), products.c.sku_key == row.sku_key)
    lost = _note_skipped(session, span, Code.NO_MATCH, _lock(session, same), span.unsettled(), row.kind != CREATE)
    pairs = plan.changes(staging.plan, products, span.fields)
    batch = span.open_batch(session, PRODUCT_UPDATED)
    details = database.face().change_list(pairs)
    entries = select(products.c.id, products.c.sku, products.c.version + 1, row.line, details)
    differing = and_(same, plan.differs(pairs))
    updated = record.add_all(session, batch, entries.where(differing))
    failpoint("import.slice.journalled", session)
    new = {field: value for field, (_, value) in pairs.items()}
    if updated:
        session.execute(update(products).where(differing).values(**new, **stamps()))
    return updated, lost


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
