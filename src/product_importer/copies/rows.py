"""The rows of a table in a form that is the same from both databases: as lines of JSON, and summed up."""

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Connection, LargeBinary, MetaData, Table, Uuid, select
from sqlalchemy.types import TypeDecorator

from product_importer.kit.database import amounts
from product_importer.kit.database.types import Moment, Money

SPACE = 2**128
Row = tuple[Any, ...]
_READ: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (Uuid, uuid.UUID),
    (Moment, dt.datetime.fromisoformat),
    (Money, Decimal),
    (LargeBinary, base64.b64decode),
)


@dataclass(slots=True)
class Sum:
    """A sum over lines in whatever order they come: how many, and their digests added up."""

    rows: int = 0
    total: int = 0

    def add(self, line: bytes) -> None:
        """Count one line."""
        digest = hashlib.blake2b(line, digest_size=16).digest()
        self.rows, self.total = self.rows + 1, (self.total + int.from_bytes(digest)) % SPACE

    def __str__(self) -> str:
        return f"{self.rows}:{self.total:032x}"


def as_stored(table: Table) -> Table:
    """Return the table with JSON as it lies there: a model that makes a value of it may leave something out."""
    made = table.to_metadata(MetaData())
    for column in made.columns:
        if isinstance(column.type, TypeDecorator) and isinstance(column.type.impl_instance, JSON):
            column.type = column.type.impl_instance
    return made


def read(connection: Connection, table: Table) -> Iterator[Row]:
    """Yield every row of the table with Python's own values, in no order, only some held at a time."""
    held = {"yield_per": amounts.at_a_time(table)}
    for some in connection.execute(select(as_stored(table)), execution_options=held).partitions():
        yield from map(tuple, some)


def line_of(row: Row) -> bytes:
    """Return the row as a line: the same for equal rows, whichever database they came from."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_told).encode()


def lines(rows: Iterable[Row], total: Sum) -> Iterator[bytes]:
    """Yield the lines of rows, and add them up on their way."""
    for row in rows:
        line = line_of(row)
        total.add(line)
        yield line


def summed(rows: Iterable[Row], total: Sum) -> Iterator[Row]:
    """Pass rows on, and add them up on their way."""
    for row in rows:
        total.add(line_of(row))
        yield row


def of_lines(table: Table, told: Iterable[bytes]) -> Iterator[Row]:
    """Yield the rows that `line_of` made lines of."""
    readers = [_reader(column.type) for column in table.columns]
    for line in told:
        values = zip(readers, json.loads(line), strict=True)
        yield tuple(value if value is None or read is None else read(value) for read, value in values)


def sum_of(connection: Connection, table: Table) -> Sum:
    """Return the sum over a table as it stands."""
    total = Sum()
    for row in read(connection, table):
        total.add(line_of(row))
    return total


def _reader(kind: object) -> Callable[[Any], Any] | None:
    return next((reader for known, reader in _READ if isinstance(kind, known)), None)


def _told(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} has no form in a copy")
