"""One face for SQLite and PostgreSQL: the engine, and `transaction()`, the only place that commits."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeVar

from sqlalchemy import Engine, exc
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from product_importer.kit import logs
from product_importer.kit.database.face import Access, Face

TRIES = 5  # times that a transaction is run anew
FAULTS: Final = (DBAPIError, exc.TimeoutError)  # the latter: no connection of the pool came free
T = TypeVar("T")
_log = logs.get("kit.database")
_engine: Engine | None = None
_face: Face | None = None
_opened_by = 0  # process id


def connect(url: str) -> Engine:
    """Point this process at the database of `url`.

    Connections to an earlier one are closed, but for those inherited by a fork: they are the parent's.
    """
    global _engine, _face, _opened_by
    if _engine is not None:
        _engine.dispose(close=_opened_by == os.getpid())
    _opened_by = os.getpid()
    _face = face_of(url)
    _engine = _face.engine(url)
    return _engine


def engine() -> Engine:
    """Return the engine of this process."""
    if _engine is None:
        raise RuntimeError("database.connect() was not called in this process")
    return _engine


def face() -> Face:
    """Return what this process's database does in its own way."""
    if _face is None:
        raise RuntimeError("database.connect() was not called in this process")
    return _face


def face_of(url: str) -> Face:
    """Return what the kind of database that `url` names does in its own way.

    Only its own module and driver are loaded: the other's would cost every start a quarter of a second.
    """
    if url.startswith("postgresql"):
        from product_importer.kit.database import postgres  # noqa: PLC0415

        return postgres
    from product_importer.kit.database import sqlite  # noqa: PLC0415

    return sqlite


@contextmanager
def transaction(access: Access = Access.WRITE, *, scratch: str | None = None) -> Iterator[Session]:
    """Open one transaction: leaving the block commits, an exception rolls back and goes on.

    `scratch` names a job's scratch area (`face.Face.create_scratch`); its tables stand in the schema `scratch`.
    Callbacks given to `after_commit` run once the data is safe, and not at all after a roll-back.
    """
    bind = engine().execution_options(**face().options(access, scratch))
    with Session(bind, expire_on_commit=False) as session, session.begin():
        yield session
    for callback in session.info.get("after_commit", ()):
        _ring(callback)


def reading() -> AbstractContextManager[Session]:
    """Open a transaction that cannot write."""
    return transaction(Access.READ)


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run `callback` once `session` has committed; its failure is logged and harms nothing."""
    session.info.setdefault("after_commit", []).append(callback)


def is_fault(error: BaseException) -> bool:
    """Return whether the database itself failed: a lost connection or none, a lock time-out, a full disk."""
    return isinstance(error, FAULTS)


def may_retry(error: BaseException) -> bool:
    """Return whether the same transaction may succeed when it is simply run again."""
    return isinstance(error, DBAPIError) and face().may_retry(error)


def retried(write: Callable[[], T]) -> T:
    """Run a function that is one whole transaction, anew after a deadlock or a lock time-out, at most TRIES times."""
    for _ in range(TRIES - 1):
        try:
            return write()
        except DBAPIError as error:
            if not may_retry(error):
                raise
    return write()


def is_full(error: BaseException) -> bool:
    """Return whether the database found no room on its disk."""
    return isinstance(error, DBAPIError) and face().is_full(error)


def is_away(error: BaseException) -> bool:
    """Return whether the database cannot be reached, shuts down, or is held by somebody else for too long."""
    if isinstance(error, exc.TimeoutError):
        return True
    return isinstance(error, DBAPIError) and (error.connection_invalidated or face().is_away(error))


def is_scratch_lost(error: BaseException) -> bool:
    """Return whether what was asked for in a scratch area is not there any more, or is damaged."""
    return isinstance(error, DBAPIError) and face().is_scratch_lost(error)


def is_unstorable(error: BaseException) -> bool:
    """Return whether a statement had a text that the database can neither hold nor look for."""
    return isinstance(error, DBAPIError) and face().is_unstorable(error)


def cut(session: Session | None) -> None:
    """Drop the connection under `session` as a network fault would (for failpoints)."""
    if session is None:
        raise RuntimeError("this failpoint has no session, so there is no connection to drop")
    face().cut(session.connection())


def _ring(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001 - a bell that fails costs seconds: the sweeper rings again
        _log.warning("after-commit callback failed", exc_info=True)
