"""A copy of everything: equal by checksum on either database, whole or not there, and never over anything."""

import itertools
import tarfile
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, select, text, type_coerce, update

from product_importer import migrations, tables
from product_importer.copies import archive, backup, moving, rows
from product_importer.imports.models import ImportJob
from product_importer.kit import database, ids, runtime, storage
from product_importer.kit.database.types import Json
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from product_importer.uploads.models import Part, Upload
from product_importer.webhooks.models import Delivery
from tests.makers import csv_file, edit_product, import_file, journal_lines, make_upload, stored_products
from tests.servers import databases

KINDS = (databases.SQLITE, databases.POSTGRESQL)
BODIES, BODY = 300, 10_000  # deliveries, bytes in each
LINES = ("A-1,Mug É,,1.00", "A-2,Cup,A text,2.50", "A-3,,,3.00", "a-1,Mug É,later,1.10")

Place = Callable[[str], Settings]


@pytest.fixture
def place(database_maker: databases.Databases, tmp_path: Path) -> Iterator[Place]:
    """Makes settings that name an empty database of a kind, and an empty folder."""
    numbers, held = itertools.count(1), []

    def made(kind: str) -> Settings:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        held.append(maker := database_maker.empty(kind, folder=folder))
        return Settings(data_dir=folder, database_url=maker.__enter__())

    yield made
    database.engine().dispose()
    for maker in held:
        maker.__exit__(None, None, None)


@pytest.fixture
def filled(started: Settings) -> Settings:
    """A place with products, an import with rejects, a journal and files."""
    assert import_file(csv_file(*LINES)).counts.rejected == 1
    edit_product("A-2", name="Tasse")
    return started


def _sums() -> dict[str, str]:
    with database.reading() as session:
        return {table.name: str(rows.sum_of(session.connection(), table)) for table in tables.metadata.sorted_tables}


def _files() -> dict[str, bytes]:
    return {kept.key: b"".join(storage.stream(kept.key)) for kept in storage.listing("")}


def _quiet(_words: str) -> None:
    return


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.server
def test_a_copy_restored_elsewhere_is_equal_by_checksum(
    kind: str, filled: Settings, place: Place, tmp_path: Path
) -> None:
    sums, files, journal = _sums(), _files(), journal_lines()
    made = backup.backup(tmp_path / "copy.tar", say=_quiet)
    assert made.tables == sums
    assert len(files) >= 2
    runtime.start(place(kind))
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    assert (_sums(), _files(), journal_lines()) == (sums, files, journal)
    again = import_file(csv_file(*LINES)).counts
    assert (again.created, again.updated, again.unchanged) == (0, 1, 1)  # A-2 was edited since


def test_what_a_newer_version_knows_of_a_file_is_copied_as_well(filled: Settings, place: Place, tmp_path: Path) -> None:
    newer = update(ImportJob).values(facts=type_coerce({"header": ["sku"], "weather": "fine"}, Json))
    with database.transaction() as session:
        session.execute(newer)
    backup.backup(tmp_path / "copy.tar", say=_quiet)
    runtime.start(place(databases.SQLITE))
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    with database.reading() as session:
        kept = session.scalars(select(type_coerce(ImportJob.facts, Json))).all()
        assert kept == [{"header": ["sku"], "weather": "fine"}]
        assert session.scalars(select(ImportJob)).one().facts.header == ["sku"]


def _is_whole() -> bool:
    """Return whether each part that the database knows of is stored."""
    with database.reading() as session:
        return set(session.scalars(select(Part.key))) <= _files().keys()


def test_what_is_removed_while_tables_are_copied_is_in_the_copy(filled: Settings, place: Place, tmp_path: Path) -> None:
    upload = make_upload(b"sku\nA-9\n")

    def say(words: str) -> None:
        if words.startswith("upload_parts:"):
            uploads.discard(upload)

    backup.backup(tmp_path / "copy.tar", say=say)
    assert not any(str(upload) in key for key in _files())
    runtime.start(place(databases.SQLITE))
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    assert any(str(upload) in key for key in _files())
    assert _is_whole()


@pytest.fixture
def restless(filled: Settings) -> list[int]:
    """A server that removes an upload at each moment that is fixed, and gets another; how often it still does so."""
    times, at = [0], list[Connection]()

    def remove(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if times[0] and "counters" in statement and "EXISTS" in statement:
            times[0] -= 1
            at.append(connection)
            with database.reading() as session:
                newest = session.scalars(select(Upload.id).order_by(Upload.created_at.desc()).limit(1)).one()
            uploads.discard(newest)

    def upload(connection: Connection) -> None:
        if connection in at:
            at.clear()
            make_upload(b"sku\nA-10\n")

    event.listen(database.engine(), "after_cursor_execute", remove)
    event.listen(database.engine(), "commit", upload)
    event.listen(database.engine(), "rollback", upload)
    return times


def _upload_after_files(words: str) -> None:
    """Upload something once most files are copied."""
    if words.endswith(" files"):
        make_upload(b"sku\nA-9\n")


def test_another_moment_is_chosen_when_a_file_goes_before_its_turn(
    restless: list[int], place: Place, tmp_path: Path
) -> None:
    restless[0] = backup.MOMENTS - 1
    backup.backup(tmp_path / "copy.tar", say=_upload_after_files)
    assert restless == [0]
    runtime.start(place(databases.SQLITE))
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    assert _is_whole()


def test_a_copy_without_files_that_went_each_time_says_so_and_can_be_restored(
    restless: list[int], place: Place, tmp_path: Path
) -> None:
    restless[0] = backup.MOMENTS
    with pytest.raises(backup.FilesGone, match=r"lacks some files, 1 in all: uploads/"):
        backup.backup(tmp_path / "copy.tar", say=_upload_after_files)
    runtime.start(place(databases.SQLITE))
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    assert not _is_whole()
    assert stored_products()["a-2"].name == "Tasse"


def test_bodies_of_many_webhooks_pass_without_being_held_together(
    filled: Settings, place: Place, tmp_path: Path
) -> None:
    plain: dict[str, Any] = {"endpoint_id": ids.new_id(), "type": "batch", "count": 500, "lane": 2}
    with database.transaction() as session:
        for number in range(BODIES):
            session.add(Delivery(message_id=f"msg_{number}", body=number.to_bytes(4) * (BODY // 4), **plain))
    made, table = backup.backup(tmp_path / "copy.tar", say=_quiet), tables.metadata.tables["webhook_deliveries"]
    runtime.start(place(databases.SQLITE))
    migrations.upgrade(database.engine())
    with database.transaction() as session:
        told = rows.of_lines(table, archive.Reader(tmp_path / "copy.tar").table(table.name))
        tracemalloc.start()
        try:
            expected = made.tables[table.name]
            backup.fill(session.connection(), database.face(), table, told, expected=expected)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert expected.startswith(f"{BODIES}:")
    assert peak < BODIES * BODY


@pytest.mark.server
def test_what_is_moved_to_postgresql_is_equal_by_checksum_and_goes_on(
    sqlite_url: str, tmp_path: Path, place: Place
) -> None:
    embedded = Settings(data_dir=tmp_path, database_url=sqlite_url)
    runtime.start(embedded)
    import_file(csv_file(*LINES))
    edit_product("A-2", name="Tasse")
    sums, target = _sums(), place(databases.POSTGRESQL)
    moved = moving.move(target.database_url, say=_quiet)
    runtime.start(embedded.model_copy(update={"database_url": target.database_url}))
    assert _sums() == sums
    assert moved == sum(int(one.partition(":")[0]) for one in sums.values())
    again = import_file(csv_file("A-1,Mug É,later,1.10", "A-9,New,,9.00"))
    assert (again.counts.unchanged, again.counts.created) == (1, 1)


def test_only_sqlite_is_moved_and_only_to_postgresql(sqlite_url: str, tmp_path: Path) -> None:
    runtime.start(Settings(data_dir=tmp_path, database_url=sqlite_url))
    with pytest.raises(moving.NotFromHere):
        moving.move(f"sqlite:///{tmp_path}/other.db", say=_quiet)
    database.engine().dispose()


def test_nothing_is_written_over(filled: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    backup.backup(copy, say=_quiet)
    with pytest.raises(archive.CopyExists):
        backup.backup(copy, say=_quiet)
    sums = _sums()
    with pytest.raises(backup.NotEmpty):
        backup.restore(copy, say=_quiet)
    assert _sums() == sums


def test_a_copy_that_was_cut_has_no_name_and_cannot_be_restored(filled: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy.tar"
    backup.backup(copy, say=_quiet)
    short = tmp_path / "short.tar"
    short.write_bytes(copy.read_bytes()[:-20_000])
    with pytest.raises(archive.CopyUnreadable):
        archive.Reader(short)
    with tarfile.open(copy) as held:
        assert held.getnames()[-1] == archive.MANIFEST
    assert not copy.with_name("copy.tar.partial").exists()


def test_a_copy_whose_rows_were_changed_is_not_kept(filled: Settings, place: Place, tmp_path: Path) -> None:
    copy, forged = tmp_path / "copy.tar", tmp_path / "forged.tar"
    made = backup.backup(copy, say=_quiet)
    source, writer = archive.Reader(copy), archive.Writer(forged)
    for name in made.tables:
        writer.table(name, (line.strip().replace(b"Tasse", b"Tusse") for line in source.table(name)))
    for key, size in source.files():
        writer.file(key, [source.file(key).read()], size=size, total=rows.Sum())
    writer.finish(made)
    runtime.start(place(databases.SQLITE))
    with pytest.raises(backup.Differs, match="journal_entries sums up"):
        backup.restore(forged, say=_quiet)
    assert stored_products() == {}
    backup.restore(copy, say=_quiet)
    assert stored_products()["a-2"].name == "Tasse"


def test_a_copy_of_another_schema_is_refused(filled: Settings, place: Place, tmp_path: Path) -> None:
    writer = archive.Writer(tmp_path / "old.tar")
    writer.finish(archive.Manifest(archive.FORM, "0.0.9", "20250101_0000", "2025-01-01", {}, "0:0"))
    with pytest.raises(backup.OfAnotherVersion, match=r"0\.0\.9"):
        backup.restore(tmp_path / "old.tar", say=_quiet)


@pytest.mark.server
def test_new_rows_are_numbered_behind_the_restored_ones(filled: Settings, place: Place, tmp_path: Path) -> None:
    backup.backup(tmp_path / "copy.tar", say=_quiet)
    target = place(databases.POSTGRESQL)
    runtime.start(target)
    backup.restore(tmp_path / "copy.tar", say=_quiet)
    highest = "SELECT max(id) FROM journal_batches"
    with create_engine(target.database_url).connect() as connection:
        before = connection.scalar(text(highest))
        edit_product("A-1", name="Pot")
        assert connection.scalar(text(highest)) == before + 1
