"""What imports came to, day by day and right now: the figures behind the metrics page and its programs' side."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from product_importer.imports.models import ImportJob, RejectedRecord, Slice
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import FINAL, State
from product_importer.kit import clock

MOST = 20_000  # imports that a span of days is made of, the newest
WINDOW = 300.0  # seconds that "right now" looks back
_WRITTEN = ("created", "updated", "unchanged", "skipped")
_LEFT = ("superseded", "rejected")


@dataclass(slots=True)
class Day:
    """The imports that ended on one day (UTC): how many, what became of their rows, and how fast those were."""

    date: dt.date
    imports: int = 0
    failed: int = 0
    seconds: float = 0.0  # of work, over all of them
    rows: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counts:
        """Return the outcomes of all rows."""
        return Counts(rows=self.rows.total(), **{name: self.rows[name] for name in (*_WRITTEN, *_LEFT)})

    @property
    def rate(self) -> int | None:
        """Return rows a second while at work, or None where none was measured."""
        return round(self.rows.total() / self.seconds) if self.seconds else None


@dataclass(frozen=True, slots=True)
class Fault:
    """A code for which rows were rejected or imports failed, how often, and in how many imports."""

    code: str
    count: int
    imports: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What slices did in the last five minutes: rows a second over that time, and seconds that one took."""

    rows_per_second: float
    slices: int
    mean_seconds: float
    longest_seconds: float


def states(session: Session) -> dict[State, int]:
    """Return how many imports are in each state, all states named."""
    found = session.execute(select(ImportJob.state, func.count()).group_by(ImportJob.state))
    return dict.fromkeys(State, 0) | {state: int(number) for state, number in found}


def outcomes(session: Session) -> dict[str, int]:
    """Return how many rows ended how, over all imports that are known."""
    written = session.execute(select(*(func.coalesce(func.sum(getattr(Slice, name)), 0) for name in _WRITTEN))).one()
    left = session.execute(select(*(func.coalesce(func.sum(getattr(ImportJob, name)), 0) for name in _LEFT))).one()
    return {name: int(count) for name, count in zip((*_WRITTEN, *_LEFT), (*written, *left), strict=True)}


def pace(session: Session) -> Pace:
    """Return how fast slices were written in the last five minutes."""
    since = clock.now() - clock.seconds(WINDOW)
    rows = sum((getattr(Slice, name) for name in _WRITTEN[1:]), Slice.created)
    done = session.execute(select(Slice.started_at, Slice.done_at, rows).where(Slice.done_at > since)).all()
    spans = [(end - start).total_seconds() for start, end, _ in done]
    return Pace(
        sum(count for *_, count in done) / WINDOW,
        len(spans),
        sum(spans) / len(spans) if spans else 0.0,
        max(spans, default=0.0),
    )


def days(session: Session, count: int) -> list[Day]:
    """Return the last days with their imports, oldest first, days without any among them."""
    today = clock.now().date()
    span = {date: Day(date) for date in (today - dt.timedelta(days=back) for back in reversed(range(count)))}
    for job in _ended(session, today - dt.timedelta(days=count - 1)):
        if (day := span.get(job.finished_at.date())) is not None:
            _count(day, job)
    return list(span.values())


def faults(session: Session, count: int) -> list[Fault]:
    """Return why rows were rejected (the first 1,000 of each import) and imports failed, the most frequent first."""
    since = dt.datetime.combine(clock.now().date() - dt.timedelta(days=count - 1), dt.time(), dt.UTC)
    recent = ImportJob.finished_at >= since
    wanted = select(RejectedRecord.code, func.count(), func.count(func.distinct(RejectedRecord.import_id)))
    wanted = wanted.join(ImportJob, ImportJob.id == RejectedRecord.import_id).where(recent)
    found = [Fault(*row) for row in session.execute(wanted.group_by(RejectedRecord.code))]
    failed = session.scalars(select(ImportJob.error).where(recent, ImportJob.state == State.FAILED).limit(MOST))
    codes = Counter(str(error["code"]) for error in failed if error)
    found += [Fault(code, times, times) for code, times in codes.items()]
    return sorted(found, key=lambda fault: (-fault.count, fault.code))


def _ended(session: Session, since: dt.date) -> Sequence[Row[Any]]:
    """Return what is counted of each import that ended since that day: the sums of its slices beside its own."""
    sums = (func.coalesce(func.sum(getattr(Slice, name)), 0).label(name) for name in _WRITTEN)
    own = (ImportJob.id, ImportJob.state, ImportJob.started_at, ImportJob.finished_at, ImportJob.paused_seconds)
    left = (getattr(ImportJob, name) for name in _LEFT)
    moment = dt.datetime.combine(since, dt.time(), dt.UTC)
    wanted = select(*own, *left, *sums).outerjoin(Slice, Slice.import_id == ImportJob.id)
    wanted = wanted.where(ImportJob.state.in_(FINAL), ImportJob.finished_at >= moment).group_by(ImportJob.id)
    return session.execute(wanted.order_by(ImportJob.finished_at.desc()).limit(MOST)).all()


def _count(day: Day, job: Row[Any]) -> None:
    day.imports += 1
    day.failed += job.state is State.FAILED
    for name in (*_WRITTEN, *_LEFT):
        day.rows[name] += int(getattr(job, name))
    if job.started_at is not None:
        day.seconds += max((job.finished_at - job.started_at).total_seconds() - job.paused_seconds, 0.0)
