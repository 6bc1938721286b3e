"""SQLite's own way: WAL, one writer at a time, a scratch area in a file of its own beside the database."""

import functools
import itertools
import json
import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    Uuid,
    create_engine,
    event,
    func,
    literal,
    null,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.pool import ConnectionPoolEntry

from product_importer.kit.database import amounts, sqlite_errors, sqlite_json, sqlite_scratch, sqlite_texts, turns
from product_importer.kit.database.face import Access, Id
from product_importer.kit.sqlite import memory
from product_importer.kit.sqlite.load import statements
from product_importer.kit.sqlite.wal import Copier

SLICE = 10_000  # products: about 60 ms for whoever waits to write
WALK = sys.maxsize  # half a million are gone along in 7 ms
SKU_BEFORE = "json_extract(journal_entries.details, '$.sku[0]')"
FILLERS = 8  # SQLite attaches 10 files at most
create_scratch, drop_scratch = sqlite_scratch.create, sqlite_scratch.drop
flush_scratch, seal_scratch = sqlite_scratch.flush, sqlite_scratch.seal
load, cut_points = sqlite_scratch.load, sqlite_scratch.cut_points
fill, join_pieces = sqlite_scratch.fill, sqlite_scratch.join_pieces
contains, contains_all = sqlite_texts.contains, sqlite_texts.contains_all
contains_pairs, occurs, position = sqlite_texts.contains_pairs, sqlite_texts.occurs, sqlite_texts.position
may_retry, is_full, is_away = sqlite_errors.may_retry, sqlite_errors.is_full, sqlite_errors.is_away
is_scratch_lost, is_unstorable = sqlite_errors.is_scratch_lost, sqlite_errors.is_unstorable
change_list, json_object = sqlite_json.change_list, sqlite_json.json_object
json_has, json_item, amount = sqlite_json.json_has, sqlite_json.json_item, sqlite_json.amount
_BEGIN = {Access.READ: "BEGIN", Access.LOAD: "BEGIN", Access.WRITE: "BEGIN IMMEDIATE"}


def engine(url: str) -> Engine:
    """Open an engine on a file in WAL mode, whose transactions begin as their `Access` asks."""
    memory.stop_counting()
    made = create_engine(
        url, connect_args={"timeout": 30, "check_same_thread": False, "uri": True}, pool_size=20, max_overflow=20
    )
    path = made.url.database or ""
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin)
    event.listen(made, "checkin", functools.partial(_end_turn, Copier(path)))
    return made


def commit_counter(engine: Engine) -> Callable[[], int | None]:
    """Ask a connection of its own for its `data_version` (https://sqlite.org/pragma.html#pragma_data_version)."""
    connection = engine.raw_connection()

    def count() -> int | None:
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA data_version")
            return int(cursor.fetchone()[0])  # type: ignore[index]
        except sqlite3.Error:
            return None

    return count


def options(access: Access, scratch: str | None) -> dict[str, Any]:
    """Say how to begin, and which scratch file to attach as the schema `scratch`."""
    return {"access": access, "scratch": scratch}


def append(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert; SQLite numbers by what it finds."""
    source, some = iter(rows), amounts.at_a_time(table)
    while held := list(itertools.islice(source, some)):
        insert(connection, table, table.columns.keys(), held)


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert by the driver, which takes half of the time that SQLAlchemy needs for as many rows."""
    kind = connection.dialect
    binds = [table.c[name].type.dialect_impl(kind).bind_processor(kind) for name in columns]
    bound = [bind(value) if bind else value for row in rows for bind, value in zip(binds, row, strict=True)]
    into = f"INSERT INTO {table.fullname} ({', '.join(columns)}) VALUES "  # noqa: S608 - our own names
    for statement, values in statements(into, f"({', '.join('?' * len(columns))})", len(columns), bound):
        connection.exec_driver_sql(statement, values)


def is_one_of(column: InstrumentedAttribute[Id], some: Sequence[Id]) -> ColumnElement[bool]:
    """Compare with one array in JSON, where IN would have a parameter for each."""
    told = literal(json.dumps([one.hex if isinstance(one, uuid.UUID) else one for one in some]), Text())
    return column.in_(select(func.json_each(told).table_valued("value").c.value))


def is_among(column: SQLColumnExpression[uuid.UUID], few: Select[uuid.UUID]) -> ColumnElement[bool]:
    """IN, which looks up each where the column is unique."""
    return column.in_(few)


def begin_filling(connection: Connection) -> None:
    """Do nothing: attaching has set up what is to be filled."""


def create_table(connection: Connection, table: Table, *, durable: bool) -> None:  # noqa: ARG001 - sealing does it
    """Create `table` in the attached file."""
    table.create(connection)


def block_id(prefix: str, number: ColumnElement[int]) -> ColumnElement[uuid.UUID]:
    """Join prefix and number in hexadecimal."""
    return type_coerce(func.printf("%s%012x", prefix, number), Uuid())


def last_of_each(
    table: Table,
    key: ColumnElement[str],
    order: ColumnElement[int],
    *,
    among: ColumnElement[bool],
    before: ColumnElement[int],  # noqa: ARG001 - joining the pieces does it
) -> Select[Any]:
    """GROUP BY: beside a lone max(), SQLite takes the other columns from the row that has it.

    The integer primary key counts by itself; a window function takes a second more.
    """
    columns = [func.max(column).label(column.name) if column is order else column for column in table.columns]
    told = (func.count().label("records"), null().label("place"))
    return select(*columns, *told).where(among).group_by(key).order_by(key)


def join_few(left: FromClause, right: FromClause, on: ColumnElement[bool]) -> FromClause:
    """Join from the left: an inner join would be turned round, and every row of `left` indexed for few of `right`."""
    return left.outerjoin(right, on)


def prefer_index_lookups(connection: Connection) -> None:
    """Do nothing: SQLite knows no other way to join."""


def prepare_search(connection: Connection) -> None:
    """Do nothing: SQLite makes one plan whatever the values."""


def lock_until_commit(connection: Connection, what: str) -> None:
    """Do nothing: there is one writer."""


def analyze(connection: Connection, table: Table, *columns: str) -> None:
    """Do nothing: slices are found by rowid and by unique key, whatever the figures say."""


def cut(connection: Connection) -> None:
    """Close the connection under SQLAlchemy's feet; the next statement finds it gone."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.close()


def _prepare(driver: sqlite3.Connection, _record: object) -> None:
    """Leave BEGIN to us, and set what SQLite forgets from connection to connection."""
    driver.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        f"cache_size=-{sqlite_scratch.CACHE}",
        "wal_autocheckpoint=0",  # an edit must not copy what an import has left
    ):
        driver.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    wanted = connection.get_execution_options()
    access = wanted.get("access", Access.WRITE)
    sqlite_scratch.attach(connection, wanted.get("scratch"), access)
    path = connection.engine.url.database
    if path and access is Access.WRITE and "turn" not in connection.info:
        connection.info["turn"] = turns.take(path)
        connection.info["changed_before"] = _changed(connection.connection.driver_connection)
    connection.exec_driver_sql(_BEGIN[access])


def _end_turn(log: Copier, driver: sqlite3.Connection | None, record: ConnectionPoolEntry) -> None:
    """Let the next one write, once what was written is committed or rolled back."""
    if (turn := record.info.pop("turn", None)) is not None:
        turn.close()
        log.note(max(0, _changed(driver) - record.info.pop("changed_before", 0)))  # one that was cut tells none


def _changed(driver: Any) -> int:
    """Return how many rows a connection has changed so far; none where it is gone."""
    try:
        return int(driver.total_changes) if driver is not None else 0
    except sqlite3.ProgrammingError:
        return 0
