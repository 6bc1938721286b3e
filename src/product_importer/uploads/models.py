"""The upload ledger: what a client announced, and which parts are stored."""

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock
from product_importer.kit.database.types import Base, Moment
from product_importer.kit.tasks.leases import Leased


class UploadState(StrEnum):
    """Where an upload stands; only a `ready` one may be used for anything."""

    RECEIVING = "receiving"
    VERIFYING = "verifying"
    READY = "ready"
    REJECTED = "rejected"


class Upload(Leased):
    """One file on its way in; `received` bytes of it are stored. Its lease fences the verification.

    From `completed_at` on it belongs to whatever was made of it; from `discarded_at` on nobody may read it: its time
    is over, and its bytes go.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "state"),)

    name: Mapped[str]
    actor: Mapped[str]
    state: Mapped[UploadState] = mapped_column(default=UploadState.RECEIVING)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    touched_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    completed_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    discarded_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    # of a resumable one: what its sender announced
    resumable: Mapped[bool] = mapped_column(default=False)
    length: Mapped[int | None] = mapped_column(BigInteger)  # None while the sender does not know it
    announced: Mapped[str] = mapped_column(default="")  # Upload-Metadata as it was sent
    md5: Mapped[str | None]  # hexadecimal, of the whole file

    sha256: Mapped[str | None]  # found by the verification
    terms: Mapped[str | None]  # under which something was made of it


class Part(Base):
    """One stored piece: the bytes from `start` on, under a key that no other piece ever had."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(Upload.id, ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int]
    key: Mapped[str]
