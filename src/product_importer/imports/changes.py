"""What an import changes, record by record: by its plan while a person reviews it, by the journal once it wrote."""

import dataclasses
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import asides, plan, staging
from product_importer.imports.fields import CHANGEABLE
from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Change
from product_importer.imports.staging import KINDS
from product_importer.imports.states import Outcome, Question, State
from product_importer.journal.models import Batch, Entry
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_UPDATED
from product_importer.kit import database, folding
from product_importer.kit.database.face import Access
from product_importer.kit.errors import AppError, CursorInvalid

TYPES = {Outcome.CREATED: PRODUCT_CREATED, Outcome.UPDATED: PRODUCT_UPDATED}
Kind = Literal[Outcome.UPDATED, Outcome.CREATED, Outcome.UNCHANGED, Outcome.SUPERSEDED, Outcome.SKIPPED]
KINDS_LISTED: tuple[Kind, ...] = get_args(Kind)
_product: Any = Product.__table__


class PlanGone(AppError):
    """The plan under review was lost, or the import was answered while it was read."""

    status = 409
    code = "PLAN_GONE"
    title = "The plan is no longer available"
    action = "Look at the import again: it was answered, or its plan is being rebuilt from the file."


class ChangesCursorInvalid(CursorInvalid):
    """The cursor does not belong to these changes as they stand."""

    action = "Start again without a cursor; the cursors of a review end when it is answered."


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """Some changes of one outcome in a lasting order, and where the next ones begin."""

    items: Sequence[Change]
    next_cursor: str | None


def page(job: ImportJob, outcome: Kind, *, cursor: str | None = None, limit: int = 50, search: str = "") -> Page:
    """Return the changes of one outcome behind the cursor, of products whose SKU or name contains `search`.

    It opens a transaction of its own, so none should be open: whoever holds one connection must not wait for another.
    Of superseded and skipped records the first 1,000 are listed, all of them are in their files; unchanged ones are
    listed only while the import is under review, for nothing of them is written. Raises PlanGone, ChangesCursorInvalid.
    """
    search = search.replace("\0", "").strip()
    if outcome in asides.OUTCOMES:
        listed = asides.first(job, outcome)
        found = [one for one in listed if folding.fold(search) in folding.fold(one.sku)] if search else listed
        return _cut(found, _number(cursor), limit)
    if is_under_review(job):
        return _from_plan(job, outcome, _number(cursor), limit, search)
    return _from_journal(job, outcome, cursor, limit, search) if outcome in TYPES else Page([], None)


def is_under_review(job: ImportJob) -> bool:
    """Return whether the plan is what a person looks at now."""
    return job.state is State.WAITING and job.question is Question.REVIEW


def _cut(listed: Sequence[Change], start: int, limit: int) -> Page:
    end = start + limit
    return Page(listed[start:end], str(end) if end < len(listed) else None)


def _from_plan(job: ImportJob, outcome: Outcome, position: int, limit: int, search: str) -> Page:
    row = staging.plan.c
    changed = database.face().change_list(plan.changes(staging.plan, _product, job.facts.mapping))
    sku, name = func.coalesce(_product.c.sku, row.sku), func.coalesce(_product.c.name, row.name)
    wanted = (
        select(row.position, row.line, sku, name, _product.c.id, changed)
        .select_from(staging.plan.outerjoin(_product, _product.c.id == row.product_id))
        .where(row.kind == KINDS[outcome], row.position > position, *_containing(search, sku, name))
        .order_by(row.position)
        .limit(limit + 1)
    )
    try:
        with database.transaction(Access.READ, scratch=job.scratch) as session:
            found = session.execute(wanted).all()
    except DatabaseError as error:
        if database.is_scratch_lost(error):
            raise PlanGone from error
        raise
    items = [Change(outcome, line, sku, name, found_id, changes) for _, line, sku, name, found_id, changes in found]
    return Page(items[:limit], str(found[limit - 1][0]) if len(found) > limit else None)


def _from_journal(job: ImportJob, outcome: Outcome, cursor: str | None, limit: int, search: str) -> Page:
    """Go through the import's batches one after the other: each is one range of the entries' key."""
    batch, subject = _place(cursor)
    found: list[tuple[str, Change]] = []
    with database.reading() as session:
        for batch_id in _batches(session, job, TYPES[outcome], batch):
            behind = subject if batch_id == batch else None
            found += _entries(session, outcome, batch_id, behind, limit + 1 - len(found), search)
            if len(found) > limit:
                break
    items = [change for _, change in found[:limit]]
    return Page(items, found[limit - 1][0] if len(found) > limit else None)


def _batches(session: Session, job: ImportJob, type_: str, first: int) -> Sequence[int]:
    mine = (Batch.import_id == job.id, Batch.actor == f"import:{job.number}")  # an undo writes for the import, too
    wanted = select(Batch.id).where(*mine, Batch.type == type_, Batch.id >= first)
    return session.scalars(wanted.order_by(Batch.id)).all()


def _entries(
    session: Session, outcome: Outcome, batch_id: int, behind: uuid.UUID | None, limit: int, search: str
) -> Iterator[tuple[str, Change]]:
    now = [getattr(Product, name) for name in CHANGEABLE]
    wanted = select(Entry.subject_id, Entry.line, Entry.sku, Entry.details, Product.id, *now)
    wanted = wanted.outerjoin(Product, Product.id == Entry.subject_id)
    wanted = wanted.where(Entry.batch_id == batch_id, *_containing(search, Entry.sku, Product.name))
    if behind is not None:
        wanted = wanted.where(Entry.subject_id > behind)
    for subject, line, sku, details, product_id, *values in session.execute(
        wanted.order_by(Entry.subject_id).limit(limit)
    ):
        changed = _created(values) if details is None else details
        yield f"{batch_id}.{subject}", Change(outcome, line, sku, values[0], product_id, changed)


def _containing(search: str, *columns: Any) -> list[ColumnElement[bool]]:
    """Return what a product must meet to be found."""
    return [or_(*(database.face().contains(column, search) for column in columns))] if search else []


def _created(values: Sequence[Any]) -> dict[str, list[Any]]:
    """Return what a created product has now, for the journal keeps no values of it."""
    named = zip(CHANGEABLE, values, strict=True)
    return {name: [None, f"{value:.2f}" if name == "price" else value] for name, value in named if value is not None}


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 15:
        raise ChangesCursorInvalid
    return int(cursor)


def _place(cursor: str | None) -> tuple[int, uuid.UUID | None]:
    batch, _, subject = (cursor or "0.").partition(".")
    try:
        return _number(batch), uuid.UUID(subject) if cursor else None
    except ValueError:
        raise ChangesCursorInvalid from None
