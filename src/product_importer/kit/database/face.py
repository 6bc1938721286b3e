"""What the two databases do each in their own way, stated once; `postgres` and `sqlite` are its two makers."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, Select, SQLColumnExpression, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

Pairs = Mapping[str, tuple[ColumnElement[Any], ColumnElement[Any]]]
Id = TypeVar("Id", bound=uuid.UUID | int)


class Access(StrEnum):
    """What a transaction may touch.

    READ: nothing is written. WRITE: the catalog and everything in the main database; a scratch area is
    read. LOAD: a scratch area is filled from the main database, which is only read.
    """

    READ = "read"
    WRITE = "write"
    LOAD = "load"


class Face(Protocol):
    """The calls that differ between SQLite and PostgreSQL."""

    SLICE: int  # products that one merge transaction writes at most
    SKU_BEFORE: str  # the SKU that an entry of the journal says was changed, as an index has it
    WALK: int  # keys that are gone along in an index where more are quicker counted
    FILLERS: int  # connections that work on one scratch area at a time at most

    def engine(self, url: str) -> Engine:
        """Open an engine with this database's safety settings."""
        ...

    def options(self, access: Access, scratch: str | None) -> dict[str, Any]:
        """Return the execution options by which a connection keeps to `access` and sees `scratch`."""
        ...

    def load(self, connection: Connection, table: Table, rows: Iterable[Sequence[Any]], *, durable: bool) -> None:
        """Create `table` and append `rows`, whose values stand in its order, by this database's fastest way.

        It comes first of all that fills a scratch area.
        """
        ...

    def append(self, connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Append `rows`, as they were selected from a table of the same columns; numbers go on behind theirs."""
        ...

    def insert(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Insert many `rows`, whose values stand in the order of `columns`; no JSON, and defaults are the table's."""
        ...

    def is_one_of(self, column: InstrumentedAttribute[Id], some: Sequence[Id]) -> ColumnElement[bool]:
        """Return whether the column is one of some thousand ids or numbers."""
        ...

    def is_among(self, column: SQLColumnExpression[uuid.UUID], few: Select[uuid.UUID]) -> ColumnElement[bool]:
        """Return whether the column, which is indexed, is among some thousand at most, to begin with these."""
        ...

    def create_scratch(self, engine: Engine, name: str) -> None:
        """Make the empty scratch area `name`: a schema that holds one job's own tables."""
        ...

    def begin_filling(self, connection: Connection) -> None:
        """Set up the transaction for statements over a whole scratch area."""
        ...

    def create_table(self, connection: Connection, table: Table, *, durable: bool) -> None:
        """Create `table` in the scratch area of `connection`, without a log where that can be had unless `durable`."""
        ...

    def flush_scratch(self, engine: Engine, name: str) -> None:
        """Make what a filled scratch area keeps as durable as this database can, while it is still read."""
        ...

    def seal_scratch(self, engine: Engine, name: str) -> None:
        """Flush a filled scratch area, and let go of what it was made from; from here on it is only read."""
        ...

    def drop_scratch(self, engine: Engine, prefix: str, *, keep: str | None = None) -> None:
        """Remove every scratch area whose name begins with `prefix`, but for `keep`."""
        ...

    def block_id(self, prefix: str, number: ColumnElement[int]) -> ColumnElement[uuid.UUID]:
        """Return the UUID made of an `ids.block_prefix` and a row number."""
        ...

    def change_list(self, pairs: Pairs) -> ColumnElement[Any]:
        """Return JSON `{field: [before, after]}` of those pairs that differ; amounts are strings."""
        ...

    def json_object(self, values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
        """Return a JSON object as text, written as the API writes it: amounts as text, moments in UTC; no ids."""
        ...

    def json_has(self, details: ColumnElement[Any], field: str) -> ColumnElement[bool]:
        """Return whether the JSON object `details` has `field`."""
        ...

    def json_item(
        self, details: ColumnElement[Any], field: str, place: int, type_: TypeEngine[Any]
    ) -> ColumnElement[Any]:
        """Return item `place` of the array `details[field]`, as `change_list` wrote it for a column of `type_`."""
        ...

    def amount(self, value: ColumnElement[Any]) -> ColumnElement[str | None]:
        """Return an amount as text with two places."""
        ...

    def contains(self, column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
        """Return whether `text`, all of it literal and without NUL, occurs in the column in any case of its letters."""
        ...

    def contains_all(self, table: type[Any], words: Sequence[str]) -> ColumnElement[bool]:
        """Return whether `table.text`, on which a trigram index stands, contains all words of 3 characters or more."""
        ...

    def contains_pairs(self, table: type[Any], pairs: Sequence[str], letters: Sequence[str]) -> ColumnElement[bool]:
        """Return what that index tells of pairs of letters, where the text has no other character than `letters`.

        True for all that contain each pair, and for all texts where the index cannot be asked.
        """
        ...

    def occurs(self, text: ColumnElement[Any], part: str) -> ColumnElement[bool]:
        """Return whether `part` occurs in `text`, both of them folded."""
        ...

    def position(self, text: ColumnElement[Any], part: str) -> ColumnElement[int]:
        """Return where `part` first occurs in `text`, counted from 1; 0 where it does not."""
        ...

    def last_of_each(
        self,
        table: Table,
        key: ColumnElement[str],
        order: ColumnElement[int],
        *,
        among: ColumnElement[bool],
        before: ColumnElement[int],
    ) -> Select[Any]:
        """Return the rows that have the highest `order` of their `key` among some rows, in the order of the keys.

        `records` says how many there are of the key, or nothing where counting costs more than it saves; `place`
        is the row's number, for an integer primary key that `fill` inserts into: the first one's follows `before`.
        """
        ...

    def cut_points(self, connection: Connection, table: Table, key: str, *, pieces: int) -> list[str]:
        """Return the keys that cut an analyzed table into at most so many pieces to be filled at once, in order."""
        ...

    def fill(self, connection: Connection, table: Table, rows: Select[Any], *, piece: int) -> int:
        """Insert `rows` as one piece, counted from 0, of a scratch table, and return how many they are."""
        ...

    def join_pieces(self, connection: Connection, table: Table) -> None:
        """Put the pieces of a scratch table together in their order, when all are filled."""
        ...

    def join_few(self, left: FromClause, right: FromClause, on: ColumnElement[bool]) -> FromClause:
        """Join the few rows of `right` to those of `left` that have one; others may be left beside nothing."""
        ...

    def prefer_index_lookups(self, connection: Connection) -> None:
        """Join by nested loops over an index for the rest of the transaction, whatever the planner thinks cheaper."""
        ...

    def prepare_search(self, connection: Connection) -> None:
        """Plan each statement of this transaction for its own values, with room for what an index finds."""
        ...

    def lock_until_commit(self, connection: Connection, what: str) -> None:
        """Take the lock that is called `what` until this transaction ends; wait for whoever holds it."""
        ...

    def commit_counter(self, engine: Engine) -> Callable[[], int | None]:
        """Return what tells a number that moves once any other connection has committed; cheap to ask, in one thread.

        It tells none where the database has no such number, or cannot be asked.
        """
        ...

    def analyze(self, connection: Connection, table: Table, *columns: str) -> None:
        """Refresh the planner's figures for these columns of a table that was just filled."""
        ...

    def may_retry(self, error: DBAPIError) -> bool:
        """Return whether `error` is a deadlock, a serialisation failure or a lock time-out."""
        ...

    def is_full(self, error: DBAPIError) -> bool:
        """Return whether `error` says that the disk is full."""
        ...

    def is_away(self, error: DBAPIError) -> bool:
        """Return whether `error` says that the database cannot be reached or is held by somebody else."""
        ...

    def is_scratch_lost(self, error: DBAPIError) -> bool:
        """Return whether `error` says that a scratch area, or a table of it, is not there or is damaged."""
        ...

    def is_unstorable(self, error: DBAPIError) -> bool:
        """Return whether `error` says that a text has a character for which the database has no place."""
        ...

    def cut(self, connection: Connection) -> None:
        """Drop the connection as a network fault would."""
        ...
