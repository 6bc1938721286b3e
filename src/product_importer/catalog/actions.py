"""What changes one product: each change tells the journal in the same transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.catalog.schemas import ProductIn, sku_key
from product_importer.journal import record


def create_unless_present(session: Session, wanted: ProductIn, *, actor: str) -> Product | None:
    """Create the product and return it, or return None when its SKU is taken, whatever stands there."""
    key = sku_key(wanted.sku)
    if session.scalar(select(Product.id).where(Product.sku_key == key)) is not None:
        return None
    product = Product(sku_key=key, **wanted.model_dump())
    session.add(product)
    session.flush()
    record.add(session, "product.created", actor=actor, subject_id=product.id, version=product.version, sku=product.sku)
    return product
