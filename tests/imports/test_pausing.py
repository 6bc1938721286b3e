"""Pausing: nothing more is written once it is final, and what was begun before is whole; resuming goes on exactly."""

import uuid

import pytest
from sqlalchemy.exc import DBAPIError

from product_importer.imports import actions, answers, application, pausing, run, slices
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import State
from product_importer.kit import clock, database
from product_importer.kit.tasks import leases, sweeper
from tests.imports.makers import cancel, let_leases_run_out, take
from tests.makers import (
    answered,
    csv_file,
    import_file,
    job_of,
    make_import,
    run_import_to_end,
    seen_import,
    slices_of,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")

WHOLE = Counts(rows=30, created=30)


def pause(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        pausing.pause(session, import_id)


def resume(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        pausing.resume(session, import_id)


def test_a_paused_import_writes_nothing_until_it_is_resumed(planned: uuid.UUID) -> None:
    slices.write(take(planned), job_of(planned))
    pause(planned)
    assert seen_import(planned).status == "Pausing…"
    seen = run_import_to_end(planned)
    assert (seen.state, seen.status, seen.counts.created) == (State.PAUSED, "Paused", 10)
    run.run_import.run(planned)
    assert sweeper.due(run.run_import) == []
    assert (seen_import(planned).state, len(stored_products())) == (State.PAUSED, 10)
    resume(planned)
    assert run_import_to_end(planned).counts == WHOLE


def test_a_pause_while_the_file_is_read_comes_before_the_first_slice() -> None:
    import_id = make_import(csv_file("A-1,Mug,,1.00"))
    pause(import_id)
    assert run_import_to_end(import_id).state is State.PAUSED
    assert (stored_products(), slices_of(import_id)) == ({}, [])
    resume(import_id)
    assert run_import_to_end(import_id).counts == Counts(rows=1, created=1)


def test_a_slice_at_work_is_finished_before_the_pause_is_final(planned: uuid.UUID) -> None:
    taken = take(planned)
    pause(planned)
    application.apply(planned)
    assert seen_import(planned).state is State.APPLYING
    slices.write(taken, job_of(planned))
    application.apply(planned)
    assert (seen_import(planned).state, seen_import(planned).counts.created) == (State.PAUSED, 10)


def test_a_worker_that_fell_silent_cannot_write_into_the_pause(planned: uuid.UUID) -> None:
    silent = take(planned)
    pause(planned)
    let_leases_run_out()
    assert run_import_to_end(planned).state is State.PAUSED
    with pytest.raises(leases.Fenced):
        slices.write(silent, job_of(planned))
    assert stored_products() == {}
    resume(planned)
    assert run_import_to_end(planned).counts == WHOLE
    assert len({one.first for one in slices_of(planned)}) == len(slices_of(planned))


def test_a_paused_import_is_cancelled_at_once_and_keeps_what_was_written(planned: uuid.UUID) -> None:
    slices.write(take(planned), job_of(planned))
    silent = take(planned)
    let_leases_run_out()
    pause(planned)
    run_import_to_end(planned)
    cancel(planned)
    seen = seen_import(planned)
    assert (seen.state, seen.counts) == (State.CANCELLED, Counts(rows=10, created=10))
    with pytest.raises((leases.Fenced, DBAPIError)):
        slices.write(silent, job_of(planned))


def test_a_cancellation_that_comes_before_the_pause_is_final_goes_first(planned: uuid.UUID) -> None:
    pause(planned)
    cancel(planned)
    assert run_import_to_end(planned).state is State.CANCELLED


def test_a_pause_that_came_too_late_lets_the_import_complete(planned: uuid.UUID) -> None:
    for _ in range(3):
        slices.write(take(planned), job_of(planned))
    pause(planned)
    assert run_import_to_end(planned).state is State.COMPLETED


def test_a_pause_that_is_taken_back_before_it_is_final_changes_nothing(planned: uuid.UUID) -> None:
    pause(planned)
    resume(planned)
    seen = run_import_to_end(planned)
    assert (seen.state, seen.counts) == (State.COMPLETED, WHOLE)


def test_the_time_of_a_pause_does_not_count_as_work(planned: uuid.UUID) -> None:
    pause(planned)
    run_import_to_end(planned)
    with database.transaction() as session:
        job = session.get_one(type(job_of(planned)), planned)
        job.paused_at = clock.now() - clock.seconds(90)
    resume(planned)
    assert job_of(planned).paused_seconds == 90


def test_the_time_that_an_import_waits_for_a_person_or_a_retry_does_not_count_as_work() -> None:
    import_id = import_file(csv_file("A-1,Lamp,,5.00"), review=True).task_id
    long_ago(import_id, "paused_at", "started_at")
    seen = answered(import_id, answers.apply)
    assert (job_of(import_id).paused_seconds, seen.state) == (90, State.COMPLETED)
    assert seen.progress.elapsed_seconds is not None
    assert seen.progress.elapsed_seconds < 60

    failed = import_file(csv_file("A-1,,,5.00"))
    long_ago(failed.task_id, "finished_at", "started_at")
    with database.transaction() as session:
        actions.retry(session, failed.task_id)
    assert job_of(failed.task_id).paused_seconds == 90


def long_ago(import_id: uuid.UUID, *moments: str) -> None:
    """Set these moments of an import to 90 s ago."""
    with database.transaction() as session:
        job = session.get_one(type(job_of(import_id)), import_id)
        for moment in moments:
            setattr(job, moment, clock.now() - clock.seconds(90))


def test_only_an_import_at_work_is_paused_and_only_a_paused_one_resumed(planned: uuid.UUID) -> None:
    with pytest.raises(pausing.NotPaused):
        resume(planned)
    run_import_to_end(planned)
    with pytest.raises(pausing.NotRunning):
        pause(planned)
    with pytest.raises(pausing.NotPaused):
        resume(planned)
