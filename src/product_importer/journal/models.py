"""The journal's two tables: a batch says who, what and when; its entries say which subjects."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock
from product_importer.kit.database.types import Base, Json, Moment, SerialInteger

UNSEARCHED = text("searched_at IS NULL")
UNDISPATCHED = text("dispatched_at IS NULL")
BY_HAND = text("line IS NULL")
ALONE = text("first_subject = last_subject")
WIDE = text("first_subject < last_subject")


class Batch(Base):
    """Entries of one type that were written in one transaction by one actor.

    `first_subject` and `last_subject` are the least and the greatest id among its entries, None where it has none: by
    them a subject finds its batches (`queries.about`).
    """

    __tablename__ = "journal_batches"
    __table_args__ = (
        Index(None, "import_id", "id"),
        Index("ix_journal_batches_unsearched", "id", postgresql_where=UNSEARCHED, sqlite_where=UNSEARCHED),
        Index("ix_journal_batches_undispatched", "id", postgresql_where=UNDISPATCHED, sqlite_where=UNDISPATCHED),
        Index("ix_journal_batches_alone", "first_subject", postgresql_where=ALONE, sqlite_where=ALONE),
        Index("ix_journal_batches_wide", "first_subject", "last_subject", postgresql_where=WIDE, sqlite_where=WIDE),
    )

    id: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=True)
    type: Mapped[str]
    actor: Mapped[str]
    import_id: Mapped[uuid.UUID | None]
    first_subject: Mapped[uuid.UUID | None]
    last_subject: Mapped[uuid.UUID | None]
    at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    dispatched_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when webhooks took in what it tells
    searched_at: Mapped[dt.datetime | None] = mapped_column(Moment)  # when the search index took in what it tells


class Entry(Base):
    """One thing that happened to one subject.

    `version` is the subject's version after it. `details` holds, for an update, `{field: [before, after]}`
    of the changed fields; nothing for a created product; the event's own facts for `upload.completed`.
    """

    __tablename__ = "journal_entries"
    # Entries come in the order of their batches, and so the key grows at its end only; by subjects, an import would go
    # through all of it. The index by SKU leaves out the lines of files.
    __table_args__ = (
        Index("ix_journal_entries_by_hand", "sku", postgresql_where=BY_HAND, sqlite_where=BY_HAND),
        {"sqlite_with_rowid": False},
    )

    # no foreign key: both rows are written in one transaction, and half a million look-ups would cost a second
    batch_id: Mapped[int] = mapped_column(SerialInteger, primary_key=True, autoincrement=False)
    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sku: Mapped[str | None]
    version: Mapped[int]
    line: Mapped[int | None]
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
