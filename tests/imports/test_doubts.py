"""What makes the guided way ask: exactly what the file leaves open, and never for a program that did not ask for it."""

import pytest

from product_importer.imports import inspection
from product_importer.imports.checking.mapping import ColumnMissing
from product_importer.imports.checking.policies import PolicyImpossible
from product_importer.imports.options import Options
from product_importer.imports.states import Decimal, State
from tests.makers import csv_file, import_file, make_import, make_upload, seen_import, stored_products

pytestmark = pytest.mark.usefixtures("started")

CLEAN = csv_file("A-1,Lamp,Bright,5.00")


def doubts(data: bytes, **options: object) -> list[tuple[str, str]]:
    found = inspection.inspect(make_upload(data), Options.model_validate({"interactive": True, **options}))
    return [(str(doubt.about), doubt.message) for doubt in found.doubts]


@pytest.mark.parametrize(
    "data",
    [
        CLEAN,
        csv_file("A-1,Lamp", header="sku,name"),
        csv_file("A-1;Lamp;5,00", header="sku;name;price"),
        csv_file("A-1,Große Lampe,5", header="Art.-Nr.,Bezeichnung,Preis"),
        csv_file("A-1,Lamp,5,0", header="sku,name,price,seller note"),
        csv_file(header="sku,name,price"),
        csv_file("A-1,Lamp,5,0,x", header="sku,name,price,description,short description"),
    ],
)
def test_a_file_that_tells_everything_is_imported_without_a_question(data: bytes) -> None:
    assert doubts(data) == []


@pytest.mark.parametrize(
    ("data", "about", "words"),
    [
        (csv_file("A-1,Lamp", header="Code,name"), "columns", "known as sku"),
        (csv_file("A-1,B-1,Lamp", header="sku,SKU,name"), "columns", "could each be the sku"),
        (csv_file("A-1,Lamp,yes", header="sku,name,published"), "columns", "“published” may be the active"),
        (csv_file("A-1,Lamp,5", header="sku,name,price_usd"), "columns", "“price_usd” may be the price"),
        (csv_file("A-1,Lamp,5", header="sku,name,VK netto"), "columns", "“VK netto” may be the price"),
        (csv_file('A-1,Lamp,,"1,234"'), "decimal", "“1,234” can be read in two ways."),
        ("sku,name\nA-1,Große Lampe\n".encode("cp1252"), "encoding", "Does “Große Lampe” (line 2) look right?"),
    ],
)
def test_what_a_file_leaves_open_is_asked(data: bytes, about: str, words: str) -> None:
    ((found, message),) = doubts(data)
    assert (found, words in message) == (about, True), message
    left_to_the_file = found == "decimal"  # later prices may tell the sign; if none does, that alone is asked
    expected = State.QUEUED if left_to_the_file else State.WAITING
    assert seen_import(make_import(data, interactive=True)).state is expected


def test_what_was_said_is_not_asked_again() -> None:
    assert doubts(csv_file('A-1,Lamp,,"1,234"'), decimal=Decimal.COMMA) == []
    assert doubts("sku,name\nA-1,Große Lampe\n".encode("cp1252"), encoding="cp1252") == []
    assert doubts(csv_file("A-1,Lamp,5", header="sku,name,cost"), mapping={"sku": "sku", "name": "name"}) == []


def test_a_program_is_asked_nothing_it_did_not_ask_for() -> None:
    assert import_file(csv_file("A-1,Lamp,yes", header="sku,name,published")).counts.created == 1


def test_the_columns_can_be_checked_in_any_case() -> None:
    assert seen_import(make_import(CLEAN, check_columns=True)).state is State.WAITING
    assert seen_import(make_import(csv_file("A-1,Lamp", header="a,b"), check_columns=True)).state is State.WAITING


def test_a_column_can_be_named_by_its_number() -> None:
    data = csv_file("A-1,Lamp,Table lamp", header="sku,name,name")
    assert import_file(data, mapping={"sku": "#1", "name": "#3"}).mapping == {"sku": "sku", "name": "name"}
    assert stored_products()["a-1"].name == "Table lamp"


@pytest.mark.parametrize("number", ["#4", "#0", "#", "#99999"])
def test_a_number_without_a_column_is_refused(number: str) -> None:
    with pytest.raises(ColumnMissing):
        make_import(csv_file("A-1,Lamp,x", header="sku,name,x"), mapping={"sku": number, "name": "name"})


def test_a_policy_that_would_leave_a_product_without_sku_is_refused_at_once() -> None:
    with pytest.raises(PolicyImpossible):
        make_import(CLEAN, blanks={"sku": "keep"})
