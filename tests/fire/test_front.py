"""The web server under fire: whatever strikes while a file comes in, it arrives whole or not at all."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from product_importer.imports.models import ImportJob
from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from product_importer.uploads.models import Upload
from tests.fire import oracle, places
from tests.fire.conftest import wipe
from tests.fire.front import Front
from tests.fire.places import Cell
from tests.fire.scenes import prepared
from tests.fire.workers import Fleet, at_work, brought_to_rest
from tests.patience import until
from tests.servers import children, databases

CELLS = places.sampled(places.cells(web=True), 1)
CODES = {"INTERNAL_ERROR", "DISK_FULL", "DATABASE_UNAVAILABLE"}

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@pytest.fixture(scope="module")
def served(database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A web server and an embedded worker."""
    folder = tmp_path_factory.mktemp("front")
    with database_maker.fresh(databases.SQLITE, folder=folder) as url:
        settings = Settings(data_dir=folder, database_url=url, port=children.free_port())
        with at_work(Fleet(settings, folder, words=("web", "worker"))) as fleet:
            yield fleet


@pytest.fixture
def fleet(served: Fleet) -> Iterator[Fleet]:
    """The same on an empty catalog, with this process connected to it."""
    runtime.start(served.settings)
    wipe()
    yield served
    served.disarm()
    database.engine().dispose()


@pytest.fixture
def front(fleet: Fleet) -> Front:
    """A client of the web server, which answers."""
    front = Front(fleet.settings.port)
    fleet.until(front.ready)
    return front


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_fault_while_a_file_comes_in_leaves_a_whole_import_or_none(fleet: Fleet, front: Front, cell: Cell) -> None:
    file, catalog = prepared(seed=11)
    fleet.arm(str(cell))
    status, problem = front.upload(file.data)
    fleet.until(lambda: fleet.fired)
    assert status == 0 if cell.fault == "kill" else problem["code"] in CODES
    fleet.until(front.ready)
    if cell.place != "import.start.after-commit":
        assert imports() == []
        assert stored_uploads(whole=True) == 0
        assert stored_uploads(whole=False) == (cell.fault == "kill")  # what a kill leaves is cleared by a chore
        status, _ = front.upload(file.data)
        assert status == 202
    (import_id,) = imports()
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def test_a_server_killed_in_the_middle_of_an_upload_takes_the_next_one(fleet: Fleet, front: Front) -> None:
    file, catalog = prepared(seed=12)
    cut = front.begin(3 * 8 * 2**20, file.data + b"a" * 9 * 2**20)
    until(lambda: stored_uploads(whole=False))
    fleet.kill("web")
    cut.close()
    fleet.until(front.ready)
    assert imports() == []
    assert oracle.stored() == catalog
    status, told = front.upload(file.data)
    assert status == 202
    brought_to_rest(fleet, uuid.UUID(told["task_id"]))
    assert oracle.observed(uuid.UUID(told["task_id"])) == oracle.expected(file, catalog)


def test_an_upload_cut_by_its_sender_leaves_no_byte(fleet: Fleet, front: Front) -> None:
    before = files_of(fleet)
    cut = front.begin(3 * 8 * 2**20, b"a" * 9 * 2**20)
    until(lambda: stored_uploads(whole=False))
    cut.close()
    until(lambda: not stored_uploads(whole=False))
    until(lambda: files_of(fleet) == before)
    assert imports() == []


def imports() -> list[uuid.UUID]:
    with database.reading() as session:
        return list(session.scalars(select(ImportJob.id)))


def stored_uploads(*, whole: bool) -> int:
    wanted = Upload.completed_at.is_not(None) if whole else Upload.completed_at.is_(None)
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Upload).where(wanted)) or 0


def files_of(fleet: Fleet) -> set[Path]:
    return {path for path in (fleet.settings.data_dir / "files").rglob("*") if path.is_file()}
