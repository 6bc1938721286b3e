"""An import's own scratch tables: every accepted record as it was read, and the plan that was made of them."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    select,
)
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.orm import Session

from product_importer.imports.models import ImportJob
from product_importer.imports.states import Outcome
from product_importer.kit import database
from product_importer.kit.database.face import Access
from product_importer.kit.database.types import Json, KeyText, Money

T = TypeVar("T")

CREATE, UPDATE, SAME, SKIP = 1, 2, 3, 4  # plan.kind: what the catalog looked like when the plan was made
KINDS = {Outcome.CREATED: CREATE, Outcome.UPDATED: UPDATE, Outcome.UNCHANGED: SAME, Outcome.SKIPPED: SKIP}

_kept = MetaData(schema="scratch")
_read = MetaData(schema="staging")  # not needed any more once the plan stands


def _values() -> list[Column[Any]]:
    """The columns of an accepted record, in the order in which `rows.Checker` makes them."""
    return [
        Column("line", BigInteger, nullable=False),
        Column("sku_key", KeyText, nullable=False),
        Column("sku", Text, nullable=False),
        Column("name", Text),
        Column("description", Text),
        Column("price", Money),
        Column("active", Boolean),
        Column("cleared", SmallInteger, nullable=False),
    ]


staged = Table("staged", _read, *_values())
plan = Table(
    "plan",
    _kept,
    Column("position", Integer, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("product_id", Uuid),
    Column("product_version", Integer),  # as it was compared
    Column("details", Json),  # of an update, as the journal will hold them
    Column("records", Integer),  # of the file with this key; none where counting them costs more than it saves
    *_values(),
    PrimaryKeyConstraint("position").ddl_if(dialect="sqlite"),  # the rowid itself
)
pictures = Table(  # only of a file that names pictures: what each record does, as JSON
    "pictures",
    _kept,
    Column("line", Integer, nullable=False),
    Column("urls", Text, nullable=False),
    PrimaryKeyConstraint("line"),
)
by_position = Index("ix_plan_position", plan.c.position).ddl_if(dialect="postgresql")  # made when the table is full
by_kind = Index("ix_plan_kind_position", plan.c.kind, plan.c.position)  # for whoever reviews the plan kind by kind
plan.indexes -= {by_position, by_kind}


def new_area(job: ImportJob) -> str:
    """Make an empty scratch area for this attempt; an earlier attempt that still lives writes only into its own."""
    name = f"import_{job.number}_{uuid.uuid4().hex[:8]}"
    database.face().create_scratch(database.engine(), name)
    return name


@contextmanager
def filling(area: str, *, durable: bool = False) -> Iterator[Session]:
    """Open the transaction in which the scratch area is filled; a `durable` one outlives a crash of the server."""
    with database.transaction(Access.LOAD, scratch=area) as session:
        session.info["durable"] = durable
        database.face().begin_filling(session.connection())
        yield session


def is_durable(session: Session) -> bool:
    """Return whether the scratch area being filled has to wait for a person."""
    return bool(session.info.get("durable"))


def create(session: Session, table: Table) -> None:
    """Create a table in the scratch area being filled."""
    database.face().create_table(session.connection(), table, durable=is_durable(session))


def empty(area: str) -> None:
    """Make the scratch area anew, for a file that must be read again."""
    database.face().drop_scratch(database.engine(), area)
    database.face().create_scratch(database.engine(), area)


def add(session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
    """Stage accepted records (see `_values`) as they come."""
    database.face().load(session.connection(), staged, rows, durable=is_durable(session))


def add_pictures(session: Session, rows: Iterable[tuple[int, str]]) -> None:
    """Stage the addresses of pictures of accepted records, when all of these are staged."""
    database.face().load(session.connection(), pictures, rows, durable=is_durable(session))


def intact(area: str | None, winners: int) -> bool:
    """Return whether the plan still stands: a crash of PostgreSQL empties it, and somebody may have removed it."""
    if area is None or not winners:
        return area is not None
    try:
        with database.transaction(Access.READ, scratch=area) as session:
            return session.scalar(select(plan.c.position).where(plan.c.position == winners)) is not None
    except DatabaseError as error:
        if not database.is_scratch_lost(error):  # a plan must not be made anew because somebody held a lock
            raise
        return False


def with_room(job: ImportJob, write: Callable[[], T]) -> T:
    """Write what became of the import; where the disk is full, its scratch areas make room: a retry makes them anew."""
    try:
        return write()
    except DBAPIError as error:
        if not database.is_full(error):
            raise
        drop(job)
        return write()


def drop(job: ImportJob, *, keep: str | None = None) -> None:
    """Remove the scratch areas of all attempts at this import, but for `keep`."""
    database.face().drop_scratch(database.engine(), f"import_{job.number}_", keep=keep)
