"""The table of bulk jobs: work over many products, done by a worker slice after slice."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from product_importer.kit import clock
from product_importer.kit.database.types import Json, KeyText, Moment
from product_importer.kit.tasks.leases import Leased


class BulkKind(StrEnum):
    """What is done to each product."""

    DELETE = "delete"
    ACTIVATE = "activate"
    DEACTIVATE = "deactivate"


class BulkState(StrEnum):
    """Where a bulk job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


AT_WORK = (BulkState.QUEUED, BulkState.RUNNING)


class BulkJob(Leased):
    """One bulk job: the products that match `filters` and existed at `bound`, in the order of their key.

    Every key up to `reached` is dealt with; it moves in the transaction that deals with them.
    """

    __tablename__ = "bulk_jobs"
    __table_args__ = (Index(None, "state"),)

    kind: Mapped[BulkKind]
    state: Mapped[BulkState] = mapped_column(default=BulkState.QUEUED)
    version: Mapped[int] = mapped_column(default=1)
    actor: Mapped[str]
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    bound: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    total: Mapped[int | None]  # products to be changed, counted when a worker begins
    done: Mapped[int] = mapped_column(default=0)  # products changed
    reached: Mapped[str] = mapped_column(KeyText, default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=clock.now)
    started_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    finished_at: Mapped[dt.datetime | None] = mapped_column(Moment)
