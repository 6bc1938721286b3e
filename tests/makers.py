"""Makes what tests need in the database, through the product's own doors, and reads back what became of it."""

import itertools
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from product_importer.catalog.models import Product
from product_importer.catalog.schemas import sku_key
from product_importer.imports import queries, run, staging
from product_importer.imports.models import ImportJob, Slice, Undo
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import WORKING, UndoState
from product_importer.imports.undoing import undo_actions, undo_run
from product_importer.journal import record
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database, storage
from product_importer.uploads import actions as uploads
from product_importer.web.actions import intake

ACTOR = "user:test"
TURNS = 20  # looks of a worker at one import, after which a test gives up

Line = tuple[str, str | None, int, int | None, Mapping[str, Any] | None]  # type, sku, version, line, details


def make_product(sku: str, **fields: Any) -> Product:
    """Store a product with this SKU; fields that are not given get plain values."""
    plain: dict[str, Any] = {"name": f"Product {sku}", "description": None, "price": Decimal("10.00")}
    product = Product(sku=sku, sku_key=sku_key(sku), **plain | fields)
    with database.transaction() as session:
        session.add(product)
    return product


def edit_product(sku: str, *, actor: str = "user:anna", **values: Any) -> None:
    """Change a product as a person does: with its version and its line in the journal."""
    product = stored_products()[sku.casefold()]
    details = {field: [_told(getattr(product, field)), _told(value)] for field, value in values.items()}
    with database.transaction() as session:
        changed = update(Product).where(Product.id == product.id)
        session.execute(changed.values(version=Product.version + 1, **values))
        version = product.version + 1
        record.add(
            session,
            "product.updated",
            actor=actor,
            subject_id=product.id,
            version=version,
            sku=product.sku,
            details=details,
        )


def remove_product(sku: str, *, actor: str = "user:anna") -> None:
    """Delete a product as a person does."""
    product = stored_products()[sku.casefold()]
    with database.transaction() as session:
        session.execute(delete(Product).where(Product.id == product.id))
        version = product.version + 1
        record.add(session, "product.deleted", actor=actor, subject_id=product.id, version=version, sku=product.sku)


def _told(value: Any) -> Any:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def csv_file(*rows: str, header: str = "sku,name,description,price") -> bytes:
    """Join the header and rows to a file."""
    return "\n".join((header, *rows, "")).encode()


def make_upload(data: bytes, *, name: str = "spring.csv", part: int = uploads.PART) -> uuid.UUID:
    """Store a file as an upload, in parts of so many bytes."""
    upload_id, offset = uploads.open_upload(name=name, actor=ACTOR), 0
    for start in range(0, len(data), part):
        offset = uploads.append(upload_id, start=offset, data=data[start : start + part])
    return upload_id


def make_import(data: bytes, **options: Any) -> uuid.UUID:
    """Start the import of a file; a worker finds it when it looks."""
    return intake.start(make_upload(data), actor=ACTOR, options=Options.model_validate(options)).import_id


def run_import_to_end(import_id: uuid.UUID) -> Snapshot:
    """Be the worker until the import is at rest, and return how it stands; what it raises is raised."""
    for _ in range(TURNS):
        if (seen := seen_import(import_id)).state not in WORKING:
            return seen
        run.run_import.run(import_id)
    raise AssertionError(f"the import is still {seen_import(import_id).state}")


def import_file(data: bytes, **options: Any) -> Snapshot:
    """Import a file from its first byte to its last slice."""
    return run_import_to_end(make_import(data, **options))


def answered(import_id: uuid.UUID, answer: Any) -> Snapshot:
    """Work on an import until it asks, give it this answer of `imports.answers`, and be the worker again."""
    run_import_to_end(import_id)
    with database.transaction() as session:
        answer(session, import_id)
    return run_import_to_end(import_id)


def seen_import(import_id: uuid.UUID) -> Snapshot:
    """Return the import as everybody sees it."""
    return queries.seen(import_id)


def job_of(import_id: uuid.UUID) -> ImportJob:
    """Return the import's row."""
    with database.reading() as session:
        return queries.job_of(session, import_id)


def rejects_file_of(import_id: uuid.UUID) -> bytes:
    """Return the rejects file of an import that has one."""
    key = job_of(import_id).facts.rejects_file
    assert key is not None
    return b"".join(storage.stream(key))


def lose_the_plan(import_id: uuid.UUID) -> None:
    """Remove the scratch area of an import, as a crash of the server may."""
    staging.drop(job_of(import_id))
    database.engine().dispose()  # an open connection would still see the removed file


def slices_of(import_id: uuid.UUID) -> list[Slice]:
    """Return the slices of an import in the order of its plan."""
    with database.reading() as session:
        return list(session.scalars(select(Slice).where(Slice.import_id == import_id).order_by(Slice.first)))


def stored_products() -> dict[str, Product]:
    """Return every product by its key."""
    with database.reading() as session:
        return {product.sku_key: product for product in session.scalars(select(Product).order_by(Product.sku_key))}


def journal_lines(import_id: uuid.UUID | None = None) -> list[Line]:
    """Return the journal without ids and times, of one import or whole, ordered by type and SKU."""
    wanted = select(Batch.type, Entry.sku, Entry.version, Entry.line, Entry.details)
    joined = wanted.join_from(Entry, Batch, Batch.id == Entry.batch_id).order_by(Batch.type, Entry.sku, Entry.version)
    if import_id is not None:
        joined = joined.where(Batch.import_id == import_id)
    with database.reading() as session:
        return [tuple(row) for row in session.execute(joined)]


_numbers = itertools.count(1)


def some_sku() -> str:
    """Return a SKU that no other call returned."""
    return f"SKU-{next(_numbers):05}"


def start_undo(import_id: uuid.UUID) -> uuid.UUID:
    """Ask for the undo of an import; a worker finds it when it looks."""
    with database.transaction() as session:
        return undo_actions.start(session, import_id, actor=ACTOR).id


def run_undo_to_end(undo_id: uuid.UUID) -> Undo:
    """Be the worker until the undo has ended, and return its row; what it raises is raised."""
    for _ in range(TURNS):
        with database.reading() as session:
            if (undo := session.get_one(Undo, undo_id)).state is not UndoState.RUNNING:
                return undo
        undo_run.run_undo.run(undo_id)
    raise AssertionError("the undo is still running")


def undo_import(import_id: uuid.UUID) -> Snapshot:
    """Undo an import from its first batch to its last, and return how it stands."""
    run_undo_to_end(start_undo(import_id))
    return seen_import(import_id)


def undo_of(import_id: uuid.UUID) -> Undo:
    """Return the undo of an import."""
    with database.reading() as session:
        return session.scalars(select(Undo).where(Undo.import_id == import_id)).one()
