"""An import as everybody sees it: words, numbers that add up, and a percent that only rises."""

import dataclasses
import uuid

import pytest
from sqlalchemy import event

from product_importer.imports import history, preparation, queries, slices
from product_importer.imports.states import State
from product_importer.kit import database
from tests.makers import csv_file, import_file, job_of, make_import, run_import_to_end, seen_import

pytestmark = pytest.mark.usefixtures("started")

ROWS = [f"N-{number:02},Mug,,1.00" for number in range(20)]
FILE = csv_file(*ROWS, "N-00,Mug,,2.00", ",Nothing,,1")


def test_an_unknown_import_is_said_to_be_unknown() -> None:
    with pytest.raises(queries.ImportNotFound), database.reading() as session:
        queries.snapshot(session, uuid.uuid4())


def test_the_words_follow_the_import_from_phase_to_phase() -> None:
    import_id = make_import(FILE)
    words = [seen_import(import_id).status]
    preparation.prepare(import_id)
    words.append(seen_import(import_id).status)
    words.append(run_import_to_end(import_id).status)
    assert words == ["Waiting", "Importing…", "Completed"]


def test_rows_are_the_sum_of_the_six_outcomes_at_every_step() -> None:
    import_id = make_import(FILE)
    steps = [seen_import(import_id)]
    preparation.prepare(import_id)
    job = job_of(import_id)
    while taken := slices.take(import_id, area=job.scratch or "", size=7):
        slices.write(taken, job)
        steps.append(seen_import(import_id))
    steps.append(run_import_to_end(import_id))
    sums = [sum(dataclasses.astuple(step.counts)[1:]) for step in steps]
    assert sums == [step.counts.rows for step in steps] == [0, 9, 16, 22, 22]


def test_percent_rises_from_slice_to_slice_and_ends_at_a_hundred() -> None:
    import_id = make_import(FILE)
    percents = [seen_import(import_id).progress.percent]
    preparation.prepare(import_id)
    job = job_of(import_id)
    percents.append(seen_import(import_id).progress.percent)
    while taken := slices.take(import_id, area=job.scratch or "", size=5):
        slices.write(taken, job)
        percents.append(seen_import(import_id).progress.percent)
    percents.append(run_import_to_end(import_id).progress.percent)
    assert percents == [0.0, 50.0, 62.5, 75.0, 87.5, 100.0, 100.0]


def test_the_version_rises_with_every_slice() -> None:
    import_id = make_import(FILE)
    preparation.prepare(import_id)
    job, versions = job_of(import_id), [seen_import(import_id).version]
    while taken := slices.take(import_id, area=job.scratch or "", size=5):
        slices.write(taken, job)
        versions.append(seen_import(import_id).version)
    assert versions == list(range(versions[0], versions[0] + 5))


def test_the_total_is_known_once_the_file_was_read() -> None:
    import_id = make_import(FILE)
    assert seen_import(import_id).progress.rows_total is None
    preparation.prepare(import_id)
    assert seen_import(import_id).progress.rows_total == 22


def test_the_history_begins_with_the_newest() -> None:
    ids = [import_file(FILE).task_id for _ in range(3)]
    with database.reading() as session:
        assert [seen.task_id for seen in queries.history(session, limit=2)] == [ids[2], ids[1]]
        second = history.page(session, history.Wanted(), page=2, per_page=2)
        assert ([seen.task_id for seen in second.items], second.total, second.pages) == ([ids[0]], 3, 2)


def test_what_runs_is_told_apart_from_what_has_ended() -> None:
    import_file(FILE)
    waiting, queued = make_import(b"what,is,this\n1,2,3\n", interactive=True), make_import(FILE)
    with database.reading() as session:
        assert [seen.task_id for seen in queries.running(session)] == [queued, waiting]
        assert queries.working(session) == 1


def test_the_file_is_described_as_it_was_read() -> None:
    seen = import_file(b"sku;name;price;Vendor\nA-1;Mug;1,00;x\n")
    assert (seen.file.delimiter, seen.file.header_line, seen.file.bytes) == (";", 1, 37)
    assert len(seen.file.sha256 or "") == 64
    assert seen.ignored_columns == ["Vendor"]
    assert seen.state is State.COMPLETED


@pytest.mark.parametrize(("size", "seconds", "following"), [(1000, 0.6, 500), (600, 9.0, 500), (1000, 0.1, 2000)])
def test_a_slow_slice_makes_the_next_one_smaller(size: int, seconds: float, following: int) -> None:
    assert slices.next_size(size, seconds) == following


def test_no_slice_is_larger_than_the_database_bears() -> None:
    largest = database.face().SLICE
    assert slices.next_size(largest, 0.1) == largest


def test_a_page_of_imports_takes_as_many_statements_as_one_import() -> None:
    ids = [import_file(csv_file(f"N-{number},Mug,,1.00")).task_id for number in range(4)]
    with database.reading() as session:
        alone = [queries.snapshot(session, import_id) for import_id in reversed(ids)]
    asked: list[str] = []
    with database.reading() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *call: asked.append(call[2]))
        assert queries.history(session, limit=1) == alone[:1]
        of_one = len(asked)
        assert queries.history(session) == alone
    assert (of_one, len(asked)) == (3, 6)
    assert [one.counts.created for one in alone] == [1] * 4
