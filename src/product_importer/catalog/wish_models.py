"""The tables of pictures that files wish for by address: each address once, and which product wants it."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock
from product_importer.kit.database.types import Base, Json, Moment
from product_importer.kit.tasks.leases import Leased


class AddressState(StrEnum):
    """Where an address stands; `fetched` means that what lies there is known and nobody waits for it."""

    WAITING = "waiting"
    FETCHED = "fetched"
    FAILED = "failed"


class WishState(StrEnum):
    """What became of a wish; `gone` says that its product was deleted first."""

    WAITING = "waiting"
    SHOWN = "shown"
    FAILED = "failed"
    GONE = "gone"


class ImageAddress(Leased):
    """An address of a picture; its id is made of the address itself, so that none is fetched twice.

    `sha256` is that of the picture that was found there, `due_at` the earliest moment of the next attempt.
    """

    __tablename__ = "image_addresses"
    __table_args__ = (Index(None, "state", "due_at"),)

    url: Mapped[str]
    state: Mapped[AddressState] = mapped_column(default=AddressState.WAITING)
    due_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    sha256: Mapped[str | None]


class ImageWish(Base):
    """That an import wants a product to show what lies at an address, at which place among the product's wishes.

    No foreign keys to imports and products: the one is a floor above, the other is deleted by the half million.
    """

    __tablename__ = "image_wishes"
    __table_args__ = (Index(None, "import_id", "state"), Index(None, "address_id", "state"))

    product_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    address_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImageAddress.id), primary_key=True)
    import_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    actor: Mapped[str]
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    state: Mapped[WishState] = mapped_column(default=WishState.WAITING)
