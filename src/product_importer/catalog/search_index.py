"""Keeps the search index: takes in what the journal tells of products, once it has been quiet for a while."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from product_importer.catalog import search_letters, search_text
from product_importer.catalog.filters import TEXTS
from product_importer.catalog.models import InactiveText, Product, ProductText
from product_importer.catalog.search_text import Texts
from product_importer.journal.models import Batch, Entry
from product_importer.kit import clock, database, tasks
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import chores

CHUNK: Final = 2_000  # products in one transaction: SQLite's only writer is soon free again
FEW: Final = 100  # products of a batch that a person or a program changed one by one
QUIET: Final = 15.0  # seconds without a change, and without a file being read: an import must not share its database
PATIENCE: Final = 300.0  # seconds after which it goes on in spite of changes
Row = tuple[uuid.UUID, str, str]  # product, key of its SKU, text


@chores.every(5)
def follow_products() -> int:
    """Take in batches of the journal, oldest first, until none is left or somebody writes; return how many."""
    done = 0
    while (batch := _next()) is not None:
        take_in(batch)
        done += 1
    return done


def take_in(batch_id: int) -> None:
    """Index the products that a batch tells of as they are now; cut anywhere, it is done again from its beginning."""
    after: uuid.UUID | None = None
    while True:
        with database.transaction() as session:
            ids = _subjects(session, batch_id, after)
            _renew(session, ids)
            failpoint("search.chunk", session)
            if len(ids) < CHUNK:
                session.execute(update(Batch).where(Batch.id == batch_id).values(searched_at=clock.now()))
                return
        after = ids[-1]


def _next() -> int | None:
    """Return the oldest batch that is not indexed, if it is the time for it; the changes of a hand never wait."""
    with database.reading() as session:
        waiting = select(Batch.id, Batch.at).where(Batch.searched_at.is_(None)).order_by(Batch.id).limit(1)
        first = session.execute(waiting).first()
        by_hand = session.execute(waiting.where(Batch.import_id.is_(None))).first()
        last = session.scalar(select(Batch.at).order_by(Batch.id.desc()).limit(1))
        is_reading = tasks.is_at_work(session, "imports")
        if by_hand is not None and _is_small(session, by_hand.id):
            return int(by_hand.id)
    if first is None or last is None:
        return None
    now = clock.now()
    is_quiet = last < now - clock.seconds(QUIET) and not is_reading
    return int(first.id) if is_quiet or first.at < now - clock.seconds(PATIENCE) else None


def _is_small(session: Session, batch_id: int) -> bool:
    """Return whether a batch is no slice of a job over many products."""
    return session.scalar(select(Entry.batch_id).where(Entry.batch_id == batch_id).offset(FEW).limit(1)) is None


def _subjects(session: Session, batch_id: int, after: uuid.UUID | None) -> Sequence[uuid.UUID]:
    """Return the next products of a batch of whose texts what is kept may have changed."""
    details: Any = Entry.details
    text_changed = or_(*(database.face().json_has(details, name) for name in (*TEXTS, "active")))
    wanted = select(Entry.subject_id).join(Batch, Batch.id == Entry.batch_id)
    wanted = wanted.where(Entry.batch_id == batch_id, Batch.type.startswith("product."))
    wanted = wanted.where(or_(Entry.details.is_(None), text_changed))
    if after is not None:
        wanted = wanted.where(Entry.subject_id > after)
    return session.scalars(wanted.order_by(Entry.subject_id).limit(CHUNK)).all()


def _renew(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Keep the texts of these products as they are now; one at a time does so."""
    database.face().lock_until_commit(session.connection(), "search")
    columns = (Product.id, Product.active, Product.sku_key, *(getattr(Product, name) for name in TEXTS))
    found = session.execute(select(*columns).where(Product.id.in_(ids)).order_by(Product.id)).all()
    rows = {one.id: (one.id, one.sku_key, search_text.text_of(*one[3:])) for one in found}
    new = _replace(session, ProductText, ids, list(rows.values()))
    search_letters.note(session, [text for *_, text in new])
    _replace(session, InactiveText, ids, [rows[one.id] for one in found if not one.active])


def _replace(session: Session, table: Texts, ids: Sequence[uuid.UUID], rows: Sequence[Row]) -> Sequence[Row]:
    """Put these rows in the place of what the table has of these products; return those that it had not."""
    kept = session.execute(select(table.product_id, table.sku_key, table.text).where(table.product_id.in_(ids)))
    standing = {(product_id, sku_key, text) for product_id, sku_key, text in kept}
    new = [row for row in rows if row not in standing]
    if old := [product_id for product_id, *_ in standing.difference(rows)]:
        session.execute(delete(table).where(table.product_id.in_(old)))
    if new:
        session.execute(insert(table), [dict(zip(("product_id", "sku_key", "text"), row, strict=True)) for row in new])
    return new
