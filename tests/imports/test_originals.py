"""The uploaded file of an import: kept for its time, then refused before it is gone, and gone whatever happens."""

import uuid
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from product_importer.imports import actions, originals, queries
from product_importer.imports.mending import records
from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import clock, database
from product_importer.kit.failpoints import Injected
from product_importer.kit.settings import Settings
from product_importer.uploads.models import Part
from tests.makers import csv_file, import_file, job_of, make_import, make_product, seen_import

pytestmark = pytest.mark.usefixtures("started")


def aged(import_id: uuid.UUID, *, state: State = State.COMPLETED, days: float = 91) -> uuid.UUID:
    """Let the import have ended so many days ago."""
    ended = clock.now() - clock.seconds(days * originals.DAY)
    with database.transaction() as session:
        session.execute(update(ImportJob).where(ImportJob.id == import_id).values(state=state, finished_at=ended))
    return import_id


def parts() -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Part)) or 0


def test_files_of_young_imports_and_of_those_not_ended_stay() -> None:
    aged(import_file(csv_file("A-1,Mug,,1.00")).task_id, days=89)
    make_import(csv_file("A-1,Mug,,1.00"))
    assert (originals.forget_files.run(), parts()) == (0, 2)


def test_a_failed_import_whose_file_is_gone_is_not_tried_again() -> None:
    import_id = aged(import_file(csv_file("A-1,Mug,,1.00")).task_id, state=State.FAILED)
    assert (originals.forget_files.run(), parts()) == (1, 0)
    with pytest.raises(originals.FileForgotten), database.transaction() as session:
        actions.retry(session, import_id)
    assert job_of(import_id).state is State.FAILED


def test_a_chore_cut_off_between_saying_and_doing_is_done_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = aged(import_file(csv_file("A-1,Mug,,1.00")).task_id, state=State.FAILED)
    monkeypatch.setenv("FAILPOINTS", "file.discarded=error")
    with pytest.raises(Injected):
        originals.forget_files.run()
    with pytest.raises(originals.FileForgotten), database.transaction() as session:
        actions.retry(session, import_id)
    monkeypatch.delenv("FAILPOINTS")
    assert (parts(), originals.forget_files.run(), parts()) == (1, 1, 0)


def test_the_files_that_an_import_made_go_too_and_its_numbers_stay(settings: Settings) -> None:
    make_product("A-1")
    rows = csv_file("A-1,Mug,,1.00", "A-1,Cup,,1.00", "A-2,,,1.00", "B-1,Jar,,1.00")
    before = aged(import_file(rows, mode="create_only").task_id)
    folder = Path(settings.data_dir, "files")
    assert {path.name for path in folder.iterdir()} == {"uploads", "rejects", "superseded", "skipped"}
    counts = seen_import(before).counts
    assert originals.forget_files.run() == 1
    assert list(folder.iterdir()) == []
    assert seen_import(before).counts == counts
    with database.reading() as session:
        assert len(queries.rejects(session, before)) == 1
        assert originals.keeping(session, job_of(before)).forgotten_at is not None
        with pytest.raises(originals.FileForgotten):
            records.require(session, job_of(before))


def test_a_chore_cut_off_between_both_kinds_of_files_is_done_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    aged(import_file(csv_file("A-1,Mug,,1.00", "A-2,,,1.00")).task_id)
    monkeypatch.setenv("FAILPOINTS", "file.made-deleted=error")
    with pytest.raises(Injected):
        originals.forget_files.run()
    monkeypatch.delenv("FAILPOINTS")
    assert (parts(), originals.forget_files.run(), parts()) == (1, 1, 0)
