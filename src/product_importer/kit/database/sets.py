"""Statements over whole sets of rows that say how many rows they touched."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Insert, Select, Update, insert
from sqlalchemy.orm import DeclarativeBase, Session


def insert_from(session: Session, model: type[DeclarativeBase], columns: Sequence[str], rows: Select[Any]) -> int:
    """Insert what the query yields, in the order of `columns`, and return how many rows that were."""
    return execute(session, insert(model.__table__).from_select(columns, rows))  # type: ignore[arg-type]


def execute(session: Session, statement: Insert | Update | Delete) -> int:
    """Run a statement and return how many rows it wrote."""
    options = {"preserve_rowcount": True, "synchronize_session": False}
    return cast("CursorResult[Any]", session.execute(statement, execution_options=options)).rowcount
