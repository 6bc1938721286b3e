"""The upload ledger: what a client announced, and which parts are stored."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock, ids
from product_importer.kit.database.types import Base, Moment


class Upload(Base):
    """One file on its way in; `received` bytes of it are stored, all of them once `completed_at` is set.

    From `discarded_at` on nobody may read it: its time is over, and its bytes go.
    """

    __tablename__ = "uploads"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id)
    name: Mapped[str]
    actor: Mapped[str]
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    touched_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    completed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    discarded_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class Part(Base):
    """One stored piece: the bytes from `start` on, under the key `uploads/{upload}/{start}`."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Upload.id, ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int]
