"""PostgreSQL's own way: COPY, unlogged scratch tables, sessions that cannot hold locks for ever, its error codes."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Integer,
    Numeric,
    Select,
    SQLColumnExpression,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    create_engine,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from product_importer.kit import folding
from product_importer.kit.database import postgres_errors, postgres_scratch
from product_importer.kit.database.face import Access, Id, Pairs
from product_importer.kit.database.types import Moment, Money

SLICE = 20_000  # products
WALK = 100_000
SKU_BEFORE = "journal_entries.details #>> '{sku,0}'"
FILLERS = 16
LETTERS = 120  # that may follow a pair: more are too many for pg_trgm
SHORT = 3  # characters
create_scratch, drop_scratch = postgres_scratch.create, postgres_scratch.drop
begin_filling, create_table = postgres_scratch.begin_filling, postgres_scratch.create_table
cut_points, fill, join_pieces = postgres_scratch.cut_points, postgres_scratch.fill, postgres_scratch.join_pieces
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


def change_list(pairs: Pairs) -> ColumnElement[Any]:
    """Build the object with every pair, those that are equal as null, and strip the nulls."""
    parts: list[ColumnElement[Any]] = []
    for field, (before, after) in pairs.items():
        both = func.jsonb_build_array(_plain(before), _plain(after))
        parts += [literal(field, Text()), case((before.is_distinct_from(after), both))]
    return func.jsonb_strip_nulls(func.jsonb_build_object(*parts), type_=JSONB())


def json_object(values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Build JSON, not JSONB, which would sort the keys."""
    parts: list[Any] = []
    for name, value in values.items():
        moment = func.to_char(func.timezone("UTC", value), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        parts += [literal(name, Text()), moment if isinstance(value.type, Moment) else _plain(value)]
    return cast(func.json_build_object(*parts), Text())


def json_has(details: ColumnElement[Any], field: str) -> ColumnElement[bool]:
    """Ask whether there is anything at that key, be it JSON's null."""
    return func.jsonb_extract_path(details, literal(field, Text())).is_not(None)


def json_item(details: ColumnElement[Any], field: str, place: int, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Take the item as text, JSON's null as none, and cast it."""
    text_ = func.jsonb_extract_path_text(details, literal(field, Text()), literal(str(place), Text()), type_=Text())
    return cast(text_, type_)


def amount(value: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Cast it: NUMERIC(12,2) keeps both places."""
    return cast(value, Text())


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """A regular expression: ILIKE folds as the database's locale does, and no two need agree."""
    wanted = folding.pattern(text, lambda sign: sign if sign.isalnum() or not sign.isascii() else f"\\{sign}")
    return column.regexp_match(literal(wanted, Text()))


def contains_all(table: type[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """LIKE, which the trigram index knows."""
    return and_(*(table.text.contains(word, autoescape=True) for word in words))


def contains_pairs(table: type[Any], pairs: Sequence[str], letters: Sequence[str]) -> ColumnElement[bool]:
    """A regular expression, of which pg_trgm makes 128 trigrams at most; of the end of a text it makes none."""
    if not 0 < sum(letter.isalnum() or not letter.isascii() for letter in letters) <= LETTERS:
        return true()
    follows = "".join(letter if letter.isalnum() or not letter.isascii() else f"\\{letter}" for letter in letters)
    within = (table.text.regexp_match(literal(f"{pair}[{follows}]", Text())) for pair in pairs)
    return and_(*(or_(inside, table.text.endswith(pair)) for inside, pair in zip(within, pairs, strict=True)))


def occurs(text: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """LIKE for short parts, for which it is quicker; for long ones strpos, which looks for their end first."""
    return text.contains(part, autoescape=True) if len(part) <= SHORT else position(text, part) > 0


def position(text: ColumnElement[Any], part: str) -> ColumnElement[int]:
    """Ask strpos, which does not look at every character; position() is the same."""
    return func.strpos(text, part)


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


def _plain(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(value, Text()) if isinstance(value.type, Money | Numeric) else value
