"""Rejected rows mended: the file sent again is linked and needs no click, a few are edited and sent alone."""

import csv
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest

from product_importer.imports import history
from product_importer.imports.mending import edits, lineage, records
from product_importer.imports.mending.edits import Edit
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import Mode, State
from product_importer.kit import csv_text, database
from product_importer.kit.settings import Settings
from tests.makers import csv_file, import_file, job_of, make_import, make_product, rejects_file_of, stored_products

pytestmark = pytest.mark.usefixtures("started")

HEADER = "Code;Label;Text;Cost"
MAPPING = {"sku": "Code", "name": "Label", "price": "Cost"}
SUPPLIER = csv_file(
    "A-1;Lamp;;12,50", "A-2;;so;3,00", "A-3;Mug;;x", 'A-4;"open;;4,00', "A-5;Pot;;-1", "A-6;Jar;;1.234", header=HEADER
)


def rejects_of(seen: Snapshot) -> list[list[str]]:
    """Return the rejects file as a spreadsheet opens it."""
    data = rejects_file_of(seen.task_id).decode()
    return list(csv.reader(io.StringIO(data), delimiter=data[len("_import")]))


def mended_file(rows: list[list[str]], *, delimiter: str = ";", **cells: str) -> bytes:
    """Write a rejects file with these cells, named by line and column as in `L3_Cost`."""
    for name, value in cells.items():
        line, _, column = name[1:].partition("_")
        row = next(row for row in rows if row[1] == line)
        row[rows[0].index(column)] = value
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows(rows)
    return made.getvalue().encode()


def supplied(**options: Any) -> Snapshot:
    return import_file(SUPPLIER, **{"mapping": MAPPING, **options})


def parents(import_id: uuid.UUID) -> uuid.UUID | None:
    return job_of(import_id).parent_id


def test_a_mended_rejects_file_is_read_as_its_parent_was_and_linked_without_a_question() -> None:
    first = supplied(interactive=True)
    data = mended_file(rejects_of(first), L3_Label="Tray", L4_Cost="1.234,00", L6_Cost="5,00")
    again = import_file(data, interactive=True)
    assert (again.state, again.counts.created, again.counts.rejected) == (State.COMPLETED, 3, 1)
    assert again.links["parent"] == f"/imports/{first.task_id}"
    assert again.mapping == MAPPING
    assert again.ignored_columns == ["Text"]
    assert stored_products()["a-3"].price == Decimal("1234.00")
    with database.reading() as session:
        assert [one.number for one in lineage.menders(session, first.task_id)] == [again.number]
        assert history.page(session, history.Wanted(mends=first.task_id), page=1, per_page=5).total == 1


def test_what_the_upload_asks_for_itself_is_not_taken_over() -> None:
    first = supplied(mode="create_only")
    rows = rejects_of(first)
    data = mended_file(rows, L3_Label="Tray")
    assert job_of(make_import(data)).mode is Mode.CREATE_ONLY
    assert job_of(make_import(data, mode="upsert")).mode is Mode.UPSERT
    job = job_of(make_import(data, mapping={"sku": "Code", "name": "Text"}))
    assert (job.facts.mapping, parents(job.id)) == ({"sku": "Code", "name": "Text"}, first.task_id)


@pytest.mark.parametrize("number", ["999", "1.0", "x", "-1", "²", "9" * 30, ""])
def test_an_unknown_parent_is_no_link(number: str) -> None:
    supplied()
    data = csv_file(f"{number},5,B-1,Box", header="_import,_line,sku,name")
    assert parents(make_import(data)) is None


def test_the_number_of_another_import_with_other_columns_is_no_link() -> None:
    first = supplied()
    data = csv_file(f"{first.number},5,B-1,Box", header="_import,_line,sku,name")
    assert parents(make_import(data)) is None


def test_two_parents_in_one_file_are_no_link() -> None:
    seen = [supplied(), supplied(mode="create_only")]
    rows = rejects_of(seen[0]) + rejects_of(seen[1])[1:]
    job = job_of(make_import(mended_file(rows), mapping=MAPPING))
    assert job.parent_id is None


def test_the_rejects_of_mended_rejects_have_the_suppliers_columns_once() -> None:
    first = supplied()
    second = import_file(mended_file(rejects_of(first), L3_Label="Tray"))
    rows = rejects_of(second)
    assert rows[0] == ["_import", "_line", "_code", "_message", *HEADER.split(";"), "_raw"]
    third = import_file(mended_file(rows, L3_Cost="2,00"))
    assert (third.counts.created, parents(third.task_id)) == (1, second.task_id)


def sent(import_id: uuid.UUID, changed: dict[int, Edit]) -> Snapshot:
    """Mend these lines of an import, and import them alone."""
    job = job_of(import_id)
    name, data, options = edits.file_of(job, edits.check(job, records.listed(job), changed))
    assert name == "fixed-rows-of-spring.csv"
    return import_file(data, **options.stored())


def test_edited_rows_alone_are_imported_as_their_parent_was() -> None:
    first = supplied()
    cost, label = 3, 1
    raw = 'A-4;"open";;4,00'
    edited = {3: Edit({label: "Tray"}), 4: Edit({cost: "1.999,00"}), 5: Edit(raw=raw)}
    again = sent(first.task_id, edited)
    assert (again.counts.rows, again.counts.created, parents(again.task_id)) == (3, 3, first.task_id)
    products = stored_products()
    assert (products["a-2"].name, products["a-3"].price, products["a-4"].name) == ("Tray", Decimal("1999.00"), "open")


def test_rows_that_are_still_bad_are_named_and_nothing_is_made_of_them() -> None:
    first = supplied()
    job = job_of(first.task_id)
    changed = {3: Edit({1: "Tray"}), 4: Edit({3: "n/a"}), 5: Edit(raw="A-4;open"), 6: Edit(raw="a;b;c;1\na;b;c;2")}
    seen = edits.check(job, records.listed(job), changed)
    found = {line: (one.code, one.column) for line, one in seen.wrong.items()}
    assert found == {4: ("PRICE_INVALID", "Cost"), 5: ("ROW_RAGGED", None), 6: ("ROW_RAGGED", None)}
    with pytest.raises(edits.StillRejected, match="Line 4: Price is not a number"):
        edits.file_of(job, seen)


def test_cells_with_quotes_line_breaks_and_delimiters_come_back_as_they_were(settings: Settings) -> None:
    first = import_file(csv_file('A-1,"a ""b"", \n c",x', header="sku,name,price"), max_rejects=1.0)
    job = job_of(first.task_id)
    (record,) = records.listed(job)
    assert record.cells == ["A-1", 'a "b", \n c', "x"]
    again = sent(first.task_id, {2: Edit({2: "1.00"})})
    assert (again.counts.created, stored_products()["a-1"].name) == (1, 'a "b", \n c')


def test_what_no_form_can_send_back_is_shown_and_can_be_mended() -> None:
    first = import_file(b"sku,name\nA-1,L\x00mp\nA-2,Mug\n")
    job = job_of(first.task_id)
    (record,) = records.listed(job)
    assert (record.code, record.raw) == ("NUL_BYTE", "A-1,L\ufffdmp")
    assert sent(first.task_id, {2: Edit(raw="A-1,Lamp")}).counts.created == 1


@pytest.mark.parametrize("row", ['A-1,"' + "x" * 1_500_000 + '"', "A-1," + "long," * 300_000])
def test_a_row_that_no_form_could_hold_is_mended_in_the_file_and_the_others_here(row: str) -> None:
    job = job_of(import_file(f"sku,name\n{row}\nA-2,\n".encode(), max_rejects=1.0).task_id)
    long, other = records.listed(job)
    assert (long.line, long.too_long, other.line, other.cells) == (2, True, 3, ["A-2", ""])
    assert sent(job.id, {3: Edit({1: "Mug"})}).counts.created == 1


def test_a_carriage_return_in_a_cell_comes_back_as_it_was() -> None:
    first = import_file(b'sku,name,price\r"A-1","two\rlines",x\r', max_rejects=1.0)
    (record,) = records.listed(job_of(first.task_id))
    assert record.cells == ["A-1", "two\rlines", "x"]
    (again,) = csv.reader(io.StringIO(csv_text.lines([["a\rb", "c"]]), newline=""))
    assert again == ["a\rb", "c"]


def test_mended_rows_of_an_import_that_only_updates_create_nothing() -> None:
    make_product("A-2")
    first = supplied(mode="update_only")
    again = sent(first.task_id, {3: Edit({1: "Tray"}), 4: Edit({3: "1,00"})})
    assert (again.mode, again.counts.updated, again.counts.skipped) == (Mode.UPDATE_ONLY, 1, 1)
