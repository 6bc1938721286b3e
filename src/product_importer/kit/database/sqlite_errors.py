"""What SQLite says by its codes and words: try again, the disk is full, nothing is there."""

import sqlite3

from sqlalchemy.exc import DBAPIError


def may_retry(error: DBAPIError) -> bool:
    """Return whether another writer held the lock longer than the time-out."""
    return isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)


def is_full(error: DBAPIError) -> bool:
    """Return whether SQLite answered SQLITE_FULL."""
    return "is full" in str(error.orig)


def is_away(error: DBAPIError) -> bool:
    """Return whether the file cannot be opened or read, or another writer holds it."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


def is_scratch_lost(error: DBAPIError) -> bool:
    """Return whether an attached file is missing, no database, cut short or without the table that was asked for."""
    extended = getattr(error.orig, "sqlite_errorcode", 0)
    if extended & 0xFF == sqlite3.SQLITE_CANTOPEN:
        return "ATTACH" in (error.statement or "")  # or else it is the database that cannot be opened
    damaged = extended & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return damaged or extended == sqlite3.SQLITE_IOERR_SHORT_READ or "no such table" in str(error.orig)


def is_unstorable(error: DBAPIError) -> bool:  # noqa: ARG001 - the face has it
    """Return False: SQLite takes any text."""
    return False
