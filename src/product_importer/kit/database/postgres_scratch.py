"""A scratch area on PostgreSQL: a schema with unlogged tables, which several connections fill at once."""

import itertools
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError

from product_importer.kit.database import postgres_errors

_FILLING = {
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "default_statistics_target": "30",
}
PIECE = 100_000  # rows that are worth a connection of their own
COUNTING = 0.28  # of what planning a row costs: a piece counts the keys before its own first
_HISTOGRAM = text(
    "SELECT reltuples AS rows, histogram_bounds::text::text[] AS bounds"
    " FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace"
    " JOIN pg_stats ON schemaname = nspname AND tablename = relname AND attname = :key"
    " WHERE pg_class.oid = CAST(:table AS regclass) AND histogram_bounds IS NOT NULL"
)


def create(engine: Engine, name: str) -> None:
    """Make the schema `name`."""
    with engine.begin() as connection:
        connection.execute(text(f'CREATE SCHEMA "{name}"'))


def drop(engine: Engine, prefix: str, *, keep: str | None = None) -> None:
    """Drop the schemas whose names begin with `prefix`; one that a frozen worker still fills is left to later."""
    named = text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix) ORDER BY nspname")
    with engine.begin() as connection:
        names = connection.scalars(named, {"prefix": prefix}).all()
    for name in names:
        if name != keep:
            _drop(engine, name)


def begin_filling(connection: Connection) -> None:
    """Keep to one process a statement, since several connections fill an area at once; do not compile, look at less."""
    connection.execute(select(*(func.set_config(name, value, True) for name, value in _FILLING.items())))


def create_table(connection: Connection, table: Table, *, durable: bool) -> None:
    """Create an unlogged table, for what it holds can be read from the file again; a logged one if `durable`."""
    table.create(connection)
    if not durable:
        connection.execute(text(f"ALTER TABLE {name_of(connection, table)} SET UNLOGGED"))


def cut_points(connection: Connection, table: Table, key: str, *, pieces: int) -> list[str]:
    """Take the cuts from the histogram that ANALYZE made, for as many pieces as are worth a connection each."""
    found = connection.execute(_HISTOGRAM, {"table": name_of(connection, table), "key": key}).one_or_none()
    if found is None:
        return []
    pieces = min(pieces, int(found.rows) // PIECE)
    shares = [(1 - COUNTING) ** piece for piece in range(pieces)]  # which makes all of them end at once
    ends = (end / sum(shares) for end in itertools.accumulate(shares[:-1]))
    return sorted({found.bounds[int(len(found.bounds) * end)] for end in ends})


def fill(connection: Connection, table: Table, rows: Select[Any], *, piece: int) -> int:  # noqa: ARG001
    """Insert: several connections may fill one table."""
    statement = insert(table).from_select(table.columns.keys(), rows)
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount


def join_pieces(connection: Connection, table: Table) -> None:
    """Do nothing: all pieces went into one table."""


def name_of(connection: Connection, table: Table) -> str:
    """Return the table's name as this connection has to write it, its schema in quotes."""
    schema = connection.get_execution_options().get("schema_translate_map", {}).get(table.schema, table.schema)
    return f'"{schema}".{table.name}' if schema else table.name


def _drop(engine: Engine, name: str) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'))
    except DBAPIError as error:
        if not postgres_errors.may_retry(error):
            raise
