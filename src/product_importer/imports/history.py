"""The history of imports, narrowed down by state, by who started them, and by the file's name."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from product_importer.imports import queries
from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from product_importer.kit import database

ACTORS = 100  # names that a filter offers
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which imports are looked for; None and an empty text narrow nothing down. Days are UTC's, both included."""

    state: State | None = None
    actor: str = ""
    file: str = ""
    mends: uuid.UUID | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an import must meet."""
        found: list[ColumnElement[bool]] = []
        if self.state is not None:
            found.append(ImportJob.state == self.state)
        if self.actor:
            found.append(ImportJob.actor == self.actor)
        if self.file.strip():
            found.append(database.face().contains(ImportJob.file_name.expression, self.file.strip()))
        if self.mends is not None:
            found.append(ImportJob.parent_id == self.mends)
        if self.since is not None:
            found.append(ImportJob.created_at >= _midnight(self.since))
        if self.until is not None and self.until < dt.date.max:
            found.append(ImportJob.created_at < _midnight(self.until) + DAY)
        return found


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the history, and how many imports are found in all."""

    items: Sequence[Snapshot]
    total: int
    page: int
    pages: int


def page(session: Session, wanted: Wanted, *, page: int, per_page: int) -> Page:
    """Return a page of the imports looked for, newest first."""
    conditions = wanted.conditions()
    total = session.scalar(select(func.count()).select_from(ImportJob).where(*conditions)) or 0
    newest = select(ImportJob).where(*conditions).order_by(ImportJob.number.desc())
    jobs = session.scalars(newest.offset((page - 1) * per_page).limit(per_page)).all()
    return Page(queries.snapshots_of(session, jobs), total, page, max(1, -(-total // per_page)))


def numbered(session: Session, number: int) -> uuid.UUID:
    """Return the id of the import with this number; ImportNotFound when there is none."""
    found = session.scalar(select(ImportJob.id).where(ImportJob.number == number))
    if found is None:
        raise queries.ImportNotFound(f"There is no import {number}.")
    return found


def names(session: Session, import_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Return number and file name of these imports (at most some thousand) by their ids."""
    wanted = select(ImportJob.id, ImportJob.number, ImportJob.file_name).where(ImportJob.id.in_(import_ids))
    rows = session.execute(wanted.order_by(ImportJob.number)) if import_ids else ()
    return {import_id: (number, file_name) for import_id, number, file_name in rows}


def actors(session: Session) -> list[str]:
    """Return who has started imports, by name, at most 100."""
    return list(session.scalars(select(ImportJob.actor).distinct().order_by(ImportJob.actor).limit(ACTORS)))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
