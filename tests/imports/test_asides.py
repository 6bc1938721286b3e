"""Superseded and skipped records: each in a file with its line, and nothing of them where there are none."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.imports import answers, asides, changes, changes_file
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import Outcome
from product_importer.kit import storage
from product_importer.kit.settings import Settings
from tests.makers import answered, csv_file, import_file, job_of, make_product, remove_product

pytestmark = pytest.mark.usefixtures("started")


def rows(seen: Snapshot, outcome: Outcome) -> list[dict[str, str]]:
    known = job_of(seen.task_id).facts
    key = known.superseded_file if outcome is Outcome.SUPERSEDED else known.skipped_file
    assert key is not None
    return list(csv.DictReader(b"".join(storage.stream(key)).decode().splitlines()))


def kept(settings: Settings) -> Iterator[str]:
    return (path.name for path in Path(settings.data_dir, "files").iterdir())


def test_every_superseded_record_names_its_line_and_the_one_that_wins() -> None:
    seen = import_file(csv_file("A-1,One,,1", "B-2,Two,,1", "a-1,Three,,1", "A-1,Four,,1", "B-2,Five,,1"))
    assert [tuple(row.values()) for row in rows(seen, Outcome.SUPERSEDED)] == [
        ("2", "5", "A-1"), ("3", "6", "B-2"), ("4", "5", "a-1"),
    ]  # fmt: skip
    assert seen.counts.superseded == 3


def test_lines_are_those_of_an_editor_where_cells_run_over_several() -> None:
    seen = import_file(csv_file('A-1,One,"two\nlines",1', "a-1,Two,,1"))
    assert [(row["line"], row["winning_line"]) for row in rows(seen, Outcome.SUPERSEDED)] == [("2", "4")]


@pytest.mark.parametrize(
    ("mode", "line", "code", "value"), [("create_only", "2", "EXISTS", "A-1"), ("update_only", "3", "NO_MATCH", "B-2")]
)
def test_every_skipped_record_says_why(mode: str, line: str, code: str, value: str) -> None:
    make_product("A-1", name="Mug")
    seen = import_file(
        csv_file("A-1,Cup,,1", "B-2,Lamp,,1", header="Code,name,description,price"),
        mode=mode,
        mapping={"sku": "Code", "name": "name"},
    )
    (row,) = rows(seen, Outcome.SKIPPED)
    assert (row["line"], row["code"], row["column"], row["value"]) == (line, code, "Code", value)
    assert row["message"]
    assert row["action"]
    assert seen.counts.skipped == 1


def test_what_an_earlier_plan_left_out_is_forgotten_with_it() -> None:
    make_product("A-1")
    import_id = import_file(csv_file("A-1,Cup,,1"), mode="create_only", review=True).task_id
    remove_product("a-1")
    assert answered(import_id, answers.apply).question == "review"  # the catalog has moved
    seen = answered(import_id, answers.apply)
    assert (seen.counts.created, seen.counts.skipped, "skipped" in seen.links) == (1, 0, False)


def test_files_of_what_was_set_aside_hold_no_formula() -> None:
    job = job_of(import_file(csv_file("=1+1,One,,1", "=1+1,Two,,1")).task_id)
    assert list(asides.lines(job, Outcome.SUPERSEDED)) == ["line,winning_line,sku\n2,3,'=1+1\n"]
    assert [one.sku for one in asides.first(job, Outcome.SUPERSEDED)] == ["=1+1"]


def test_the_file_of_changes_has_every_record_that_was_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asides, "SHOWN", 5)
    seen = import_file(csv_file(*(f"A-1,Mug {number},,1" for number in range(9))))
    _, *lines = "".join(changes_file.written(seen.task_id, [Outcome.SUPERSEDED])).splitlines()
    assert (len(lines), lines[0].split(",")[:3]) == (8, ["superseded", "2", "A-1"])


def test_a_clean_file_leaves_no_such_file(settings: Settings) -> None:
    seen = import_file(csv_file("A-1,One,,1", "B-2,Two,,1"))
    assert asides.first(job_of(seen.task_id), Outcome.SUPERSEDED) == []
    assert set(kept(settings)) == {"uploads"}
    assert {"superseded", "skipped"}.isdisjoint(seen.links)


def test_the_first_ones_are_listed_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asides, "SHOWN", 5)
    seen = import_file(csv_file(*(f"A-1,Mug {number},,1" for number in range(9))))
    job = job_of(seen.task_id)
    first = changes.page(job, Outcome.SUPERSEDED, limit=3)
    rest = changes.page(job, Outcome.SUPERSEDED, cursor=first.next_cursor, limit=3)
    assert [one.line for one in (*first.items, *rest.items)] == [2, 3, 4, 5, 6]
    assert [one.winning_line for one in first.items] == [10, 10, 10]
    assert rest.next_cursor is None
    assert len(rows(seen, Outcome.SUPERSEDED)) == 8


def test_skus_with_quotes_and_commas_come_back_as_they_were() -> None:
    seen = import_file(csv_file('"5"" pipe, long",One,,1', '"5"" PIPE, long",Two,,1'))
    assert [one.sku for one in asides.first(job_of(seen.task_id), Outcome.SUPERSEDED)] == ['5" pipe, long']
