"""Bulk jobs over the catalog: exactly what matched when they began, journalled one by one, whatever happens between."""

import threading
import uuid

import pytest
from sqlalchemy import update

from product_importer.catalog import bulk, bulk_run
from product_importer.catalog.bulk_models import BulkJob, BulkKind, BulkState
from product_importer.catalog.filters import Filters
from product_importer.kit import clock, database, tasks
from product_importer.kit.failpoints import Injected
from product_importer.kit.tasks import leases, sweeper
from tests.catalog.makers import bulk_job, cancel_bulk, run_bulk_to_end, seen_bulk, start_bulk
from tests.makers import csv_file, edit_product, import_file, journal_lines, make_product, stored_products

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture
def shelf(started: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Twenty-five products in three slices, every fifth of them inactive."""
    monkeypatch.setattr(database.face(), "SLICE", 10)
    return [make_product(f"P-{number:02}", active=number % 5 > 0).sku for number in range(25)]


def test_deleting_all_leaves_nothing_and_tells_of_each_product_once(shelf: list[str]) -> None:
    edit_product("p-07", name="Edited")
    seen = run_bulk_to_end(start_bulk(BulkKind.DELETE))
    assert (seen.state, seen.status, seen.progress.done, seen.progress.total) == ("completed", "Completed", 25, 25)
    assert (seen.progress.percent, stored_products()) == (100.0, {})
    told = [(sku, version) for type_, sku, version, *_ in journal_lines() if type_ == "product.deleted"]
    assert told == [(sku, 3 if sku == "P-07" else 2) for sku in shelf]


def test_only_what_the_filters_match_is_deleted(shelf: list[str]) -> None:
    seen = run_bulk_to_end(start_bulk(BulkKind.DELETE, Filters(sku="p-1", active=True)))
    assert (seen.progress.done, len(stored_products())) == (8, 17)
    assert seen.filters == {"sku": "p-1", "active": True}


def test_the_products_of_an_import_are_deleted(shelf: list[str]) -> None:
    written = import_file(csv_file("N-1,Mug,,1.00", "p-03,Renamed,,1.00")).task_id
    seen = run_bulk_to_end(start_bulk(BulkKind.DELETE, Filters(import_id=written)))
    assert (seen.progress.done, len(stored_products())) == (2, 24)


def test_a_product_that_is_made_after_the_start_stays(shelf: list[str]) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    make_product("P-11b")
    make_product("zzz")
    assert run_bulk_to_end(job_id).progress.done == 25
    assert sorted(stored_products()) == ["p-11b", "zzz"]


@pytest.mark.parametrize(
    ("kind", "active", "changed"), [(BulkKind.DEACTIVATE, False, 20), (BulkKind.ACTIVATE, True, 5)]
)
def test_activating_changes_and_tells_of_those_alone_that_differ(
    shelf: list[str], kind: BulkKind, active: bool, changed: int
) -> None:
    seen = run_bulk_to_end(start_bulk(kind))
    assert (seen.progress.done, seen.progress.total) == (changed, changed)
    stored = stored_products().values()
    assert {one.active for one in stored} == {active}
    assert sum(one.version == 2 and one.updated_at > one.created_at for one in stored) == changed
    told = [(type_, version, details) for type_, _, version, _, details in journal_lines()]
    assert told == [("product.updated", 2, {"active": [not active, active]})] * changed


def test_a_job_without_a_match_ends_at_once_and_writes_nothing(shelf: list[str]) -> None:
    seen = run_bulk_to_end(start_bulk(BulkKind.DELETE, Filters(name="nowhere")))
    assert (seen.state, seen.progress.total, seen.progress.percent) == ("completed", 0, 100.0)
    assert (journal_lines(), len(stored_products())) == ([], 25)


def test_a_job_that_nobody_works_on_is_cancelled_at_once(shelf: list[str]) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    cancel_bulk(job_id)
    assert seen_bulk(job_id).state is BulkState.CANCELLED
    bulk_run.run_bulk.run(job_id)
    assert len(stored_products()) == 25
    with pytest.raises(bulk.JobOver):
        cancel_bulk(job_id)


def test_a_job_at_work_is_cancelled_after_its_slice_and_what_is_done_stays_done(
    shelf: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    change = bulk_run._change

    def cancelled_after_one(held: BulkJob, token: uuid.UUID) -> bool:
        more = change(held, token)
        cancel_bulk(job_id)
        return more

    monkeypatch.setattr(bulk_run, "_change", cancelled_after_one)
    seen = run_bulk_to_end(job_id)
    assert (seen.state, seen.progress.done, seen.progress.percent) == ("cancelled", 10, 40.0)
    assert len(stored_products()) == 15


PLACES = ("begun", "journalled", "changed", "before-commit", "after-commit")


@pytest.mark.parametrize("place", [f"bulk.slice.{place}" for place in PLACES])
def test_an_error_in_a_slice_costs_an_attempt_and_no_product(
    shelf: list[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    fail_at(monkeypatch, place, job_id)
    done = 10 if place.endswith("after-commit") else 0
    assert (len(stored_products()), seen_bulk(job_id).progress.done) == (25 - done, done)
    assert run_bulk_to_end(job_id).progress.done == 25
    assert len(journal_lines()) == 25


def test_three_crashes_at_one_place_end_the_job_with_words(shelf: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    fail_at(monkeypatch, "bulk.slice.after-commit", job_id)
    for _ in range(2):
        fail_at(monkeypatch, "bulk.slice.begun", job_id)
    seen = seen_bulk(job_id)
    assert (seen.state, seen.status) == ("failed", "Failed: It stopped after 10 products. What it had done stays done.")
    assert seen.error is not None
    assert (seen.error.code, len(stored_products())) == ("JOB_CRASHED", 15)


def test_a_worker_that_was_overtaken_writes_nothing(shelf: list[str]) -> None:
    job_id = start_bulk(BulkKind.DELETE, Filters(active=True))
    with database.transaction() as session:
        sleeper = leases.claim(session, BulkJob, BulkJob.id == job_id)
    assert sleeper is not None
    assert sleeper.token is not None
    with database.transaction() as session:
        session.execute(update(BulkJob).values(lease_until=clock.now() - clock.seconds(1)))
    assert sweeper.due(bulk_run.run_bulk) == [job_id]
    run_bulk_to_end(job_id)
    before = journal_lines()
    with pytest.raises(leases.Fenced):
        bulk_run._work(sleeper, sleeper.token)
    assert journal_lines() == before


def test_a_worker_that_ends_gives_the_job_back(shelf: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = start_bulk(BulkKind.DELETE)
    ending = threading.Event()
    ending.set()
    monkeypatch.setattr(tasks, "stopping", ending)
    bulk_run.run_bulk.run(job_id)
    assert (bulk_job(job_id).token, bulk_job(job_id).attempts, len(stored_products())) == (None, 0, 25)


def fail_at(monkeypatch: pytest.MonkeyPatch, place: str, job_id: uuid.UUID) -> None:
    """Be a worker whom an error meets at a failpoint."""
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    with pytest.raises(Injected):
        bulk_run.run_bulk.run(job_id)
    monkeypatch.delenv("FAILPOINTS")
