"""The merge: one slice of the plan into the catalog, with its journal entries, inside one transaction."""

from sqlalchemy import and_, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import merge_moved, plan, staging
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
from product_importer.imports.staging import CREATE, SAME, SKIP, UPDATE
from product_importer.imports.states import Mode
from product_importer.journal import queries as journal
from product_importer.journal import record
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import database, ids
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint


class _Moved(Exception):
    """A product is not what it was when the plan was made."""


def apply(session: Session, span: Span) -> Written:
    """Write the span as it was planned, and where the catalog has moved since, as it is now.

    Raises plan.Lost where the plan has been emptied; that it had a row at each position was seen when it was finished.
    """
    _require_plan(session, span)
    database.face().prefer_index_lookups(session.connection())
    try:
        with session.begin_nested():
            return _apply_planned(session, span)
    except (IntegrityError, _Moved):
        return merge_moved.apply(session, span)


def _require_plan(session: Session, span: Span) -> None:
    """Look for the last position: a plan is emptied as a whole, and all rows would have to be read to be counted."""
    if not session.scalar(select(exists().where(row.position == span.last))):
        raise plan.Lost(f"positions {span.first} to {span.last}")


def _apply_planned(session: Session, span: Span) -> Written:
    """Do what the plan says; IntegrityError or _Moved where the catalog is not what was compared."""
    created = _create(session, span) if CREATE in span.kinds else 0
    updated = _update_planned(session, span) if UPDATE in span.kinds else 0
    if SAME in span.kinds:
        _require_standing(session, span)
    skipped = span.count(session, SKIP)
    return Written(created, updated, span.size - created - updated - skipped, skipped)


def _create(session: Session, span: Span) -> int:
    """Insert the products that were new to the plan; IntegrityError when one of them has come since."""
    prefix = ids.block_prefix()
    rows = new_products(prefix).where(span.rows(CREATE))
    created = sets.insert_from(session, Product, WRITTEN, rows)
    if not created:
        return 0
    failpoint("import.slice.created", session)
    batch = span.open_batch(session, PRODUCT_CREATED)
    record.add_all(session, batch, creations(prefix).where(span.rows(CREATE)))
    return created


def _update_planned(session: Session, span: Span) -> int:
    """Update products without comparing again; _Moved when one is not at the version that was compared."""
    if span.mode is Mode.CREATE_ONLY:
        return 0
    new = {field: value for field, (_, value) in plan.changes(staging.plan, products, span.fields).items()}
    standing = and_(span.rows(UPDATE), products.c.id == row.product_id, products.c.version == row.product_version)
    updated = sets.execute(session, update(products).where(standing).values(**new, **stamps()))
    if not updated and not session.scalar(select(exists().where(span.rows(UPDATE)))):
        return 0
    batch = span.open_batch(session, PRODUCT_UPDATED)
    entries = select(row.product_id, row.sku, row.product_version + 1, row.line, row.details)
    if record.add_all(session, batch, entries.where(span.rows(UPDATE))) != updated:
        raise _Moved
    failpoint("import.slice.journalled", session)
    return updated


def _require_standing(session: Session, span: Span) -> None:
    """Raise _Moved where a product is not as its row says any more; to look costs, so only if others have written."""
    if journal.others_wrote(session, span.import_id, since=span.since) and session.scalar(
        select(exists().where(span.strayed()))
    ):
        raise _Moved
