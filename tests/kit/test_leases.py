"""Leases: one holder at a time, and whoever lost a row writes nothing more."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, text, update
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from product_importer.imports.models import ImportJob
from product_importer.kit import clock, database
from product_importer.kit.tasks import leases
from tests.makers import csv_file, job_of, make_import
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("started")


@pytest.fixture
def row() -> uuid.UUID:
    """A row that nobody holds."""
    return make_import(csv_file("A-1,Mug,,1.00"))


def claim(row_id: uuid.UUID) -> ImportJob | None:
    with database.transaction() as session:
        return leases.claim(session, ImportJob, ImportJob.id == row_id)


def held(row_id: uuid.UUID) -> uuid.UUID:
    claimed = claim(row_id)
    assert claimed is not None
    assert claimed.token is not None
    return claimed.token


def change(row_id: uuid.UUID, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(ImportJob).where(ImportJob.id == row_id).values(**values))


def let_it_run_out(row_id: uuid.UUID) -> None:
    change(row_id, lease_until=clock.now() - clock.seconds(1))


def test_a_row_is_held_by_the_first_who_asks(row: uuid.UUID) -> None:
    assert claim(row) is not None
    assert claim(row) is None


def test_a_lease_that_ran_out_goes_to_the_next_with_another_token(row: uuid.UUID) -> None:
    first = held(row)
    let_it_run_out(row)
    second = claim(row)
    assert second is not None
    assert second.token != first
    assert second.attempts == 2
    assert second.lease_until is not None
    assert second.lease_until > clock.now()


def test_of_many_who_ask_at_once_one_gets_the_row(row: uuid.UUID) -> None:
    together = threading.Barrier(6)

    def ask(_: int) -> bool:
        together.wait(PATIENCE)
        return claim(row) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 1


def test_rows_are_handed_out_in_the_order_asked_for_and_never_twice() -> None:
    rows = [make_import(csv_file("A-1,Mug,,1.00")) for _ in range(3)]
    with database.transaction() as session:
        claimed = [leases.claim(session, ImportJob, order=ImportJob.number.desc()) for _ in range(4)]
    assert [one.id if one else None for one in claimed] == [*reversed(rows), None]


def test_what_the_holder_writes_is_written(row: uuid.UUID) -> None:
    token = held(row)
    with database.transaction() as session:
        leases.fence(session, ImportJob, row, token, {"rows_read": 7})
    assert job_of(row).rows_read == 7


def test_what_is_written_without_the_lease_is_rolled_back_whole(row: uuid.UUID) -> None:
    token = held(row)
    let_it_run_out(row)
    held(row)
    with pytest.raises(leases.Fenced), database.transaction() as session:
        session.execute(update(ImportJob).values(rejected=5))
        leases.fence(session, ImportJob, row, token, {"rows_read": 7})
    assert (job_of(row).rejected, job_of(row).rows_read) == (0, 0)


@pytest.mark.parametrize(("failed", "attempts"), [(True, 1), (False, 0)])
def test_a_row_given_back_is_free_at_once_and_only_a_failure_counts(
    row: uuid.UUID, failed: bool, attempts: int
) -> None:
    token = held(row)
    with database.transaction() as session:
        leases.give_back(session, ImportJob, row, token, failed=failed)
    assert (job_of(row).token, job_of(row).attempts) == (None, attempts)
    assert claim(row) is not None


def test_a_heartbeat_prolongs_the_lease_while_the_work_goes_on(row: uuid.UUID) -> None:
    token, beats = held(row), threading.Semaphore(0)
    before = job_of(row).lease_until
    with leases.hold(ImportJob, row, token, every=0.01, more=lambda _: beats.release()) as hold:
        assert beats.acquire(timeout=PATIENCE)
        assert beats.acquire(timeout=PATIENCE)
        hold.check()
    after = job_of(row).lease_until
    assert before is not None
    assert after is not None
    assert after > before


def test_a_heartbeat_that_finds_the_lease_lost_tells_the_worker(row: uuid.UUID) -> None:
    hold = leases.Hold(ImportJob, row, held(row))
    hold.beat(None)
    hold.check()
    change(row, token=uuid.uuid4())
    hold.beat(None)
    with pytest.raises(leases.Fenced):
        hold.check()


def test_what_a_heartbeat_does_beside_is_undone_when_the_lease_is_lost(row: uuid.UUID) -> None:
    hold = leases.Hold(ImportJob, row, uuid.uuid4())
    hold.beat(_write)
    assert job_of(row).rows_read == 0


def test_a_fault_of_the_database_is_left_to_the_next_heartbeat(row: uuid.UUID) -> None:
    hold = leases.Hold(ImportJob, row, held(row))
    hold.beat(_fail)
    hold.check()
    hold.beat(None)
    hold.check()
    assert claim(row) is None


def test_that_no_connection_is_free_is_left_to_the_next_heartbeat(
    row: uuid.UUID, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = leases.Hold(ImportJob, row, held(row))
    small = create_engine(database_url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with small.connect(), monkeypatch.context() as patch:
        patch.setattr(database, "_engine", small)
        hold.beat(None)
    small.dispose()
    hold.check()
    hold.beat(None)
    hold.check()


def test_a_heartbeat_stops_with_the_work(row: uuid.UUID) -> None:
    with leases.hold(ImportJob, row, held(row), every=0.01):
        assert any(thread.name == f"heartbeat-{row}" for thread in threading.enumerate())
    assert not any(thread.name == f"heartbeat-{row}" for thread in threading.enumerate())


def _write(session: Session) -> None:
    session.execute(update(ImportJob).values(rows_read=9))


def _fail(session: Session) -> None:
    database.cut(session)
    session.execute(text("SELECT 1"))
