"""Statements over whole sets of rows: how many they touched, and INSERTs that may meet rows that are there."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Insert, Select, Table, Update, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session


def insert_from(session: Session, model: type[DeclarativeBase], columns: Sequence[str], rows: Select[Any]) -> int:
    """Insert what the query yields, in the order of `columns`, and return how many rows that were."""
    return execute(session, insert(model.__table__).from_select(columns, rows))  # type: ignore[arg-type]


def insert_on_conflict(session: Session, into: type[DeclarativeBase] | Table) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT of this database's own kind, which has `on_conflict_do_update` and `on_conflict_do_nothing`."""
    is_postgresql = session.connection().dialect.name == "postgresql"
    return postgresql.insert(into) if is_postgresql else sqlite.insert(into)


def execute(session: Session, statement: Insert | Update | Delete) -> int:
    """Run a statement and return how many rows it wrote."""
    options = {"preserve_rowcount": True, "synchronize_session": False}
    return cast("CursorResult[Any]", session.execute(statement, execution_options=options)).rowcount
