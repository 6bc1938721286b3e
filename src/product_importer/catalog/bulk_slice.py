"""One slice of a bulk job in SQL: some thousand neighbours by key, changed and journalled in one transaction."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, null, select, true, update
from sqlalchemy.orm import Session

from product_importer.catalog.bulk_models import BulkJob, BulkKind
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.journal import record
from product_importer.journal.models import Entry
from product_importer.journal.types import PRODUCT_DELETED, PRODUCT_UPDATED
from product_importer.kit import clock
from product_importer.kit.database.types import Json
from product_importer.kit.failpoints import failpoint

products: Any = Product.__table__
ACTIVE = {BulkKind.ACTIVATE: True, BulkKind.DEACTIVATE: False}


def wanted(job: BulkJob) -> ColumnElement[bool]:
    """Return the condition for the products that the job changes: matching, there when it began, not so already."""
    known: dict[str, Any] = dict(job.filters)
    if "import_id" in known:
        known["import_id"] = uuid.UUID(known["import_id"])
    found = and_(Filters(**known).condition(), Product.created_at <= job.bound)
    return found if job.kind is BulkKind.DELETE else and_(found, Product.active.is_not(ACTIVE[job.kind]))


def count(session: Session, job: BulkJob) -> int:
    """Count the products that the job is to change."""
    return session.scalar(select(func.count()).select_from(Product).where(wanted(job))) or 0


def end_of_slice(session: Session, job: BulkJob, size: int) -> str | None:
    """Return the key that ends the next `size` products, whatever becomes of them; None when fewer are left.

    A slice of neighbours, not of matches: however rare these are, no transaction looks at more than `size` rows.
    """
    keys = select(products.c.sku_key).where(products.c.sku_key > job.reached).order_by(products.c.sku_key)
    return session.scalar(keys.offset(size - 1).limit(1))


def change(session: Session, job: BulkJob, last: str | None) -> int:
    """Change what is wanted among the keys behind the job's mark up to `last`, and return how many those were."""
    within = and_(products.c.sku_key > job.reached, true() if last is None else products.c.sku_key <= last)
    matching = and_(within, wanted(job))
    if not session.scalar(select(exists().where(matching))):
        return 0
    deleting = job.kind is BulkKind.DELETE
    batch = record.open_batch(session, PRODUCT_DELETED if deleting else PRODUCT_UPDATED, actor=job.actor)
    changed = _journal(session, job, batch, matching)
    failpoint("bulk.slice.journalled", session)
    # by the journal, not by the condition: what another transaction has made match since is not told of
    told = products.c.id.in_(select(Entry.subject_id).where(Entry.batch_id == batch))
    stamps = {"version": products.c.version + 1, "updated_at": clock.now()}
    if deleting:
        session.execute(delete(products).where(told))
    else:
        session.execute(update(products).where(told).values(active=ACTIVE[job.kind], **stamps))
    return changed


def _journal(session: Session, job: BulkJob, batch: int, matching: ColumnElement[bool]) -> int:
    """Lock the products in key order, as every writer of many products does, and record what becomes of them."""
    held = select(products.c.id, products.c.sku, products.c.version).where(matching).order_by(products.c.sku_key)
    row = held.with_for_update(of=products).subquery("held").c
    active = ACTIVE.get(job.kind)
    details = null() if active is None else literal({"active": [not active, active]}, Json)
    return record.add_all(session, batch, select(row.id, row.sku, row.version + 1, null(), details))
