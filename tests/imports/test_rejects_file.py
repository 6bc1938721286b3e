"""The rejects of an import: all of them in a file that can be mended, the first ones where the page finds them."""

import csv
import io
from typing import Any

import pytest

from product_importer.imports import queries
from product_importer.imports.rejects_file import SHOWN
from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.kit import database
from tests.makers import csv_file, import_file, job_of, rejects_file_of, stored_products

pytestmark = pytest.mark.usefixtures("started")

MIXED = csv_file("A-1,Mug,,1.00", ",Lamp,,2.00", 'B-2,"Two\nlines",,-5', "C-3,Cup,,1,extra", "D-4,,,free")


def table(seen: Snapshot, delimiter: str = ",") -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(rejects_file_of(seen.task_id).decode(), newline=""), delimiter=delimiter))


def test_each_bad_record_stands_in_its_own_columns_behind_line_code_and_message() -> None:
    rows = table(import_file(MIXED))
    assert [(row["_line"], row["_code"]) for row in rows] == [
        ("3", "SKU_BLANK"),
        ("4", "PRICE_NEGATIVE"),
        ("6", "ROW_RAGGED"),
        ("7", "NAME_BLANK"),
    ]
    assert [rows[1][name] for name in ("sku", "name", "description", "price")] == ["B-2", "Two\nlines", "", "-5"]
    assert all(row["_message"] and row["_import"] == "1" for row in rows)


def test_a_record_that_could_not_be_split_stands_whole() -> None:
    ragged = table(import_file(MIXED))[2]
    assert (ragged["_raw"], ragged["sku"]) == ("C-3,Cup,,1,extra", "")


def test_where_cells_go_over_lines_a_reject_has_the_row_of_a_spreadsheet_too() -> None:
    rows = ("A-1,,,1", 'B-2,"Two\nlines",,1', "C-3,,,1", 'D-4,Mug,"a\n\nb",-1', "E-5,x", "F-6,,,1")
    seen = import_file(csv_file(*rows, header='sku,name,"description",price'))
    with database.reading() as session:
        listed = [(one.line, one.row) for one in queries.rejects(session, seen.task_id)]
    assert listed == [(2, None), (5, 4), (6, 5), (9, 6), (10, 7)]


def test_a_mended_rejects_file_maps_by_itself_and_only_mended_rows_come_in() -> None:
    mended = rejects_file_of(import_file(MIXED).task_id).replace(b",-5,", b",5,").replace(b",,Lamp", b",L-1,Lamp")
    again = import_file(mended)
    assert again.counts.created == 2
    assert stored_products()["b-2"].name == "Two\nlines"


def test_the_rejects_file_keeps_the_suppliers_delimiter() -> None:
    seen = import_file(csv_file("A-1;Mug;1,00", ";Lamp;2,00", header="sku;name;price"))
    assert table(seen, ";")[0]["name"] == "Lamp"


def test_a_file_without_rejects_has_no_rejects_file() -> None:
    seen = import_file(csv_file("A-1,Mug,,1.00"))
    assert job_of(seen.task_id).facts.rejects_file is None
    assert "rejects" not in seen.links


def test_the_page_shows_the_first_thousand_and_the_file_has_all() -> None:
    bad = [f"A-{number},Mug,,-1" for number in range(SHOWN + 50)]
    seen = import_file(csv_file("Z-1,Mug,,1.00", *bad))
    with database.reading() as session:
        listed = queries.rejects(session, seen.task_id, limit=5_000)
        (group,) = queries.reject_groups(session, seen.task_id)
    assert seen.counts == Counts(rows=SHOWN + 51, created=1, rejected=SHOWN + 50)
    assert [one.line for one in listed] == list(range(3, SHOWN + 3))
    assert (group.code, group.column, group.count, group.lines[:3]) == (
        "PRICE_NEGATIVE",
        "price",
        SHOWN + 50,
        [3, 4, 5],
    )
    assert len(table(seen)) == SHOWN + 50


def test_groups_come_with_the_most_frequent_first() -> None:
    seen = import_file(csv_file("A-1,Mug,,1.00", ",x,,1", "B,,,1", "C,,,1"))
    with database.reading() as session:
        groups = queries.reject_groups(session, seen.task_id)
    assert [(group.code, group.count) for group in groups] == [("NAME_BLANK", 2), ("SKU_BLANK", 1)]
