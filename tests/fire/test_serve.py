"""`serve` as people run it: web, worker and supervisor killed in the middle of an import, and asked to end."""

import functools
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from tests import makers
from tests.fire import files, hurry, oracle
from tests.fire.front import Front
from tests.fire.scenes import prepared
from tests.fire.workers import Fleet, at_work, brought_to_rest
from tests.patience import until
from tests.servers import children

EXTRA = {hurry.BEAT: "3600"}

pytestmark = [pytest.mark.kill, pytest.mark.slow]


@pytest.fixture
def fleet(sqlite_url: str, tmp_path: Path) -> Iterator[Fleet]:
    """`serve` with web server and worker, and this process connected to its database."""
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, port=children.free_port())
    runtime.start(settings)
    with at_work(Fleet(settings, tmp_path / "fleet", words=("serve",), extra=EXTRA)) as fleet:
        until(Front(settings.port).ready)
        yield fleet
    database.engine().dispose()


@pytest.fixture
def front(fleet: Fleet) -> Front:
    """A client of the web server."""
    return Front(fleet.settings.port)


def started(front: Front, *, seed: int) -> tuple[uuid.UUID, oracle.Account]:
    """Upload a file, and return the import and what it must come to."""
    file, catalog = prepared(seed=seed)
    status, told = front.upload(file.data)
    assert status == 202, told
    return uuid.UUID(told["task_id"]), oracle.expected(file, catalog)


def test_a_killed_worker_is_started_again_and_the_account_is_exact(fleet: Fleet, front: Front) -> None:
    fleet.arm("import.slice.merged=kill@2")
    import_id, wanted = started(front, seed=21)
    brought_to_rest(fleet, import_id)
    fleet.until(lambda: fleet.fired)
    assert oracle.observed(import_id) == wanted
    assert fleet.deaths == 0


def test_a_killed_web_server_comes_back_while_the_import_goes_on(fleet: Fleet, front: Front) -> None:
    fleet.arm("import.slice.taken=freeze@2")
    import_id, wanted = started(front, seed=22)
    fleet.until(fleet.frozen)
    (worker,) = fleet.frozen()
    fleet.kill("web")
    os.kill(worker, signal.SIGCONT)
    brought_to_rest(fleet, import_id)
    until(front.ready)
    assert front.ask("GET", f"/upload/status/{import_id}")[1]["state"] == "completed"
    assert oracle.observed(import_id) == wanted


def test_a_killed_supervisor_takes_all_with_it_and_the_next_one_goes_on(fleet: Fleet, front: Front) -> None:
    fleet.arm("import.slice.taken=freeze@2")
    import_id, wanted = started(front, seed=23)
    fleet.until(fleet.frozen)
    alive = [fleet.child("web"), fleet.child("worker")]
    fleet.kill("serve")
    assert set(alive).isdisjoint(fleet.pids())
    assert oracle.observed(import_id) != wanted
    brought_to_rest(fleet, import_id)
    assert fleet.deaths == 1
    assert oracle.observed(import_id) == wanted


def test_the_end_is_reached_while_a_stream_is_open_and_an_import_is_at_work(fleet: Fleet, front: Front) -> None:
    fleet.arm("import.slice.taken=sleep:3@2")
    import_id, wanted = started(front, seed=24)
    with front.stream(str(import_id)) as stream:
        assert stream.readline() == b"event: progress\n"
        until(lambda: fleet.fired)
        assert fleet.asked_to_end() == 0  # 1 if any process had to be killed after its ten seconds
        assert stream.read().endswith(b"\n\n")
    assert oracle.observed(import_id) != wanted
    fleet.tend()
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == wanted


def test_a_larger_import_survives_all_of_it_in_turn(fleet: Fleet, front: Front) -> None:
    file = files.made(25, products=400)
    status, told = front.upload(file.data)
    assert status == 202
    import_id = uuid.UUID(told["task_id"])
    for count, victim in enumerate(("worker", "web", "serve", "worker"), start=1):
        fleet.until(functools.partial(is_cut, import_id, 8 * count))
        fleet.until(functools.partial(fleet.child, victim))
        fleet.kill(victim)
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, {})


def is_cut(import_id: uuid.UUID, slices: int) -> bool:
    return len(makers.slices_of(import_id)) > slices
