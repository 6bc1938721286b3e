"""Preparing an import: read, checked and planned by one worker at a time, given back or ended when that fails."""

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from product_importer.imports import actions, preparation, reading
from product_importer.imports.checking import rows
from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import State
from product_importer.kit import clock, database, tasks
from product_importer.kit.failpoints import Injected
from product_importer.kit.tasks import leases
from tests.gate import Gate
from tests.makers import (
    csv_file,
    import_file,
    job_of,
    make_import,
    run_import_to_end,
    seen_import,
    stored_products,
)
from tests.patience import until

pytestmark = pytest.mark.usefixtures("started")

GOOD = csv_file("A-1,Mug,,1.00", "B-2,Lamp,,2.00", ",Nothing,,3.00")
DONE = Counts(rows=3, created=2, rejected=1)
Strike = Callable[[str], None]


@pytest.fixture
def strike(monkeypatch: pytest.MonkeyPatch) -> Strike:
    """Let faults strike in this process."""
    return lambda plan: monkeypatch.setenv("FAILPOINTS", plan)


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Whether this process was asked to end."""
    event = threading.Event()
    monkeypatch.setattr(tasks, "stopping", event)
    yield event
    event.clear()


def let_it_run_out(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        ran_out = {"lease_until": clock.now() - clock.seconds(1)}
        session.execute(update(ImportJob).where(ImportJob.id == import_id).values(**ran_out))


def test_the_plan_is_made_before_anything_is_written() -> None:
    import_id = make_import(GOOD)
    assert preparation.prepare(import_id)
    job = job_of(import_id)
    assert (job.state, job.rows_read, job.rejected, job.winners) == (State.APPLYING, 3, 1, 2)
    assert (job.token, job.attempts) == (None, 0)
    assert stored_products() == {}


def test_an_import_that_another_worker_holds_is_left_alone() -> None:
    import_id = make_import(GOOD)
    with database.transaction() as session:
        leases.claim(session, ImportJob, ImportJob.id == import_id)
    assert not preparation.prepare(import_id)
    assert job_of(import_id).state is State.QUEUED


def test_an_import_that_stands_elsewhere_is_left_alone() -> None:
    import_id = import_file(GOOD).task_id
    assert not preparation.prepare(import_id)
    assert seen_import(import_id).state is State.COMPLETED


def test_a_fault_gives_the_import_back_and_the_next_attempt_succeeds(strike: Strike) -> None:
    import_id = make_import(GOOD)
    strike("import.plan.made=error")
    with pytest.raises(Injected):
        preparation.prepare(import_id)
    assert (job_of(import_id).token, job_of(import_id).attempts) == (None, 1)
    strike("")
    assert run_import_to_end(import_id).counts == DONE


def test_after_three_attempts_the_import_fails_with_the_place_it_stopped_at() -> None:
    import_id = make_import(GOOD)
    with database.transaction() as session:
        session.execute(update(ImportJob).values(attempts=3, rows_read=41))
    assert not preparation.prepare(import_id)
    seen = seen_import(import_id)
    assert seen.error is not None
    assert (seen.state, seen.error.code) == (State.FAILED, "IMPORT_CRASHED")
    assert "line 42" in seen.error.message


def test_a_worker_that_ends_gives_the_import_back_at_no_cost(stopping: threading.Event) -> None:
    import_id = make_import(GOOD)
    stopping.set()
    with pytest.raises(leases.GivenBack):
        preparation.prepare(import_id)
    assert (job_of(import_id).token, job_of(import_id).attempts) == (None, 0)
    stopping.clear()
    assert run_import_to_end(import_id).counts == DONE


def test_a_cancellation_is_seen_while_the_file_is_read(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = make_import(GOOD)
    monkeypatch.setattr(preparation, "BEAT", 0.01)
    gate.shut("import.plan.made")
    reading = threading.Thread(target=preparation.prepare, args=(import_id,))
    reading.start()
    gate.wait()
    with database.transaction() as session:
        actions.cancel(session, import_id)
    gate.open()
    reading.join()
    assert run_import_to_end(import_id).state is State.CANCELLED
    assert stored_products() == {}


def test_a_worker_that_lost_the_import_while_reading_leaves_it_alone(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = make_import(GOOD)
    monkeypatch.setattr(preparation, "BEAT", 3600.0)  # no sign of life, which would give it its lease back
    gate.shut("import.read.staged")
    lost: list[BaseException] = []

    def read() -> None:
        try:
            preparation.prepare(import_id)
        except leases.Fenced as fenced:
            lost.append(fenced)

    reading = threading.Thread(target=read)
    reading.start()
    gate.wait()
    let_it_run_out(import_id)
    assert run_import_to_end(import_id).counts == DONE
    gate.open()
    reading.join()
    assert len(lost) == 1
    assert seen_import(import_id).counts == DONE


def test_a_file_without_a_valid_row_fails_and_its_rejects_are_listed() -> None:
    seen = import_file(csv_file(",Mug,,1.00", "A-1,,,2.00"))
    assert seen.error is not None
    assert (seen.state, seen.error.code, seen.counts) == (State.FAILED, "NO_VALID_ROWS", Counts(rows=2, rejected=2))
    assert "1 x SKU_BLANK" in seen.error.message
    assert "rejects" in seen.links


def test_the_whole_price_column_decides_over_its_first_rows() -> None:
    first = [f'A-{number},Mug,,"1,234"' for number in range(1_500)]
    seen = import_file(csv_file(*first, 'Z-1,Mug,,"2.000,50"'))
    assert seen.counts == Counts(rows=1_501, created=1_501)
    assert {str(product.price) for product in stored_products().values()} == {"1.23", "2000.50"}


def test_progress_is_told_while_the_file_is_read() -> None:
    import_id = make_import(GOOD)
    with database.transaction() as session:
        job = leases.claim(session, ImportJob, ImportJob.id == import_id)
    assert job is not None
    assert job.token is not None
    before = seen_import(import_id)
    marks = reading.Marks(bytes_read=40, rows_read=2, rejected=1)
    leases.Hold(ImportJob, import_id, job.token).beat(preparation._beat(import_id, marks))
    after = seen_import(import_id)
    assert (after.counts.rejected, after.progress.rows_read) == (1, 2)
    assert after.version > before.version
    assert after.progress.percent > before.progress.percent


def test_progress_never_goes_back_when_a_file_is_read_again() -> None:
    import_id = make_import(GOOD)
    with database.transaction() as session:
        job = leases.claim(session, ImportJob, ImportJob.id == import_id)
    assert job is not None
    assert job.token is not None
    hold = leases.Hold(ImportJob, import_id, job.token)
    for marks in (reading.Marks(40, 2, 1), reading.Marks(10, 1, 0)):
        hold.beat(preparation._beat(import_id, marks))
    assert (job_of(import_id).bytes_read, job_of(import_id).rows_read) == (40, 2)


def test_a_header_without_rows_is_told_as_such_and_speaks_of_no_rejects() -> None:
    seen = import_file(b"sku,name\n")
    assert seen.error is not None
    assert (seen.error.code, seen.error.action) == ("NO_VALID_ROWS", rows.NoRows.action)
    assert "rejects" not in seen.links


def test_one_column_may_feed_two_fields() -> None:
    seen = import_file(b"Code,Cost\nA-1,5.00\n", mapping={"sku": "Code", "name": "Code", "price": "Cost"})
    assert (seen.counts.created, seen.mapping["name"], seen.ignored_columns) == (1, "Code", [])
    assert stored_products()["a-1"].name == "A-1"


def test_rejects_of_a_reading_that_came_to_nothing_are_not_counted_for_nobody_listed_them(gate: Gate) -> None:
    import_id = make_import(csv_file("A-1,,,1", *(f'B-{number},Mug,,"1,234"' for number in range(20_000))))
    gate.shut("import.read.batch@2")
    worker = threading.Thread(target=preparation.prepare, args=(import_id,))
    worker.start()
    gate.wait()
    until(lambda: seen_import(import_id).counts.rejected == 1)
    gate.open()
    worker.join()
    seen = seen_import(import_id)
    assert seen.error is not None
    assert (seen.error.code, seen.counts) == ("DECIMAL_AMBIGUOUS", Counts())
