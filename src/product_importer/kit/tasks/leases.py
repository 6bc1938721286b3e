"""Leases: a worker holds a row for a while, and a worker that lost it writes nothing more (fencing)."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from product_importer.kit import clock, database, ids, logs
from product_importer.kit.database.types import Base, Moment

LEASE = 15.0  # seconds until a silent worker is taken for dead
HEARTBEAT = 5.0  # seconds
FREE: Mapping[str, Any] = {"token": None, "lease_until": None}  # what a row looks like that nobody holds
_log = logs.get("kit.tasks.leases")


class Leased(Base):
    """The columns of a row that one worker at a time may hold."""

    __abstract__ = True

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.new_id, sort_order=-10)
    token: Mapped[uuid.UUID | None] = mapped_column(sort_order=90)
    lease_until: Mapped[dt.datetime | None] = mapped_column(Moment, sort_order=91)
    attempts: Mapped[int] = mapped_column(default=0, sort_order=92)
    rung_at: Mapped[dt.datetime | None] = mapped_column(Moment, sort_order=93)

    @property
    def fencing_token(self) -> uuid.UUID:
        """The token of whoever holds the row; the nil UUID, under which no fence lets anything pass, if nobody does."""
        return self.token or uuid.UUID(int=0)


L = TypeVar("L", bound=Leased)


class Fenced(Exception):
    """The lease was lost: another worker holds the row, or nobody may any more."""


class GivenBack(Exception):
    """This worker ends, so it let go of the row; that is no failed attempt."""


def free(model: type[Leased]) -> ColumnElement[bool]:
    """Return the condition that nobody holds the row now."""
    return or_(model.lease_until.is_(None), model.lease_until < clock.now())


def claim(
    session: Session, model: type[L], *where: ColumnElement[bool], order: ColumnElement[Any] | None = None
) -> L | None:
    """Take the first row that is free and meets `where`, counting the attempt; None when there is none."""
    wanted = select(model.id).where(free(model), *where).limit(1).with_for_update(skip_locked=True)
    if order is not None:
        wanted = wanted.order_by(order)
    taken = (
        update(model)
        .where(model.id == wanted.scalar_subquery(), free(model))
        .values(token=ids.new_id(), lease_until=clock.now() + clock.seconds(LEASE), attempts=model.attempts + 1)
        .returning(model)
        .execution_options(populate_existing=True)
    )
    return session.scalars(taken).one_or_none()


def fence(
    session: Session, model: type[Leased], row_id: uuid.UUID, token: uuid.UUID, values: Mapping[str, Any] | None = None
) -> None:
    """Write `values` to the row if `token` still holds it, else raise Fenced, which rolls everything back."""
    held = update(model).where(model.id == row_id, model.token == token).values(values or {"token": token})
    done = cast("CursorResult[Any]", session.execute(held.execution_options(synchronize_session=False)))
    if done.rowcount != 1:
        raise Fenced(f"{model.__tablename__} {row_id}")


def release(row: Leased) -> None:
    """Let nobody hold a row that the caller has locked; a worker that still thinks it does finds itself fenced."""
    for name, value in FREE.items():
        setattr(row, name, value)


def give_back(session: Session, model: type[Leased], row_id: uuid.UUID, token: uuid.UUID, *, failed: bool) -> None:
    """Let go of the row, so that the next worker need not wait; the attempt counts only if it failed."""
    fence(session, model, row_id, token, FREE if failed else {"attempts": model.attempts - 1, **FREE})


class Hold:
    """A held row: `check` raises Fenced as soon as a heartbeat found the lease lost."""

    def __init__(self, model: type[Leased], row_id: uuid.UUID, token: uuid.UUID) -> None:
        self.model, self.row_id, self.token = model, row_id, token
        self._lost: BaseException | None = None

    def check(self) -> None:
        """Raise what the last heartbeat raised: Fenced, or whatever the heartbeat's own work refuses with."""
        if self._lost is not None:
            raise self._lost

    def beat(self, more: Callable[[Session], None] | None) -> None:
        """Prolong the lease, and do `more` in the same transaction; a fault of the database is left to the next."""
        try:
            with database.transaction() as session:
                until = clock.now() + clock.seconds(LEASE)
                fence(session, self.model, self.row_id, self.token, {"lease_until": until})
                if more is not None:
                    more(session)
        except Exception as error:  # noqa: BLE001 - kept for check()
            _log.warning("heartbeat failed", row=str(self.row_id), error=repr(error))
            if not database.is_fault(error):
                self._lost = error


@contextmanager
def hold(
    model: type[Leased],
    row_id: uuid.UUID,
    token: uuid.UUID,
    *,
    every: float | None = None,
    more: Callable[[Session], None] | None = None,
) -> Iterator[Hold]:
    """Keep the lease alive from a thread of its own, on a connection of its own, while the block runs.

    `every` is in seconds, HEARTBEAT if it is not given.
    """
    held, ended, pause = Hold(model, row_id, token), threading.Event(), HEARTBEAT if every is None else every

    def beat_on() -> None:
        while not ended.wait(pause):
            held.beat(more)

    thread = threading.Thread(target=beat_on, name=f"heartbeat-{row_id}", daemon=True)
    thread.start()
    try:
        yield held
    finally:
        ended.set()
        thread.join()
