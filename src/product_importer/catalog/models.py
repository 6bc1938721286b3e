"""The product table."""

import datetime as dt
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock, ids
from product_importer.kit.database.types import Base, KeyText, Moment, Money, SerialInteger


class Product(Base):
    """One product; `sku_key` (see `schemas.sku_key`) is what makes it the same product as another's SKU.

    Pages are filled to 70 % on PostgreSQL and nothing that an import changes is indexed, so that an update
    stays on its page and touches no index (HOT): half of 500,000 rows changed costs 3 s instead of 5 to 10.
    The few that are not active have one of their own, which says so in the words of `is_(False)`, or nobody finds it.
    """

    __tablename__ = "products"
    __table_args__ = (
        Index("uq_products_sku_key", "sku_key", unique=True),
        Index(
            "ix_products_inactive",
            "sku_key",
            postgresql_where=text("active IS false"),
            sqlite_where=text("active IS 0"),
        ),
        CheckConstraint("price >= 0", name="price_not_negative"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    sku: Mapped[str]
    sku_key: Mapped[str] = mapped_column(KeyText)
    name: Mapped[str]
    description: Mapped[str | None]
    price: Mapped[Decimal | None] = mapped_column(Money)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)


class ProductText(Base):
    """A product's texts as they are searched (see `catalog.search_text`): in one; a trigram index stands on it.

    It follows the products some seconds behind (see `catalog.search`), for an index that a merge had to keep would
    make it two to five times slower. It is made by the migration: a GIN index, on SQLite a virtual table of FTS5.
    """

    __tablename__ = "product_texts"
    number: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=True)
    product_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    sku_key: Mapped[str] = mapped_column(KeyText)  # what is found is sorted without a look at the products
    text: Mapped[str]


class InactiveText(Base):
    """The text of a product that is not active, once more: these are few, and soon read where many of all would match.

    In a table of its own, for an index of texts would have to be told whenever a product is switched on or off.
    """

    __tablename__ = "inactive_texts"
    product_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sku_key: Mapped[str] = mapped_column(KeyText)
    text: Mapped[str]


class SearchedLetter(Base):
    """A character that some searched text has had; it stays when the text goes (see `catalog.search_letters`)."""

    __tablename__ = "searched_letters"
    letter: Mapped[str] = mapped_column(KeyText, primary_key=True)
