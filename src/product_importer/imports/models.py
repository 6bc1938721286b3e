"""The tables of an import: the job, its slices, its first rejected records, and its undo."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.imports.facts import Facts, Kept
from product_importer.imports.states import Fate, Mode, Question, State, UndoState
from product_importer.kit import clock
from product_importer.kit.database.types import Base, Json, Moment
from product_importer.kit.tasks.leases import Leased


class ImportJob(Leased):
    """One import. Its lease fences reading, checking and finishing; slices have leases of their own."""

    __tablename__ = "imports"
    __table_args__ = (Index(None, "state"),)

    number: Mapped[int] = mapped_column(unique=True)
    state: Mapped[State] = mapped_column(default=State.QUEUED)
    question: Mapped[Question | None]
    version: Mapped[int] = mapped_column(default=1)
    actor: Mapped[str]
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("uploads.id"), index=True)
    parent_id: Mapped[uuid.UUID | None] = mapped_column(index=True)  # whose rejected rows these are; imports stay
    file_name: Mapped[str]
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    mode: Mapped[Mode] = mapped_column(default=Mode.UPSERT)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    pause_requested: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # or since when it waits for a person
    paused_seconds: Mapped[int] = mapped_column(default=0)  # of all such rests that are over

    # what looking at the head and reading found out
    facts: Mapped[Facts] = mapped_column(Kept, default=Facts)
    bytes_read: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_read: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)

    sha256: Mapped[str | None] = mapped_column(index=True)

    # what checking found out
    scratch: Mapped[str | None]
    superseded: Mapped[int] = mapped_column(default=0)
    winners: Mapped[int | None]
    planned: Mapped[dict[str, int] | None] = mapped_column(Json)  # winners by outcome
    next_position: Mapped[int] = mapped_column(default=1)

    # what a person is asked, and has said yes to
    asked: Mapped[dict[str, Any] | None] = mapped_column(Json)
    agreed: Mapped[list[str]] = mapped_column(Json, default=list)

    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    applying_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # as if it had not rested since
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    def end_rest(self) -> None:
        """Leave a rest that is over out of the time that the import worked."""
        if self.paused_at is None:
            return
        rest = clock.now() - self.paused_at
        self.paused_seconds += round(rest.total_seconds())
        self.applying_at = self.applying_at and self.applying_at + rest
        self.paused_at = None


class Slice(Leased):
    """The winners at the positions `first` to `last` of an import's plan, written in one transaction."""

    __tablename__ = "import_slices"
    __table_args__ = (Index(None, "import_id", "first", unique=True),)

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImportJob.id, ondelete="CASCADE"))
    first: Mapped[int]
    last: Mapped[int]
    worker: Mapped[str | None]
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    done_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class RejectedRecord(Base):
    """One of the first 1,000 rejected records of an import; all of them are in its rejects file."""

    __tablename__ = "import_rejects"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImportJob.id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[int]
    row: Mapped[int | None]  # in a spreadsheet, where it is another
    code: Mapped[str]
    column: Mapped[str | None]
    value: Mapped[str]
    message: Mapped[str]


class LateSkip(Base):
    """A row skipped only because the catalog moved between plan and writing; the file had been made by then."""

    __tablename__ = "import_late_skips"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImportJob.id, ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str]
    code: Mapped[str]


class Undo(Leased):
    """The undo of an import: takes back its journal batches one by one, in the order of their ids.

    Batches beyond `last` are none of the import's own: the undo writes its entries under the import's id too.
    """

    __tablename__ = "import_undos"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImportJob.id, ondelete="CASCADE"), unique=True)
    actor: Mapped[str]
    state: Mapped[UndoState] = mapped_column(default=UndoState.RUNNING)
    reached: Mapped[int] = mapped_column(BigInteger, default=0)  # id of the last batch that was taken back
    last: Mapped[int] = mapped_column(BigInteger)  # id of the import's last batch when the undo was asked for
    deleted: Mapped[int] = mapped_column(default=0)
    restored: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)


class UndoKept(Base):
    """One of the first 1,000 products that an undo could not take back whole.

    `fields` holds, for a product that the import updated, `{field: [what the import set, what stands now]}`.
    """

    __tablename__ = "import_undo_kept"

    import_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(ImportJob.id, ondelete="CASCADE"), primary_key=True)
    product_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sku: Mapped[str]
    who: Mapped[str | None]
    what: Mapped[Fate]
    fields: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Counter(Base):
    """Numbers that people read, such as "Import 42"; taken under a row lock, without gaps."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
