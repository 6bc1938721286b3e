"""Slices: the plan is cut into pieces as workers ask for them, each with a lease, a state and counts of its own."""

import dataclasses
import os
import socket
import uuid
from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from product_importer.imports import merge, pictures, staging
from product_importer.imports.models import LOCK, ImportJob, Slice
from product_importer.imports.span import Span, Written
from product_importer.imports.staging import CREATE, UPDATE
from product_importer.imports.states import State
from product_importer.kit import clock, database, ids
from product_importer.kit.database import sets
from product_importer.kit.failpoints import failpoint
from product_importer.kit.tasks import leases

LONG = 0.5  # seconds: a slice that took longer makes the next one smaller
SMALLEST = 500  # products
_COUNTED = (Slice.created, Slice.updated, Slice.unchanged, Slice.skipped)


@dataclasses.dataclass(frozen=True, slots=True)
class Sums:
    """What all written slices of an import amount to: `settled` positions of its plan, by outcome."""

    slices: int
    settled: int
    created: int
    updated: int
    unchanged: int
    skipped: int


NONE = Sums(0, 0, 0, 0, 0, 0)


def take(import_id: uuid.UUID, *, area: str, size: int) -> Slice | None:
    """Claim a slice whose worker fell silent, or cut the next one; None when nothing is left to take."""
    with database.transaction(scratch=area) as session:
        job = session.get_one(ImportJob, import_id, with_for_update=LOCK)
        if job.state is not State.APPLYING or job.cancel_requested or job.pause_requested:
            return None
        left_over = leases.claim(session, Slice, *_open(import_id), order=Slice.first.asc())
        found = left_over or _cut(session, job, size)
        if found is not None:
            found.worker = f"{socket.gethostname()}:{os.getpid()}"
        return found


def write(taken: Slice, job: ImportJob) -> Written:
    """Write one slice: products, journal and counts in one transaction, or nothing if it was taken over."""
    span = span_of(taken, job)
    with database.transaction(scratch=job.scratch) as session:
        leases.fence(session, Slice, taken.id, taken.fencing_token)
        failpoint("import.slice.begun", session)
        written = merge.apply(session, span)
        failpoint("import.slice.merged", session)
        pictures.wish(session, span)
        done = {"done_at": clock.now(), **leases.FREE, **dataclasses.asdict(written)}
        leases.fence(session, Slice, taken.id, taken.fencing_token, done)
        failpoint("import.slice.before-commit", session)
    failpoint("import.slice.after-commit")
    return written


def span_of(taken: Slice, job: ImportJob) -> Span:
    """Describe what of the plan the slice is, and for whom."""
    since, kinds = job.started_at or job.created_at, _kinds(job)
    return Span(job.id, taken.first, taken.last, f"import:{job.number}", job.mode, job.facts.mapping, since, kinds)


def give_back(session: Session, taken: Slice) -> None:
    """Let go of a slice that could not be written; the attempt counts."""
    leases.give_back(session, Slice, taken.id, taken.fencing_token, failed=True)


def forgive(session: Session, import_id: uuid.UUID) -> None:
    """Forget the failed attempts at the open slices of an import that is tried again."""
    sets.execute(session, update(Slice).where(*_open(import_id)).values(attempts=0))


def forget_silent(session: Session, import_id: uuid.UUID) -> None:
    """Remove the open slices whose workers fell silent; one that wakes up finds itself fenced."""
    sets.execute(session, delete(Slice).where(*_open(import_id), leases.free(Slice)))


def free_silent(session: Session, import_id: uuid.UUID) -> None:
    """Take the open slices from workers that fell silent; the next worker finds them free."""
    sets.execute(session, update(Slice).where(*_open(import_id), leases.free(Slice)).values(leases.FREE))


def are_leased(session: Session, import_id: uuid.UUID) -> bool:
    """Return whether a worker is at a slice of the import now."""
    return session.scalar(select(exists().where(*_open(import_id), Slice.token.is_not(None)))) or False


def are_open(session: Session, import_id: uuid.UUID) -> bool:
    """Return whether a slice of the import was taken and is not written yet."""
    return session.scalar(select(exists().where(*_open(import_id)))) or False


def sums(session: Session, import_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Sums]:
    """Return the sums over the written slices of each of these imports."""
    settled = Slice.last - Slice.first + 1
    parts = (func.count(), *(func.sum(part) for part in (settled, *_COUNTED)))
    done = select(Slice.import_id, *parts).where(Slice.import_id.in_(import_ids), Slice.done_at.is_not(None))
    found = {import_id: Sums(*map(int, some)) for import_id, *some in session.execute(done.group_by(Slice.import_id))}
    return {import_id: found.get(import_id, NONE) for import_id in import_ids}


def first_size(job: ImportJob) -> int:
    """Return the size of a turn's first slice: small where each product may wish for fifty pictures."""
    return SMALLEST if pictures.kinds(job.facts.mapping, job.mode) else database.face().SLICE


def next_size(size: int, seconds: float) -> int:
    """Return the size of the next slice after one of `size` products took `seconds`."""
    if seconds > LONG:
        return max(SMALLEST, size // 2)
    return min(database.face().SLICE, size * 2)


def _open(import_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """Return which slices of the import were taken and are not written yet."""
    return Slice.import_id == import_id, Slice.done_at.is_(None)


def _cut(session: Session, job: ImportJob, size: int) -> Slice | None:
    """Cut off so many positions that `size` products are worked on; what nobody looks at goes along for nothing."""
    if job.winners is None or job.next_position > job.winners:
        return None
    last = _last_worked_on(session, job, size) or job.winners
    until = clock.now() + clock.seconds(leases.LEASE)
    cut = Slice(import_id=job.id, first=job.next_position, last=last, token=ids.new_id(), lease_until=until, attempts=1)
    session.add(cut)
    job.next_position = last + 1
    return cut


def _kinds(job: ImportJob) -> frozenset[int]:
    """Return the kinds of rows that the plan has."""
    counted = job.planned or dict.fromkeys(staging.KINDS, 1)
    return frozenset(kind for outcome, kind in staging.KINDS.items() if counted.get(outcome))


def _last_worked_on(session: Session, job: ImportJob, size: int) -> int | None:
    """Return the position at which `size` products are written or get pictures; None where fewer are left."""
    planned = _kinds(job)
    kinds = planned.intersection((CREATE, UPDATE, *pictures.kinds(job.facts.mapping, job.mode)))
    if not kinds:
        return None  # of half a million unchanged ones, each would be looked at
    if kinds == planned:
        return min(job.next_position + size - 1, job.winners or 0)
    position = staging.plan.c.position
    worked_on = select(position).where(position >= job.next_position, staging.plan.c.kind.in_(sorted(kinds)))
    return session.scalar(worked_on.order_by(position).offset(size - 1).limit(1))
