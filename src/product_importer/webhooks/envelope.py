"""Writes what is sent: each event of a journal batch once, as JSON whose bytes are kept, and several in one request."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, and_, case, cast, null, select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database
from product_importer.webhooks.events import BATCH, PRODUCTS, TEST, EventType

AT_A_TIME = 50  # entries in memory: a description alone may have a megabyte
TOLD = ("sku", "name", "description", "price", "active", "created_at", "updated_at", "version")
products: Any = Product.__table__
entry: Any = Entry.__table__.c


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its id, the envelope as it is sent, and the SKU that it is about."""

    id: str
    body: bytes
    sku: str | None


def events_of(session: Session, batch: Batch) -> Iterator[Event]:
    """Write the events of a batch, in the order of their subjects; a product is told as it is at this moment."""
    head, by_import = _head(batch), _json({"id": str(batch.import_id)})
    for row in _rows(session, batch):
        yield _event(row, batch, head, by_import)


def batched(message_id: str, events: Sequence[Event], *, at: dt.datetime) -> bytes:
    """Join events to the body of one request."""
    head = _json({"id": message_id, "type": BATCH, "timestamp": moment(at), "count": len(events)})
    return f'{head[:-1]},"events":['.encode() + b",".join(event.body for event in events) + b"]}"


def test_of(message_id: str, *, at: dt.datetime) -> bytes:
    """Write the body that the test button sends."""
    told = {
        "id": message_id,
        "type": TEST,
        "test": True,
        "timestamp": moment(at),
        "sequence": 1,
        "data": {"test": True},
    }
    return _json(told).encode()


def moment(at: dt.datetime) -> str:
    """Write a moment as every body has it (RFC 3339, UTC)."""
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class _Row:
    """One entry: what the database wrote of the product, None when there is none, and the entry's details, as JSON."""

    subject: str
    sku: str | None
    version: int
    line: int | None
    details: str | None
    product: str | None


def _rows(session: Session, batch: Batch) -> Iterator[_Row]:
    """Read the entries; the database writes the JSON, which takes it a quarter of the time that Python takes."""
    values = {name: products.c[name] for name in TOLD}
    written: Any = case((products.c.id.is_not(None), database.face().json_object(values)), else_=null())
    is_alive = batch.type in (EventType.PRODUCT_CREATED, EventType.PRODUCT_UPDATED)
    columns = (entry.subject_id, entry.sku, entry.version, entry.line, entry.details)
    wanted = select(
        cast(columns[0], Text()), *columns[1:4], cast(columns[4], Text()), (written if is_alive else null())
    ).select_from(Entry.__table__)
    if is_alive:
        wanted = wanted.outerjoin(products, and_(products.c.id == entry.subject_id))
    mine = wanted.where(entry.batch_id == batch.id).order_by(entry.subject_id)
    for row in session.execute(mine, execution_options={"yield_per": AT_A_TIME}):
        yield _Row(*row)


def _head(batch: Batch) -> str:
    return f'"type":"{batch.type}","timestamp":"{moment(batch.at)}","sequence":'


def _event(row: _Row, batch: Batch, head: str, by_import: str) -> Event:
    """Put an envelope together from parts that are JSON already."""
    subject = uuid.UUID(row.subject)
    event_id = f"evt_{batch.id}_{subject.hex}"
    body = f'{{"id":"{event_id}",{head}{row.version},"data":{_data(row, subject, batch.type)}'
    if batch.type == EventType.PRODUCT_UPDATED:
        body += f',"changes":{row.details or "{}"}'
    if batch.import_id is not None:
        line = f',"line":{row.line}' if row.line is not None else ""
        body += f',"import":{by_import[:-1]}{line}}}'
    return Event(event_id, f"{body}}}".encode(), row.sku)


def _data(row: _Row, subject: uuid.UUID, type_: str) -> str:
    """Write what the event is about; of a product that is gone only what the journal knows of it."""
    if row.product is not None:
        return f'{{"id":"{subject}",{row.product.strip()[1:]}'
    if type_ in PRODUCTS:
        return _json({"id": str(subject), "sku": row.sku, "version": row.version})
    facts = json.loads(row.details or "{}")
    return _json(facts if row.sku is None else {**facts, "product": {"id": str(subject), "sku": row.sku}})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
