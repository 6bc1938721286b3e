"""What PostgreSQL says by its codes: whether to try again, whether the disk is full, whether it is there at all."""

import psycopg
from sqlalchemy.exc import DBAPIError

_AWAY = ("08", "53300", "57P")  # no connection, too many of them, a shutdown
_RETRY = frozenset({"40P01", "40001", "55P03"})  # deadlock, serialisation failure, lock time-out
_LOST = ("42P01", "3F000", "58P01", "XX")  # no such table, schema or file, damaged, dropped while it was opened


def may_retry(error: DBAPIError) -> bool:
    """Return whether the SQLSTATE says that trying again may succeed."""
    return getattr(error.orig, "sqlstate", None) in _RETRY


def is_full(error: DBAPIError) -> bool:
    """Return whether the SQLSTATE is disk_full."""
    return getattr(error.orig, "sqlstate", None) == "53100"


def is_scratch_lost(error: DBAPIError) -> bool:
    """Return whether the SQLSTATE says that a table or what it is kept in is not there or is damaged."""
    return (getattr(error.orig, "sqlstate", None) or "").startswith(_LOST)


def is_unstorable(error: DBAPIError) -> bool:
    """Return whether a text has a NUL character: psycopg sends none, and JSON is refused by its SQLSTATE."""
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error.orig, psycopg.DataError) and (state == "22P05" or (state is None and "NUL" in str(error)))


def is_away(error: DBAPIError) -> bool:
    """Return whether the SQLSTATE says so; where no connection came about there is none."""
    state = getattr(error.orig, "sqlstate", None)
    return isinstance(error.orig, psycopg.OperationalError) and (state is None or state.startswith(_AWAY))
