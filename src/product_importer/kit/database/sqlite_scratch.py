"""A scratch area on SQLite: a folder beside the database, a file for each schema that stands in it."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Insert,
    MetaData,
    Select,
    Table,
    func,
    insert,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from product_importer.kit.database.face import Access
from product_importer.kit.database.types import Money
from product_importer.kit.sqlite import apart
from product_importer.kit.sqlite.load import BLOCK, PAGE, Target, fill_elsewhere, fill_here

KEPT, READ = "scratch", "staging"  # schemas: what outlives the filling, and what it is made from
PIECE_OF = "piece_"  # how the schemas of pieces begin that wait to be joined
CACHE = 16_000  # KiB of pages that a connection keeps at most; at the usual 2,000 an import reads many of them twice
SORTING = 1_000  # KiB, as above, while a plan is made: what fits the processor's cache is sorted a fifth faster
FEW = 10  # blocks of rows for which no process is started
PIECE = 50_000  # rows that are worth a process of their own
SAMPLE = 100  # rows looked at for each piece that a table is cut into


def create(engine: Engine, name: str) -> None:
    """Make the folder; SQLite makes its files when they are attached."""
    _folder(engine, name).mkdir(parents=True, exist_ok=True)


def flush(engine: Engine, name: str) -> None:
    """Flush what is kept, which was filled without any journal."""
    handle = os.open(_file(engine, name, KEPT), os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(engine: Engine, name: str) -> None:
    """Flush what is kept before anything relies on it; let go of the rest."""
    flush(engine, name)
    _file(engine, name, READ).unlink(missing_ok=True)


def drop(engine: Engine, prefix: str, *, keep: str | None = None) -> None:
    """Remove the folders whose names begin with `prefix`, and close idle connections: what they attached takes room."""
    gone = [path for path in _folder(engine, prefix).parent.glob(f"{prefix}*") if path.name != keep]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    if gone:
        engine.dispose()


def attach(connection: Connection, name: str | None, access: Access) -> None:
    """Attach an area's files, read-only unless it is being filled: BEGIN IMMEDIATE would lock them otherwise."""
    filling = access is Access.LOAD
    wanted = (name, filling) if name else None
    if wanted == connection.info.get("scratch") and not filling:  # one to be filled may have been made anew
        return
    connection.exec_driver_sql(f"PRAGMA main.cache_size=-{SORTING if filling else CACHE}")
    for schema in connection.info.pop("attached", ()):
        connection.exec_driver_sql(f"DETACH DATABASE {schema}")
    connection.info["scratch"] = None
    if name:
        _attach_files(connection, name, filling=filling)
        connection.info["scratch"] = wanted


def load(
    connection: Connection,
    table: Table,
    rows: Iterable[Sequence[Any]],
    *,
    durable: bool,  # noqa: ARG001 - sealing does it
) -> None:
    """Make `table` and append `rows`, many of them in a process of its own; `Money` comes as plain decimal text."""
    blocks = _blocks(rows)
    first = list(itertools.islice(blocks, FEW))
    driver, (name, _) = connection.connection.driver_connection, connection.info["scratch"]
    try:
        if len(first) < FEW and isinstance(driver, sqlite3.Connection):
            fill_here(driver, _target(table, str(table.schema)), first)
        else:
            path = _file(connection.engine, name, str(table.schema))
            fill_elsewhere(str(path), _target(table, "main"), itertools.chain(first, blocks))
    except sqlite3.Error as error:
        raise OperationalError(f"load {table.name}", None, error) from error


def cut_points(connection: Connection, table: Table, key: str, *, pieces: int) -> list[str]:
    """Take the cuts from the keys of rows at equal distances, for as many pieces as are worth a process each."""
    rowid = literal_column("rowid", BigInteger())
    rows = connection.scalar(select(func.max(rowid)).select_from(table)) or 0
    pieces = min(pieces, rows // PIECE)
    if pieces < 2:
        return []
    chosen = rowid.in_(range(1, rows + 1, max(1, rows // (pieces * SAMPLE))))
    keys = connection.scalars(select(table.c[key]).where(chosen).order_by(table.c[key])).all()
    return sorted({keys[len(keys) * piece // pieces] for piece in range(1, pieces)})


def fill(connection: Connection, table: Table, rows: Select[Any], *, piece: int) -> int:
    """Insert the first piece here, and each other one in a process of its own into a file of its own."""
    statement = insert(table).from_select(list(table.columns), rows)
    if not piece:
        return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    try:
        return apart.run(_task(connection, table, statement, piece))
    except sqlite3.Error as error:
        raise OperationalError(f"fill {table.name}", None, error) from error


def join_pieces(connection: Connection, table: Table) -> None:
    """Append the pieces to the first in their order; the integer primary key goes on counting by itself."""
    name, _ = connection.info["scratch"]
    for path in _pieces(connection.engine, name):
        piece = table.to_metadata(MetaData(), schema=path.stem)
        number, *others = piece.columns
        rows = select(null(), *others).order_by(number)
        connection.execute(insert(table).from_select(list(table.columns), rows))
        path.unlink()


def _attach_files(connection: Connection, name: str, *, filling: bool) -> None:
    """Attach what is kept and, while an area is filled, what it is made from and the pieces that wait to be joined."""
    files = {KEPT: _file(connection.engine, name, KEPT)}
    if filling:
        files[READ] = _file(connection.engine, name, READ)
        files |= {path.stem: path for path in _pieces(connection.engine, name)}
    for schema, path in files.items():
        connection.exec_driver_sql(
            f"ATTACH DATABASE ? AS {schema}", (f"{path.as_uri()}?mode={'rwc' if filling else 'ro'}",)
        )
        connection.info.setdefault("attached", []).append(schema)
        if filling:
            connection.exec_driver_sql(f"PRAGMA {schema}.page_size={PAGE}")
            connection.exec_driver_sql(f"PRAGMA {schema}.journal_mode=OFF")
            connection.exec_driver_sql(f"PRAGMA {schema}.synchronous=OFF")


def _task(connection: Connection, table: Table, statement: Insert, piece: int) -> apart.Task:
    """Describe the piece as a process of its own has to be told: its file stands in the place of what is kept."""
    told, (name, _) = statement.compile(dialect=dialect(paramstyle="named")), connection.info["scratch"]
    files = {KEPT: f"{PIECE_OF}{piece:02}", READ: READ}
    return apart.Task(
        database=str(connection.engine.url.database),
        attached={schema: _file(connection.engine, name, file).as_uri() for schema, file in files.items()},
        written=KEPT,
        cache=SORTING,
        page=PAGE,
        create=str(CreateTable(table).compile(dialect=dialect())),
        insert=str(told),
        values=dict(told.params),
    )


def _target(table: Table, schema: str) -> Target:
    """Describe the table as whoever fills it has to name it; amounts become the whole cents in which they are kept."""
    naming: dict[str, Any] = {"schema_translate_map": {table.schema: schema}, "render_schema_translate": True}
    create = CreateTable(table).compile(dialect=dialect(), **naming)
    marks = ("CAST(round(? * 100) AS INTEGER)" if isinstance(column.type, Money) else "?" for column in table.columns)
    into = f"INSERT INTO {schema}.{table.name} VALUES "  # noqa: S608 - our own names
    return Target(str(create), into, f"({', '.join(marks)})", len(table.columns))


def _blocks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """Yield the values of some rows at a time, one after the other."""
    source = iter(rows)
    while block := list(itertools.chain.from_iterable(itertools.islice(source, BLOCK))):
        yield block


def _folder(engine: Engine, name: str) -> Path:
    return Path(f"{engine.url.database}.scratch").resolve() / name


def _file(engine: Engine, name: str, schema: str) -> Path:
    return _folder(engine, name) / f"{schema}.db"


def _pieces(engine: Engine, name: str) -> list[Path]:
    return sorted(_folder(engine, name).glob(f"{PIECE_OF}*"))
