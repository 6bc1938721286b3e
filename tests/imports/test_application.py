"""Applying a plan: cancelled, crashed, robbed of its plan and tried again, every row is still accounted for."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from product_importer.imports import actions, application, ending, plan, preparation, slices
from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.imports.states import State
from product_importer.kit import database
from product_importer.kit.tasks import leases
from product_importer.kit.tasks.failure import DiskFull
from tests.imports.makers import cancel, let_leases_run_out, take
from tests.makers import (
    job_of,
    journal_lines,
    run_import_to_end,
    seen_import,
    slices_of,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")

WHOLE = Counts(rows=30, created=30)


def write_one(import_id: uuid.UUID) -> None:
    slices.write(take(import_id), job_of(import_id))


def lose_the_plan(import_id: uuid.UUID) -> None:
    """Do what a crash does: PostgreSQL empties unlogged tables, on SQLite the file may be gone."""
    area = job_of(import_id).scratch
    engine = database.engine()
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f'TRUNCATE "{area}".plan, "{area}".staged'))
    else:
        engine.dispose()  # an open connection would still see the removed file
        Path(f"{engine.url.database}.scratch", area or "", "scratch.db").unlink()


def retry(import_id: uuid.UUID) -> Snapshot:
    with database.transaction() as session:
        actions.retry(session, import_id)
    return run_import_to_end(import_id)


def completions(import_id: uuid.UUID) -> int:
    return sum(line[0] == "upload.completed" for line in journal_lines(import_id))


def test_a_cancelled_import_keeps_and_counts_what_was_written(planned: uuid.UUID) -> None:
    write_one(planned)
    cancel(planned)
    seen = run_import_to_end(planned)
    assert (seen.state, seen.counts) == (State.CANCELLED, Counts(rows=10, created=10))
    assert len(stored_products()) == 10
    assert completions(planned) == 0


def test_a_cancellation_that_comes_after_the_last_slice_finds_the_import_complete(planned: uuid.UUID) -> None:
    for _ in range(3):
        write_one(planned)
    cancel(planned)
    seen = run_import_to_end(planned)
    assert (seen.state, seen.counts, completions(planned)) == (State.COMPLETED, WHOLE, 1)


def test_a_worker_that_saw_a_pause_that_is_gone_does_not_end_the_import(planned: uuid.UUID) -> None:
    write_one(planned)
    application._finish(planned)  # as it does when a pause was taken back between its two looks
    assert seen_import(planned).state is State.APPLYING
    assert run_import_to_end(planned).counts == WHOLE


def test_a_slice_at_work_is_finished_before_the_cancellation_is_final(planned: uuid.UUID) -> None:
    taken = take(planned)
    cancel(planned)
    application.apply(planned)
    assert seen_import(planned).state is State.APPLYING
    slices.write(taken, job_of(planned))
    application.apply(planned)
    assert (seen_import(planned).state, seen_import(planned).counts.created) == (State.CANCELLED, 10)


def test_a_slice_whose_worker_died_does_not_hold_up_the_cancellation(planned: uuid.UUID) -> None:
    dead = take(planned)
    cancel(planned)
    let_leases_run_out()
    assert run_import_to_end(planned).state is State.CANCELLED
    with pytest.raises((leases.Fenced, DBAPIError)):  # on SQLite the plan's file is gone as well
        slices.write(dead, job_of(planned))
    assert stored_products() == {}


def test_a_slice_whose_worker_died_is_written_by_the_next(planned: uuid.UUID) -> None:
    dead = take(planned)
    let_leases_run_out()
    write_one(planned)
    with pytest.raises(leases.Fenced):
        slices.write(dead, job_of(planned))
    assert [(one.id, one.attempts) for one in slices_of(planned)] == [(dead.id, 2)]
    assert run_import_to_end(planned).counts == WHOLE


def test_an_import_is_not_completed_while_a_slice_is_open(planned: uuid.UUID) -> None:
    taken = take(planned)
    application.apply(planned)
    assert seen_import(planned).state is State.APPLYING
    slices.write(taken, job_of(planned))
    assert run_import_to_end(planned).counts == WHOLE
    assert completions(planned) == 1


def test_a_slice_that_killed_three_workers_ends_the_import_with_the_place(planned: uuid.UUID) -> None:
    write_one(planned)
    for _ in range(3):
        take(planned)
        let_leases_run_out()
    with pytest.raises(ending.Crashed):
        run_import_to_end(planned)
    seen = seen_import(planned)
    assert seen.state is State.FAILED
    assert seen.error is not None
    assert (seen.error.code, "11 to 20" in seen.error.message) == ("IMPORT_CRASHED", True)


def test_an_import_that_was_given_up_can_be_tried_again(planned: uuid.UUID) -> None:
    for _ in range(3):
        take(planned)
        let_leases_run_out()
    with pytest.raises(ending.Crashed):
        run_import_to_end(planned)
    assert retry(planned).counts == WHOLE
    assert completions(planned) == 1


def test_a_lost_plan_is_made_again_from_the_file(planned: uuid.UUID) -> None:
    write_one(planned)
    lose_the_plan(planned)
    seen = run_import_to_end(planned)
    assert (seen.state, seen.counts) == (State.COMPLETED, WHOLE)
    assert len([line for line in journal_lines(planned) if line[0] == "product.created"]) == 30


def test_a_plan_lost_under_a_slice_at_work_is_noticed_and_nothing_is_written(planned: uuid.UUID) -> None:
    taken = take(planned)
    lose_the_plan(planned)
    with pytest.raises((plan.Lost, DBAPIError)):
        slices.write(taken, job_of(planned))
    assert slices_of(planned)[0].done_at is None
    let_leases_run_out()
    assert run_import_to_end(planned).counts == WHOLE


def test_percent_never_falls_when_a_file_is_read_again(planned: uuid.UUID) -> None:
    write_one(planned)
    before = seen_import(planned).progress.percent
    lose_the_plan(planned)
    application.apply(planned)
    assert seen_import(planned).state is State.QUEUED
    preparation.prepare(planned)
    assert seen_import(planned).progress.percent >= before


def test_what_was_written_before_a_retry_stays_and_is_counted_once(planned: uuid.UUID) -> None:
    write_one(planned)
    with database.transaction() as session:
        ending.end(session.merge(job_of(planned)), DiskFull("No room."))
    assert seen_import(planned).status == "Failed: No room."
    assert retry(planned).counts == WHOLE
    assert len(stored_products()) == 30


def test_nothing_is_left_in_the_scratch_area_when_an_import_has_ended(planned: uuid.UUID) -> None:
    run_import_to_end(planned)
    engine = database.engine()
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            left = connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'import%'")).all()
    else:
        left = [path.name for path in Path(f"{engine.url.database}.scratch").iterdir()]
    assert list(left) == []
