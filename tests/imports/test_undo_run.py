"""The undo as a job: crashed, overtaken, ended and asked for again, each product is taken back once."""

import threading
import uuid

import pytest
from sqlalchemy import update

from product_importer.imports.models import Undo
from product_importer.imports.states import State, UndoState
from product_importer.imports.undoing import undo_actions, undo_run
from product_importer.kit import clock, database, tasks
from product_importer.kit.failpoints import Injected
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import leases, sweeper
from tests.makers import (
    csv_file,
    import_file,
    journal_lines,
    run_undo_to_end,
    seen_import,
    start_undo,
    stored_products,
    undo_of,
)

pytestmark = pytest.mark.usefixtures("started")
ROWS = [f"N-{number:02},Mug,,1.00" for number in range(30)]


@pytest.fixture
def imported(started: Settings, monkeypatch: pytest.MonkeyPatch) -> uuid.UUID:
    """An import of thirty new products in three batches."""
    monkeypatch.setattr(database.face(), "SLICE", 10)
    return import_file(csv_file(*ROWS)).task_id


def fail_at(monkeypatch: pytest.MonkeyPatch, place: str, undo_id: uuid.UUID) -> None:
    """Be a worker whom an error meets at a failpoint."""
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    with pytest.raises(Injected):
        undo_run.run_undo.run(undo_id)
    monkeypatch.delenv("FAILPOINTS")


def deletions(import_id: uuid.UUID) -> int:
    return sum(line[0] == "product.deleted" for line in journal_lines(import_id))


PLACES = ("begun", "locked", "journalled", "written", "before-commit", "after-commit")


@pytest.mark.parametrize("place", [f"undo.batch.{place}" for place in PLACES])
def test_an_error_in_a_batch_costs_an_attempt_and_no_product(
    imported: uuid.UUID, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    undo_id = start_undo(imported)
    fail_at(monkeypatch, place, undo_id)
    taken = 10 if place == "undo.batch.after-commit" else 0
    assert (len(stored_products()), undo_of(imported).deleted) == (30 - taken, taken)
    run_undo_to_end(undo_id)
    assert (stored_products(), deletions(imported), undo_of(imported).deleted) == ({}, 30, 30)


def test_three_crashes_at_one_place_end_the_undo_and_it_goes_on_when_asked_again(
    imported: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    undo_id = start_undo(imported)
    fail_at(monkeypatch, "undo.batch.after-commit", undo_id)
    for _ in range(2):
        fail_at(monkeypatch, "undo.batch.begun", undo_id)
    failed = undo_of(imported)
    assert (failed.state, failed.deleted) == (UndoState.FAILED, 10)
    assert failed.error is not None
    assert failed.error["code"] == "UNDO_CRASHED"
    assert seen_import(imported).state is State.COMPLETED
    assert start_undo(imported) == undo_id
    assert run_undo_to_end(undo_id).state is UndoState.COMPLETED
    assert (deletions(imported), seen_import(imported).state) == (30, State.UNDONE)


def test_workers_that_die_three_times_without_a_word_end_the_undo(imported: uuid.UUID) -> None:
    undo_id = start_undo(imported)
    for _ in range(3):
        with database.transaction() as session:
            assert leases.claim(session, Undo, Undo.id == undo_id)
        let_the_lease_run_out()
    undo_run.run_undo.run(undo_id)
    assert undo_of(imported).state is UndoState.FAILED
    assert (undo_of(imported).error or {})["code"] == "UNDO_CRASHED"


def test_a_worker_that_was_overtaken_writes_nothing(imported: uuid.UUID) -> None:
    undo_id = start_undo(imported)
    with database.transaction() as session:
        sleeper = leases.claim(session, Undo, Undo.id == undo_id)
    assert sleeper is not None
    assert sleeper.token is not None
    let_the_lease_run_out()
    run_undo_to_end(undo_id)
    before = journal_lines()
    with pytest.raises(leases.Fenced):
        undo_run._work(sleeper, sleeper.token)
    assert journal_lines() == before


def test_a_worker_that_ends_gives_the_undo_back_without_a_failed_attempt(
    imported: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    undo_id = start_undo(imported)
    ending = threading.Event()
    ending.set()
    monkeypatch.setattr(tasks, "stopping", ending)
    undo_run.run_undo.run(undo_id)
    assert (undo_of(imported).token, undo_of(imported).attempts) == (None, 0)
    assert sweeper.due(undo_run.run_undo) == [undo_id]


def test_an_undo_that_somebody_holds_is_not_due(imported: uuid.UUID) -> None:
    undo_id = start_undo(imported)
    assert sweeper.due(undo_run.run_undo) == [undo_id]
    with database.transaction() as session:
        leases.claim(session, Undo, Undo.id == undo_id)
    assert sweeper.due(undo_run.run_undo) == []
    with pytest.raises(undo_actions.UndoneAlready):
        start_undo(imported)


def let_the_lease_run_out() -> None:
    with database.transaction() as session:
        session.execute(update(Undo).values(lease_until=clock.now() - clock.seconds(1)))
