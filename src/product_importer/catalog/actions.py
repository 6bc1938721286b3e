"""What changes one product: each change tells the journal in the same transaction."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from product_importer.catalog import queries
from product_importer.catalog.models import Product
from product_importer.catalog.schemas import ProductIn, ProductOut, ProductPatch, Value, sku_key
from product_importer.journal import record
from product_importer.journal.types import PRODUCT_CREATED, PRODUCT_DELETED, PRODUCT_UPDATED
from product_importer.kit import clock
from product_importer.kit.errors import AppError

Versions = Collection[int] | None  # those that the caller has seen; None is any


class SkuTaken(AppError):
    """Another product has this SKU, be it in other letters; the fact `product` shows it."""

    status = 409
    code = "SKU_TAKEN"
    title = "Another product has this SKU"
    action = "Change that product, or choose another SKU; upper and lower case make no difference."


class Stale(AppError):
    """The product has changed since the caller saw it; the facts `current` and `changes` show both sides."""

    status = 412
    code = "VERSION_STALE"
    title = "The product was changed in the meantime"
    action = "Look at its current values, then send your change again with the new version."


def create(session: Session, wanted: ProductIn, *, actor: str) -> Product:
    """Create a product; raises SkuTaken."""
    product = Product(sku_key=sku_key(wanted.sku), **wanted.values())
    with _refusing_taken(session, wanted.sku):
        session.add(product)
    record.add(session, PRODUCT_CREATED, actor=actor, subject_id=product.id, version=product.version, sku=product.sku)
    return product


def create_unless_present(session: Session, wanted: ProductIn, *, actor: str) -> Product | None:
    """Create the product and return it, or return None when its SKU is taken, whatever stands there."""
    try:
        return create(session, wanted, actor=actor)
    except SkuTaken:
        return None


def change(
    session: Session, product_id: uuid.UUID, wanted: ProductIn | ProductPatch, *, actor: str, versions: Versions = None
) -> Product:
    """Write the fields that differ, if any; raises ProductNotFound, Stale unless at one of `versions`, SkuTaken."""
    product = _locked(session, product_id)
    changes = changes_of(product, wanted.values())
    if versions is not None and product.version not in versions:
        raise stale(product, changes)
    if changes:
        _write(session, product, {field: after for field, (_, after) in changes.items()})
        details = told(changes)
        record.add(
            session,
            PRODUCT_UPDATED,
            actor=actor,
            subject_id=product.id,
            version=product.version,
            sku=product.sku,
            details=details,
        )
    return product


def delete(session: Session, product_id: uuid.UUID, *, actor: str, versions: Versions = None) -> None:
    """Delete a product; raises ProductNotFound, and Stale unless it is at one of `versions`."""
    product = _locked(session, product_id)
    if versions is not None and product.version not in versions:
        raise stale(product, {})
    session.delete(product)
    version = product.version + 1
    record.add(session, PRODUCT_DELETED, actor=actor, subject_id=product.id, version=version, sku=product.sku)


def changes_of(product: Product, values: Mapping[str, Value]) -> dict[str, tuple[Value, Value]]:
    """Return (before, after) of each value that the product does not have yet."""
    pairs = {field: (getattr(product, field), value) for field, value in values.items()}
    return {field: (before, after) for field, (before, after) in pairs.items() if before != after}


def stale(product: Product, changes: Mapping[str, tuple[Value, Value]]) -> Stale:
    """Refuse a change, showing what the product is now and, field by field, that and what was wanted."""
    current = ProductOut.model_validate(product).model_dump(mode="json")
    found = f"It is now at version {product.version}."
    return Stale(found, current=current, changes=told(changes))


def told(changes: Mapping[str, tuple[Value, Value]]) -> dict[str, list[str | bool | None]]:
    """Write changes as the journal keeps them: amounts as text with two places."""
    return {field: [_plain(before), _plain(after)] for field, (before, after) in changes.items()}


def _plain(value: Value) -> str | bool | None:
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def _locked(session: Session, product_id: uuid.UUID) -> Product:
    product = session.scalar(select(Product).where(Product.id == product_id).with_for_update())
    if product is None:
        raise queries.ProductNotFound
    return product


def _write(session: Session, product: Product, values: Mapping[str, Value]) -> None:
    sku = str(values.get("sku", product.sku))
    with _refusing_taken(session, sku):
        for field, value in values.items():
            setattr(product, field, value)
        product.sku_key = sku_key(sku)
        product.version += 1
        product.updated_at = clock.now()


@contextmanager
def _refusing_taken(session: Session, sku: str) -> Iterator[None]:
    """Write what the block changes; only the database knows for sure that nobody else takes the SKU just now."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        taken = session.scalar(select(Product).where(Product.sku_key == sku_key(sku)))
        if taken is None:
            raise
        shown = ProductOut.model_validate(taken).model_dump(mode="json")
        raise SkuTaken(f"“{sku}” is taken: “{taken.sku}”, {taken.name}.", product=shown) from error
