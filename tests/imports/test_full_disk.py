"""A disk that is really full: the import ends with that word where it can be written, and a retry goes on exactly."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from product_importer.imports import actions
from product_importer.imports.states import State
from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from product_importer.kit.sqlite import wal
from tests import makers, small_disk
from tests.servers import databases

ROWS = 20_000
FILE = b"sku,name,price\n" + b"".join(b"S-%06d,A lamp of some length %d,1.00\n" % (row, row) for row in range(ROWS))


@pytest.fixture
def disk(
    request: pytest.FixtureRequest,
    database_maker: databases.Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """A disk of so many kilobytes with nothing on it but this process's database, full at the same byte each time."""
    monkeypatch.setattr(wal.Copier, "note", lambda log, _changed: log.copy())  # no thread, but whoever writes
    with (
        small_disk.mounted(tmp_path / "small", kilobytes=request.param) as folder,
        database_maker.fresh(databases.SQLITE, folder=folder) as url,
    ):
        runtime.start(Settings(data_dir=tmp_path, database_url=url))
        yield folder
        database.engine().dispose()


@pytest.mark.parametrize("disk", [2_450, 6_700], indirect=True)  # full while the plan is made; after the first slice
def test_an_import_without_room_ends_with_that_word_and_a_retry_goes_on(disk: Path) -> None:
    import_id = makers.make_import(FILE)
    with contextlib.suppress(OperationalError):  # which the worker logs
        makers.run_import_to_end(import_id)
    seen = makers.seen_import(import_id)
    assert (seen.state, seen.error and seen.error.code) == (State.FAILED, "DISK_FULL")
    small_disk.enlarge(disk, kilobytes=100_000)
    with database.transaction() as session:
        actions.retry(session, import_id)
    counts = makers.run_import_to_end(import_id).counts
    assert (counts.created, counts.unchanged, len(makers.stored_products())) == (ROWS, 0, ROWS)


@pytest.mark.parametrize("disk", [8_000], indirect=True)  # not even room for the word
def test_an_import_that_cannot_be_ended_goes_on_when_there_is_room(disk: Path) -> None:
    import_id = makers.make_import(FILE)
    for _ in range(5):
        with pytest.raises(OperationalError, match="full"):
            makers.run_import_to_end(import_id)
    assert makers.seen_import(import_id).state is State.APPLYING
    small_disk.enlarge(disk, kilobytes=100_000)
    counts = makers.run_import_to_end(import_id).counts
    assert (counts.created, len(makers.stored_products())) == (ROWS, ROWS)
