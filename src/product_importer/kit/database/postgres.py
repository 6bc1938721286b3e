"""PostgreSQL's own way: COPY, unlogged scratch tables, sessions that cannot hold locks for ever, its error codes."""

import json
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Integer,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    Uuid,
    any_,
    cast,
    create_engine,
    func,
    literal,
    null,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from product_importer.kit.database import postgres_errors, postgres_json, postgres_scratch, postgres_texts
from product_importer.kit.database.face import Access, Id

SLICE = 20_000  # products
WALK = 100_000
SKU_BEFORE = "journal_entries.details #>> '{sku,0}'"
FILLERS = 16
create_scratch, drop_scratch = postgres_scratch.create, postgres_scratch.drop
begin_filling, create_table = postgres_scratch.begin_filling, postgres_scratch.create_table
cut_points, fill, join_pieces = postgres_scratch.cut_points, postgres_scratch.fill, postgres_scratch.join_pieces
contains, contains_all = postgres_texts.contains, postgres_texts.contains_all
contains_pairs, occurs, position = postgres_texts.contains_pairs, postgres_texts.occurs, postgres_texts.position
change_list, json_object = postgres_json.change_list, postgres_json.json_object
json_has, json_item, amount = postgres_json.json_has, postgres_json.json_item, postgres_json.amount
may_retry, is_full, is_away = postgres_errors.may_retry, postgres_errors.is_full, postgres_errors.is_away
is_scratch_lost, is_unstorable = postgres_errors.is_scratch_lost, postgres_errors.is_unstorable
_SESSION = {"lock_timeout": "30s", "idle_in_transaction_session_timeout": "60s", "timezone": "UTC"}


def engine(url: str) -> Engine:
    """Open an engine whose sessions give up their locks when their worker freezes."""
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
            "keepalives_idle": 30,
            "connect_timeout": 10,
            "application_name": "product-importer",
        },
    )


def options(access: Access, scratch: str | None) -> dict[str, Any]:
    """Make a reading transaction read only, and `scratch` the name of the job's own schema."""
    return {
        "postgresql_readonly": access is Access.READ,
        "schema_translate_map": {"scratch": scratch, "staging": scratch},
    }


def commit_counter(engine: Engine) -> Callable[[], int | None]:  # noqa: ARG001 - the face has it
    """Know nothing: PostgreSQL would have to be asked like for anything else."""
    return lambda: None


def load(connection: Connection, table: Table, rows: Iterable[Sequence[Any]], *, durable: bool) -> None:
    """Append `rows` by COPY: the server takes them in while the next ones are being made."""
    create_table(connection, table, durable=durable)
    insert(connection, table, table.columns.keys(), rows)


def append(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Append by COPY, JSON as its text, and let the table's sequence go on behind the highest number."""
    kept = [index for index, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    told = (_with_json_text(row, kept) for row in rows) if kept else rows
    insert(connection, table, table.columns.keys(), told)
    for column in table.primary_key.columns:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        if sequence is not None:
            highest = select(func.coalesce(func.max(column), 0)).scalar_subquery()
            connection.execute(select(func.setval(sequence, highest + 1, False)))


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert by COPY, which takes both sides a quarter of the time of as many INSERTs."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"a psycopg connection was expected, not {type(driver).__name__}")
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {postgres_scratch.name_of(connection, table)} ({names}) FROM STDIN") as copy,
    ):
        write = copy.write_row
        for row in rows:
            write(row)


def is_one_of(column: InstrumentedAttribute[Id], some: Sequence[Id]) -> ColumnElement[bool]:
    """Compare with one array, where IN would have a parameter for each."""
    found: ColumnElement[bool] = column == any_(literal(list(some), ARRAY(column.expression.type)))
    return found


def is_among(column: SQLColumnExpression[uuid.UUID], few: Select[uuid.UUID]) -> ColumnElement[bool]:
    """Compare with one array: of what IN selects it would be guessed that it is much, and the list gone along."""
    return column == any_(func.array(few.scalar_subquery()))


def flush_scratch(engine: Engine, name: str) -> None:
    """Do nothing: a crash of the server empties an unlogged table whole, and that can be seen."""


seal_scratch = flush_scratch


def block_id(prefix: str, number: ColumnElement[int]) -> ColumnElement[uuid.UUID]:
    """Join prefix and number in hexadecimal."""
    return cast(literal(prefix).concat(func.lpad(func.to_hex(number), 12, "0")), Uuid())


def last_of_each(
    table: Table,
    key: ColumnElement[str],
    order: ColumnElement[int],
    *,
    among: ColumnElement[bool],
    before: ColumnElement[int],
) -> Select[Any]:
    """DISTINCT ON, and counting along the order in which its rows come anyway."""
    last = select(table).where(among).ext(distinct_on(key)).order_by(key, order.desc()).subquery()
    place = func.row_number().over(order_by=last.c[str(key.key)]) + before
    return select(last, cast(null(), Integer()).label("records"), place.label("place"))


def join_few(left: FromClause, right: FromClause, on: ColumnElement[bool]) -> FromClause:
    """Join; before version 16 an outer join would keep to one process."""
    return left.join(right, on)


def prefer_index_lookups(connection: Connection) -> None:
    """Forbid hash and merge joins: for each slice they would read the whole product table (16 s instead of 3)."""
    off = (func.set_config(f"enable_{join}", "off", True) for join in ("hashjoin", "mergejoin"))
    connection.execute(select(*off))


def prepare_search(connection: Connection) -> None:
    """Forbid a plan for any values: asked the tenth time, a search took 1,000 ms instead of 180.

    With the usual 4 MB an index that names 90,000 of five million rows keeps in mind their pages only, and all rows of
    these are looked at again (500 ms instead of 150).
    """
    wanted = {"plan_cache_mode": "force_custom_plan", "work_mem": "32MB"}
    connection.execute(select(*(func.set_config(name, value, True) for name, value in wanted.items())))


def lock_until_commit(connection: Connection, what: str) -> None:
    """Take an advisory lock of that name."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(literal(what, Text())))))


def analyze(connection: Connection, table: Table, *columns: str) -> None:
    """ANALYZE, without which a table of this transaction is planned as if it held a few hundred rows."""
    connection.execute(text(f"ANALYZE {postgres_scratch.name_of(connection, table)} ({', '.join(columns)})"))


def cut(connection: Connection) -> None:
    """Close the connection under SQLAlchemy's feet; the next statement finds it gone."""
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.close()


def _with_json_text(row: Sequence[Any], kept: Sequence[int]) -> list[Any]:
    told = list(row)
    for index in kept:
        told[index] = None if row[index] is None else json.dumps(row[index])
    return told
