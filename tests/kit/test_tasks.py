"""Tasks: bells ring after the commit and may fail at no harm; the embedded worker looks for itself."""

import threading
import uuid
from dataclasses import dataclass, field

import pytest

from product_importer.imports.models import ImportJob
from product_importer.imports.run import run_import
from product_importer.imports.states import State
from product_importer.kit import database, tasks
from product_importer.kit.tasks import in_process, leases, sweeper
from tests.makers import csv_file, job_of, make_import, seen_import, stored_products
from tests.patience import PATIENCE, until
from tests.servers import databases

pytestmark = pytest.mark.usefixtures("started")


@dataclass
class Bells:
    """A runner that notes what it was told, and may be out of order."""

    rung: list[uuid.UUID] = field(default_factory=list)
    broken: bool = False

    def ring(self, task: tasks.Task, row_id: uuid.UUID) -> None:
        if self.broken:
            raise ConnectionError("the broker is away")
        self.rung.append(row_id)


@pytest.fixture
def bells() -> Bells:
    """The runner of this process."""
    bells = Bells()
    tasks.use(bells)
    return bells


@pytest.fixture
def row() -> uuid.UUID:
    """An import that waits, made before anybody could ring for it."""
    return make_import(csv_file("A-1,Mug,,1.00"))


def test_a_bell_rings_once_the_data_is_committed(row: uuid.UUID, bells: Bells) -> None:
    with database.transaction() as session:
        tasks.enqueue(session, run_import, row)
        assert bells.rung == []
    assert bells.rung == [row]


def test_no_bell_rings_for_what_was_rolled_back(row: uuid.UUID, bells: Bells) -> None:
    with pytest.raises(KeyError), database.transaction() as session:
        tasks.enqueue(session, run_import, row)
        raise KeyError
    assert bells.rung == []


def test_a_bell_rings_although_a_savepoint_was_rolled_back(row: uuid.UUID, bells: Bells) -> None:
    with database.transaction() as session:
        tasks.enqueue(session, run_import, row)
        with pytest.raises(KeyError), session.begin_nested():
            raise KeyError
    assert bells.rung == [row]


def test_a_bell_that_fails_does_not_undo_what_was_committed(row: uuid.UUID, bells: Bells) -> None:
    bells.broken = True
    with database.transaction() as session:
        session.get_one(ImportJob, row).rows_read = 3
        tasks.enqueue(session, run_import, row)
    assert job_of(row).rows_read == 3


def test_what_a_task_raises_stays_with_its_row(row: uuid.UUID) -> None:
    def fail(_: uuid.UUID) -> None:
        raise ValueError("a bug")

    broken = tasks.Task("broken", "default", ImportJob, run_import.due, fail)
    tasks.run(broken, row)
    assert job_of(row).state is State.QUEUED


def test_a_task_is_known_by_its_place_in_the_package() -> None:
    assert tasks.registry["imports.run.run_import"] is run_import
    assert run_import.queue == "imports"


def test_the_sweep_rings_for_a_row_that_waits_and_then_has_patience(row: uuid.UUID, bells: Bells) -> None:
    assert sweeper.sweep() == 1
    assert sweeper.sweep() == 0
    assert bells.rung == [row]


def test_the_sweep_rings_for_some_rows_at_a_time(row: uuid.UUID, bells: Bells, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {make_import(csv_file("B-2,Cup,,1.00")) for _ in range(2)}
    bells.rung.clear()
    monkeypatch.setattr(sweeper, "MOST", 2)
    assert sweeper.sweep() == 2
    assert sweeper.sweep() == 1
    assert set(bells.rung) == {row, *others}


def test_the_sweep_rings_again_after_a_while(row: uuid.UUID, bells: Bells, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeper.sweep()
    monkeypatch.setattr(sweeper, "PATIENCE", -1.0)
    sweeper.sweep()
    assert bells.rung == [row, row]


def test_the_sweep_leaves_a_held_row_alone_and_finds_it_when_the_lease_runs_out(
    row: uuid.UUID, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        leases.claim(session, ImportJob, ImportJob.id == row)
    assert sweeper.sweep() == 0
    monkeypatch.setattr(leases, "LEASE", -1.0)
    with database.transaction() as session:
        session.get_one(ImportJob, row).lease_until = None
    with database.transaction() as session:
        leases.claim(session, ImportJob, ImportJob.id == row)
    assert sweeper.sweep() == 1
    assert bells.rung == [row]


def test_the_sweep_goes_on_after_a_failure_until_it_is_told_to_stop(
    row: uuid.UUID, bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeper, "EVERY", 0.01)
    monkeypatch.setattr(sweeper, "PATIENCE", -1.0)
    bells.broken = True
    stop = threading.Event()
    thread = sweeper.keep_sweeping(stop)
    bells.broken = False
    until(lambda: row in bells.rung)
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_the_embedded_worker_finds_what_waits_and_ends_when_told(row: uuid.UUID) -> None:
    stop = threading.Event()
    working = threading.Thread(target=in_process.Worker(threads=2).work, args=(stop,))
    working.start()
    until(lambda: seen_import(row).state is State.COMPLETED)
    stop.set()
    working.join(PATIENCE)
    assert not working.is_alive()
    assert list(stored_products()) == ["a-1"]


@pytest.mark.parametrize("database_url", [databases.SQLITE], indirect=True)
def test_the_embedded_worker_leaves_a_database_alone_that_nobody_writes_to(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    monkeypatch.setattr(in_process, "QUIET", 3_600.0)
    monkeypatch.setattr(in_process.Worker, "look", lambda _: looks.append(len(looks)))
    stop = threading.Event()
    working = threading.Thread(target=in_process.Worker(threads=2).work, args=(stop,))
    working.start()
    until(lambda: looks)
    assert not stop.wait(3 * in_process.LOOK)
    assert looks == [0]
    make_import(csv_file("A-1,Mug,,1.00"))
    until(lambda: len(looks) > 1)
    stop.set()
    working.join(PATIENCE)


@pytest.mark.parametrize("database_url", [databases.SQLITE], indirect=True)
def test_the_embedded_worker_looks_at_once_when_somebody_has_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "LOOK", 3_600.0)
    monkeypatch.setattr(in_process, "QUIET", 3_600.0)
    stop = threading.Event()
    working = threading.Thread(target=in_process.Worker(threads=2).work, args=(stop,))
    working.start()
    row = make_import(csv_file("A-1,Mug,,1.00"))
    until(lambda: seen_import(row).state is State.COMPLETED)
    stop.set()
    working.join(PATIENCE)
    assert list(stored_products()) == ["a-1"]


def test_the_embedded_worker_runs_a_row_once_at_a_time(row: uuid.UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, go = threading.Semaphore(0), threading.Event()

    def run(_: uuid.UUID) -> None:
        entered.release()
        go.wait(PATIENCE)

    slow = tasks.Task("slow", "default", ImportJob, run_import.due, run)
    monkeypatch.setattr(tasks, "registry", {"slow": slow})
    worker = in_process.Worker(threads=2)
    worker.look()
    worker.look()
    assert entered.acquire(timeout=PATIENCE)
    assert not entered.acquire(timeout=0.2)
    go.set()


@pytest.mark.parametrize(("queue", "waits"), [("images", False), ("default", True)])
def test_an_import_waits_neither_for_what_came_before_nor_for_the_servers_of_others(
    queue: str, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {make_import(csv_file("A-1,Mug,,1.00")) for _ in range(8)}
    begun: list[str] = []
    go = threading.Semaphore(0)

    def run_slow(_: uuid.UUID) -> None:
        begun.append("slow")
        go.acquire(timeout=PATIENCE)

    slow = tasks.Task("slow", queue, ImportJob, lambda: ImportJob.id.in_(before), run_slow, waits)
    urgent = tasks.Task(
        "urgent", "imports", ImportJob, lambda: ImportJob.id.not_in(before), lambda _: begun.append("urgent")
    )
    monkeypatch.setattr(tasks, "registry", {"slow": slow, "urgent": urgent})
    worker = in_process.Worker(threads=1)

    def looked() -> bool:
        worker.look()
        return "urgent" in begun

    worker.look()
    until(lambda: begun)
    make_import(csv_file("A-1,Mug,,1.00"))
    if not waits:
        go.release(len(before))
    until(looked)
    go.release(len(before))
    stop = threading.Event()
    stop.set()
    worker.work(stop)  # which waits for what runs
    assert begun.index("urgent") <= len(before) / 2


def test_the_embedded_worker_lets_a_row_rest_that_fails_again_and_again(
    row: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[uuid.UUID] = []

    def run(row_id: uuid.UUID) -> None:
        tries.append(row_id)
        if len(tries) <= in_process.AT_ONCE + 1:
            raise OSError("no room")

    monkeypatch.setattr(in_process, "LOOK", 3_600.0)
    monkeypatch.setattr(in_process, "LONGEST", 3_600.0)
    failing = tasks.Task("failing", "default", ImportJob, run_import.due, run)
    monkeypatch.setattr(tasks, "registry", {"failing": failing})
    worker = in_process.Worker(threads=1)

    def tried(times: int) -> bool:
        worker.look()
        return len(tries) == times

    until(lambda: tried(in_process.AT_ONCE + 1))
    stop = threading.Event()
    stop.set()
    worker.look()
    worker.work(stop)  # which waits for what runs
    assert tries == [row] * (in_process.AT_ONCE + 1)
    assert [in_process.pause(failures) for failures in (3, 4, 5, 99)] == [0, 3_600, 3_600, 3_600]
