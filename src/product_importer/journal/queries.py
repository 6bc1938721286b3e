"""The journal as it is read: the history of one subject, and everything that happened, newest first."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, false, or_, select, true, union_all
from sqlalchemy.orm import Session

from product_importer.journal.models import Batch, Entry
from product_importer.kit.errors import CursorInvalid

BATCHES: Final = 100  # batches looked up at once
ACTORS: Final = 100  # names that a filter offers


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; None and an empty text narrow nothing down.

    `subjects` are what it may have happened to. `since` and `until` bound the moment, both included.
    """

    type: str = ""
    actor: str = ""
    subjects: frozenset[uuid.UUID] | None = None
    import_id: uuid.UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return self != Wanted()

    def batches(self) -> ColumnElement[bool]:
        """Return what a batch must meet."""
        given = {"type": self.type, "actor": self.actor, "import_id": self.import_id}
        found = [getattr(Batch, name) == value for name, value in given.items() if value]
        if self.since is not None:
            found.append(Batch.at >= self.since)
        if self.until is not None:
            found.append(Batch.at <= self.until)
        return and_(true(), *found)

    def entries(self) -> ColumnElement[bool]:
        """Return what an entry must meet."""
        return true() if self.subjects is None else about(self.subjects)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the journal with its batch; `changes` are `{field: [before, after]}` of an update, else facts."""

    at: dt.datetime
    type: str
    actor: str
    subject_id: uuid.UUID
    sku: str | None
    version: int
    import_id: uuid.UUID | None
    line: int | None
    changes: dict[str, Any] | None
    place: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and where the older ones begin."""

    items: Sequence[Event]
    next_cursor: str | None


def about(subjects: Collection[uuid.UUID]) -> ColumnElement[bool]:
    """Return what the entries about these subjects meet, which lie in batches whose ends enclose one of them."""
    if not subjects:
        return false()
    alone = select(Batch.id).where(Batch.first_subject == Batch.last_subject, Batch.first_subject.in_(subjects))
    wide = select(Batch.id).where(Batch.first_subject < Batch.last_subject, encloses(min(subjects), max(subjects)))
    return and_(Entry.subject_id.in_(subjects), Entry.batch_id.in_(union_all(alone, wide)))


def encloses(first: Any, last: Any, batch: Any = Batch) -> ColumnElement[bool]:
    """Return whether a batch may have entries about the subjects from `first` to `last`."""
    return and_(batch.first_subject <= last, batch.last_subject >= first)


def history(session: Session, subject_id: uuid.UUID, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Return what happened to one subject, newest first. Raises CursorInvalid."""
    return page(session, Wanted(subjects=frozenset({subject_id})), cursor=cursor, limit=limit)


def page(session: Session, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page:
    """Return the entries behind the cursor, newest batch first. Raises CursorInvalid."""
    found = list(_found(session, wanted, _place(cursor) if cursor else None, limit + 1))
    return Page(found[:limit], found[limit - 1].place if len(found) > limit else None)


def others_wrote(session: Session, import_id: uuid.UUID, *, since: dt.datetime) -> bool:
    """Return whether anybody but this import has changed anything since that moment."""
    others = or_(Batch.import_id.is_(None), Batch.import_id != import_id)
    latest = session.scalar(select(Batch.at).where(others).order_by(Batch.id.desc()).limit(1))
    return latest is not None and latest >= since


def actors(session: Session) -> Sequence[str]:
    """Return who has done anything but import, by name, at most 100."""
    people = select(Batch.actor).where(Batch.import_id.is_(None)).distinct().order_by(Batch.actor).limit(ACTORS)
    return session.scalars(people).all()


def types(session: Session) -> Sequence[str]:
    """Return what kinds of things have happened, at most 100."""
    return session.scalars(select(Batch.type).distinct().order_by(Batch.type).limit(ACTORS)).all()


def _found(session: Session, wanted: Wanted, behind: tuple[int, uuid.UUID] | None, limit: int) -> Iterator[Event]:
    """Look through the entries of some subjects at once, else batch by batch: each is one range of an index."""
    if wanted.subjects is not None:
        joined = _events(wanted).join(Batch, Batch.id == Entry.batch_id).where(wanted.batches())
        order = joined.order_by(Entry.batch_id.desc(), Entry.subject_id).limit(limit)
        yield from map(_event, session.execute(order if behind is None else order.where(_after(*behind))))
        return
    first = behind
    while limit > 0 and (batches := _batches(session, wanted, first)):
        for batch_id in batches:
            mine = _events(wanted).join(Batch, Batch.id == Entry.batch_id).where(Entry.batch_id == batch_id)
            mine = mine if behind is None else mine.where(_after(*behind))
            for row in session.execute(mine.order_by(Entry.subject_id).limit(limit)):
                yield _event(row)
                limit -= 1
            if limit <= 0:
                return
        first = (batches[-1] - 1, uuid.UUID(int=0))


def _batches(session: Session, wanted: Wanted, first: tuple[int, uuid.UUID] | None) -> Sequence[int]:
    found = select(Batch.id).where(wanted.batches()).order_by(Batch.id.desc()).limit(BATCHES)
    return session.scalars(found if first is None else found.where(Batch.id <= first[0])).all()


def _events(wanted: Wanted) -> Select[Any]:
    batch = (Batch.at, Batch.type, Batch.actor, Batch.import_id)
    entry = (Entry.subject_id, Entry.batch_id, Entry.sku, Entry.version, Entry.line, Entry.details)
    return select(*batch, *entry).select_from(Entry).where(wanted.entries())


def _after(batch_id: int, subject_id: uuid.UUID) -> ColumnElement[bool]:
    return or_(Entry.batch_id < batch_id, and_(Entry.batch_id == batch_id, Entry.subject_id > subject_id))


def _event(row: Row[Any]) -> Event:
    return Event(
        at=row.at,
        type=row.type,
        actor=row.actor,
        subject_id=row.subject_id,
        sku=row.sku,
        version=row.version,
        import_id=row.import_id,
        line=row.line,
        changes=row.details,
        place=f"{row.batch_id}.{row.subject_id}",
    )


def _place(cursor: str) -> tuple[int, uuid.UUID]:
    batch, _, subject = cursor.partition(".")
    try:
        if not (batch.isascii() and batch.isdigit() and len(batch) <= 18):
            raise CursorInvalid
        return int(batch), uuid.UUID(subject)
    except ValueError:
        raise CursorInvalid from None
