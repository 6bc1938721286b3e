"""Scratch areas: whether a plan still stands, and that nobody else's is touched."""

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError

from product_importer.imports import changes, chores, preparation, staging
from product_importer.imports.models import ImportJob
from product_importer.imports.states import Outcome, State
from product_importer.kit import clock, database
from tests.makers import csv_file, import_file, job_of, make_import, run_import_to_end, seen_import

pytestmark = pytest.mark.usefixtures("started")

GOOD = csv_file("A-1,Mug,,1.00", "B-2,Lamp,,2.00")


@pytest.fixture
def area() -> str:
    """The scratch area of an import that stands before its first slice."""
    return area_of(planned())


def planned() -> uuid.UUID:
    import_id = make_import(GOOD)
    assert preparation.prepare(import_id)
    return import_id


def area_of(import_id: uuid.UUID) -> str:
    area = job_of(import_id).scratch
    assert area is not None
    return area


def file_of(area: str) -> Path:
    return Path(f"{database.engine().url.database}.scratch", area, "scratch.db")


def remove(area: str) -> None:
    database.face().drop_scratch(database.engine(), area)


def damage(area: str) -> None:
    """Spoil the area as a crash may: emptied on PostgreSQL, full of rubbish on SQLite."""
    engine = database.engine()
    engine.dispose()
    if engine.dialect.name == "sqlite":
        file_of(area).write_bytes(b"no database at all" * 1_000)
        return
    with engine.begin() as connection:
        connection.execute(text(f'TRUNCATE "{area}".plan'))


@contextmanager
def held(area: str) -> Iterator[None]:
    """Keep the area locked, while nobody waits for a lock."""
    engine = database.engine()
    patience = "PRAGMA busy_timeout = 0" if engine.dialect.name == "sqlite" else "SET lock_timeout = '1ms'"

    def hurry(driver: Any, _record: object) -> None:
        driver.execute(patience)
        driver.commit()

    engine.dispose()
    event.listen(engine, "connect", hurry)
    try:
        with closing(holder(area)):
            yield
    finally:
        event.remove(engine, "connect", hurry)
        engine.dispose()


def holder(area: str) -> Any:
    """Return a connection that has locked the area."""
    engine = database.engine()
    if engine.dialect.name == "sqlite":
        locked = sqlite3.connect(file_of(area), isolation_level=None)
        locked.execute("BEGIN EXCLUSIVE")
        return locked
    connection = engine.connect()
    connection.execute(text(f'LOCK TABLE "{area}".plan IN ACCESS EXCLUSIVE MODE'))
    return connection


def test_a_plan_that_stands_is_intact(area: str) -> None:
    assert staging.intact(area, winners=2)


def test_a_plan_of_nothing_is_intact_where_an_area_was_made(area: str) -> None:
    assert staging.intact(area, winners=0)
    assert not staging.intact(None, winners=0)


@pytest.mark.parametrize("spoil", [remove, damage])
def test_a_plan_that_is_gone_is_not_intact(area: str, spoil: Callable[[str], None]) -> None:
    spoil(area)
    assert not staging.intact(area, winners=2)


def test_a_plan_that_somebody_holds_is_not_taken_for_gone(area: str) -> None:
    with held(area), pytest.raises(DBAPIError) as caught:
        staging.intact(area, winners=2)
    assert database.may_retry(caught.value)
    assert staging.intact(area, winners=2)


def test_changes_that_cannot_be_read_now_do_not_send_a_person_back_to_the_file() -> None:
    import_id = make_import(GOOD, review=True)
    run_import_to_end(import_id)
    job = job_of(import_id)
    with held(area_of(import_id)), pytest.raises(DBAPIError):
        changes.page(job, Outcome.CREATED)
    assert len(changes.page(job, Outcome.CREATED).items) == 2


@pytest.mark.parametrize("spoil", [remove, damage])
def test_an_import_whose_plan_is_gone_is_read_again(spoil: Callable[[str], None]) -> None:
    import_id = planned()
    spoil(area_of(import_id))
    assert run_import_to_end(import_id).counts.created == 2


def test_an_import_that_ends_drops_its_own_areas_and_no_others() -> None:
    import_file(GOOD)
    other = area_of(planned())
    run_import_to_end(make_import(GOOD))
    assert staging.intact(other, winners=2)


def test_what_a_worker_left_behind_is_cleared_away_a_minute_after_the_end() -> None:
    import_id = planned()
    area = area_of(import_id)
    with database.transaction() as session:
        session.execute(update(ImportJob).values(state=State.CANCELLED, finished_at=clock.now()))
    assert chores.drop_scratch.run() == 0
    assert staging.intact(area, winners=2)
    with database.transaction() as session:
        session.execute(update(ImportJob).values(finished_at=clock.now() - clock.seconds(61)))
    assert chores.drop_scratch.run() == 1
    assert not staging.intact(area, winners=2)
    assert chores.drop_scratch.run() == 0


def test_the_chore_leaves_imports_at_work_alone() -> None:
    import_id = planned()
    assert chores.drop_scratch.run() == 0
    assert run_import_to_end(import_id).state is State.COMPLETED
    assert seen_import(import_id).counts.created == 2
