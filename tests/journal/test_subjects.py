"""A subject finds its entries among millions of others: by its batches, and in each of these by the key."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event, false, literal, null, select, union_all

from product_importer.journal import actors, queries, record
from product_importer.journal.models import Batch
from product_importer.journal.types import PRODUCT_UPDATED
from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests import makers

BY_KEY = "batch_id=? AND subject_id=?"


@pytest.fixture
def asked(sqlite_url: str, tmp_path: Path) -> Iterator[list[tuple[str, Any]]]:
    """Statements as they are sent to SQLite, with their values."""
    runtime.start(Settings(data_dir=tmp_path, database_url=sqlite_url))
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_more: object) -> None:
        sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)
    database.engine().dispose()
    tasks.use(None)


def plan_of(asked: list[tuple[str, Any]], sign: str) -> str:
    """Return what the database intends with the statement that was sent last and holds the sign."""
    statement, values = next(one for one in reversed(asked) if sign in one[0] and "EXPLAIN" not in one[0])
    with database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row) for row in plan)


def write(*subjects: uuid.UUID) -> None:
    with database.transaction() as session:
        batch = record.open_batch(session, PRODUCT_UPDATED, actor="user:anna")
        told = union_all(*(select(literal(one).label("id")) for one in subjects)).subquery()
        rows: Select[Any] = select(told.c.id, null(), literal(2), null(), null())
        assert record.add_all(session, batch, rows) == len(subjects)


def test_each_subject_of_a_batch_is_found_and_no_other(started: Settings) -> None:
    first, between, missing, last, alone = sorted(uuid.uuid4() for _ in range(5))
    write(between, last, first)
    write(alone)
    write(between)
    with database.reading() as session:
        found = [len(queries.history(session, one).items) for one in (first, between, missing, last, alone)]
        both = queries.page(session, queries.Wanted(subjects=frozenset({first, alone}))).items
        nobody = queries.page(session, queries.Wanted(subjects=frozenset())).items
        ends = session.execute(select(Batch.first_subject, Batch.last_subject).order_by(Batch.id)).all()
    assert found == [1, 2, 0, 1, 1]
    assert ([one.subject_id for one in both], nobody) == ([alone, first], [])
    assert ends == [(first, last), (alone, alone), (between, between)]


def test_a_batch_without_entries_is_in_no_history(started: Settings) -> None:
    with database.transaction() as session:
        batch = record.open_batch(session, PRODUCT_UPDATED, actor="user:anna")
        nobody = select(literal(uuid.uuid4()).label("id")).where(false()).subquery()
        nothing: Select[Any] = select(nobody.c.id, null(), literal(2), null(), null())
        assert record.add_all(session, batch, nothing) == 0
        assert session.execute(select(Batch.first_subject, Batch.last_subject)).one() == (None, None)


def test_no_look_for_a_subject_goes_through_the_entries_of_others(asked: list[tuple[str, Any]]) -> None:
    for look in (actors.last_of, queries.history):
        with database.reading() as session:
            assert not getattr(look(session, uuid.uuid4()), "items", None)
        plan = plan_of(asked, "journal_entries.subject_id IN")
        found = [sign in plan for sign in (BY_KEY, "ix_journal_batches_alone", "ix_journal_batches_wide")]
        assert found == [True, True, True], plan


def test_an_undo_asks_for_later_entries_by_their_key(asked: list[tuple[str, Any]]) -> None:
    """In the order of the entries, each product that is kept would go through all that imports have written since."""
    makers.import_file(makers.csv_file("A,Lamp,,5.00"))
    import_id = makers.make_import(makers.csv_file("A,Mug,,5.00"))
    makers.run_import_to_end(import_id)
    makers.edit_product("A", name="Bowl")
    makers.undo_import(import_id)
    plan = plan_of(asked, "INSERT INTO import_undo_kept")
    assert any("later" in step and BY_KEY in step for step in plan.split("\n")), plan
