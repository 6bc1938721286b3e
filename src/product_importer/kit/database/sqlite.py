"""SQLite's own way: WAL, one writer at a time, a scratch area in a file of its own beside the database."""

import functools
import itertools
import json
import sqlite3
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    Uuid,
    and_,
    case,
    cast,
    create_engine,
    event,
    func,
    literal,
    null,
    select,
    true,
    type_coerce,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeEngine

from product_importer.kit import folding
from product_importer.kit.database import amounts, sqlite_scratch, turns
from product_importer.kit.database.face import Access, Id, Pairs
from product_importer.kit.database.types import Moment, Money
from product_importer.kit.sqlite import memory
from product_importer.kit.sqlite.load import statements
from product_importer.kit.sqlite.wal import Copier

SLICE = 10_000  # products: about 60 ms for whoever waits to write
WALK = sys.maxsize  # half a million are gone along in 7 ms
SKU_BEFORE = "json_extract(journal_entries.details, '$.sku[0]')"
FILLERS = 8  # SQLite attaches 10 files at most
LETTERS = 2_000  # that may stand beside a pair: 30 µs each
create_scratch, drop_scratch = sqlite_scratch.create, sqlite_scratch.drop
flush_scratch, seal_scratch = sqlite_scratch.flush, sqlite_scratch.seal
load, cut_points = sqlite_scratch.load, sqlite_scratch.cut_points
fill, join_pieces = sqlite_scratch.fill, sqlite_scratch.join_pieces
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


def change_list(pairs: Pairs) -> ColumnElement[Any]:
    """Join the text of those that differ, each behind a comma: half the time of SQLite's own functions for objects."""
    parts: ColumnElement[str] = literal("", Text())
    for field, (before, after) in pairs.items():
        both = literal(f',"{field}":', Text()).concat(func.json_array(_plain(before), _plain(after)))
        parts = parts.concat(case((before.is_distinct_from(after), both), else_=""))
    return type_coerce(literal("{", Text()).concat(func.substr(parts, 2)).concat("}"), JSON())


def json_object(values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Take the object's text as SQLite writes it; a moment is kept without the zone, which is UTC."""
    parts: list[Any] = []
    for name, value in values.items():
        moment = func.replace(type_coerce(value, Text()), " ", "T").concat("Z")
        parts += [literal(name, Text()), moment if isinstance(value.type, Moment) else _plain(value)]
    return func.json_object(*parts, type_=Text())


def json_has(details: ColumnElement[Any], field: str) -> ColumnElement[bool]:
    """Ask for the type of what is at that key, which JSON's null has too."""
    return func.json_type(details, f"$.{field}").is_not(None)


def json_item(details: ColumnElement[Any], field: str, place: int, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Take the item as SQLite's own value; an amount, always with two places, becomes cents without its point."""
    item = func.json_extract(details, f"$.{field}[{place}]")
    return type_coerce(cast(func.replace(item, ".", ""), BigInteger()) if isinstance(type_, Money) else item, type_)


def amount(value: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Put the point into the cents."""
    return type_coerce(_plain(value), Text())


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """GLOB, for LIKE knows the cases of ASCII only; LIKE goes first, for it is several times faster.

    What LIKE does not know is any one character to it: letters beyond ASCII, and k and s, which have cases there.
    """
    loose = "".join(f"\\{sign}" if sign in "%_\\" else sign if _told_by_like(sign) else "_" for sign in text)
    exact = folding.pattern(text, lambda sign: f"[{sign}]" if sign in "*?[" else sign)
    return and_(column.like(f"%{loose}%", escape="\\"), column.op("GLOB", is_comparison=True)(f"*{exact}*"))


def contains_all(table: type[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """Ask FTS5, to which a word in quotes is a run of trigrams."""
    return _found(table, " AND ".join(map(_quoted, words)))


def contains_pairs(table: type[Any], pairs: Sequence[str], letters: Sequence[str]) -> ColumnElement[bool]:
    """Ask for each letter before a pair and each behind it: one of them is there wherever the pair stands."""
    if not 0 < len(letters) <= LETTERS:
        return true()
    beside = ([part for letter in letters for part in (pair + letter, letter + pair)] for pair in pairs)
    return _found(table, " AND ".join(f"({' OR '.join(map(_quoted, parts))})" for parts in beside))


def occurs(text: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """LIKE, which takes half of the time of instr; it knows no case of what is folded."""
    return text.contains(part, autoescape=True)


def position(text: ColumnElement[Any], part: str) -> ColumnElement[int]:
    """Ask instr."""
    return func.instr(text, part)


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


def _found(table: type[Any], question: str) -> ColumnElement[bool]:
    """Join with what FTS5 finds, one by one, for IN would look up all of it before anything is read."""
    search = sql_table("product_search", sql_column("rowid"), sql_column("product_search"))
    asked = search.c.product_search.op("MATCH", is_comparison=True)(question)
    return and_(search.c.rowid == table.number, asked)


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


def _told_by_like(sign: str) -> bool:
    return sign.isascii() and folding.cases_of(sign).isascii()


def _plain(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Show cents as an amount and a flag as JSON's true or false."""
    if isinstance(value.type, Money):
        cents = type_coerce(value, BigInteger())
        return case((value.is_not(None), func.printf("%d.%02d", cents // 100, cents % 100)))
    if isinstance(value.type, Boolean):
        return case((value.is_(True), func.json("true")), (value.is_(False), func.json("false")))
    return value
