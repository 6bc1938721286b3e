"""Products as they are listed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product


@dataclass(frozen=True, slots=True)
class Page:
    """One page of products, and how many there are in all."""

    items: Sequence[Product]
    total: int
    pages: int


def page(session: Session, *, page: int, per_page: int) -> Page:
    """Return a page of products in the order of their SKU."""
    total = count(session)
    listed = select(Product).order_by(Product.sku_key).offset((page - 1) * per_page).limit(per_page)
    return Page(session.scalars(listed).all(), total, max(1, -(-total // per_page)))


def count(session: Session) -> int:
    """Return how many products there are."""
    return session.scalar(select(func.count()).select_from(Product)) or 0


def by_keys(session: Session, keys: Collection[str]) -> dict[str, Product]:
    """Return the products with these keys (at most some hundred), each by its key."""
    found = session.scalars(select(Product).where(Product.sku_key.in_(keys)).order_by(Product.sku_key))
    return {product.sku_key: product for product in found}
