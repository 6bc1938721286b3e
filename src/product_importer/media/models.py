"""The tables of pictures: what one is, the sizes made of it, and which products show it."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock, ids
from product_importer.kit.database.types import Base, Json, Moment
from product_importer.kit.tasks.leases import Leased

IS_PRIMARY = text("is_primary")


class ImageState(StrEnum):
    """Where an image stands; only a `ready` one can be looked at."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class Image(Leased):
    """One picture, whoever shows it; its lease fences the making of its variants.

    `upload_id` names the upload that holds its bytes until the original has a place of its own. `pipeline` is the
    version of the rules by which its variants were made, 0 before.
    """

    __tablename__ = "images"
    __table_args__ = (Index(None, "state", "pipeline"),)

    sha256: Mapped[str] = mapped_column(unique=True)
    state: Mapped[ImageState] = mapped_column(default=ImageState.PENDING)
    pipeline: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(BigInteger)
    format: Mapped[str | None]  # jpeg, png, webp, gif or avif, as the decoder found it
    width: Mapped[int | None]  # pixels, as it is looked at
    height: Mapped[int | None]
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    upload_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    actor: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)  # rises at each change, by which watchers see one
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    touched_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)  # last linked, or let go of


class Variant(Base):
    """One size of an image: WebP whose longer side is at most `box` pixels, and never more than the original's."""

    __tablename__ = "image_variants"

    image_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Image.id, ondelete="CASCADE"), primary_key=True)
    box: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pipeline: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    sha256: Mapped[str]


class ProductImage(Base):
    """That a product shows an image: in which place, and whether as its primary one.

    No foreign key to the product: it would be looked for at each of the half million that a job deletes.
    """

    __tablename__ = "product_images"
    __table_args__ = (
        UniqueConstraint("product_id", "image_id"),
        Index(
            "uq_product_images_primary",
            "product_id",
            unique=True,
            postgresql_where=IS_PRIMARY,
            sqlite_where=IS_PRIMARY,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    product_id: Mapped[uuid.UUID]
    image_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Image.id), index=True)
    position: Mapped[int]
    is_primary: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str]  # of the file, as its sender told it
    alt: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
