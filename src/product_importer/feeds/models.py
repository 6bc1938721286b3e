"""The table of feeds: where a file comes from, how it is imported, and what came of the last time."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock
from product_importer.kit.database.types import Json, Moment
from product_importer.kit.tasks.leases import Leased


class FeedOutcome(StrEnum):
    """What came of looking at the address, or of a push."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    FAILED = "failed"


class Feed(Leased):
    """One feed; its lease fences a look at the address.

    `next_at` is when it is looked at next, None for one that is off or only pushed to. `etag`, `modified` and `sha256`
    are those of the file that was fetched last, `fetched_import_id` is its import; `import_id` is the last of all, of a
    pushed file too. `failures` counts those in a row. `headers` are sealed (see `kit.outbound.headers`).
    """

    __tablename__ = "feeds"
    __table_args__ = (Index(None, "next_at"),)

    name: Mapped[str]
    url: Mapped[str]
    headers: Mapped[str | None]
    every_minutes: Mapped[int]
    enabled: Mapped[bool] = mapped_column(default=True)
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    actor: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    next_at: Mapped[dt.datetime | None] = mapped_column(Moment)

    # what came of the last time
    etag: Mapped[str | None]
    modified: Mapped[str | None]
    sha256: Mapped[str | None]
    fetched_import_id: Mapped[uuid.UUID | None]
    import_id: Mapped[uuid.UUID | None]
    outcome: Mapped[FeedOutcome | None]
    looked_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
