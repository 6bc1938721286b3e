"""The first rows as they would be stored say what the import then does."""

from decimal import Decimal

import pytest

from product_importer.imports import inspection, preview
from product_importer.imports.options import Options
from product_importer.imports.preview import Row
from product_importer.imports.states import Mode, Outcome
from product_importer.kit import database
from tests.makers import csv_file, import_file, make_product, make_upload

pytestmark = pytest.mark.usefixtures("started")

HEADER = "sku,name,description,price,active"
ROWS = (
    "a-1,Lamp,,5,yes",
    "A-2,Mug,New,,no",
    "A-3,Pot,__CLEAR__,3.999,yes",
    "A-4,Bowl,,4,maybe",
    "A-5,Cup",
    "A-6,Jug,,6,yes",
    "A-6,Jug 2,,6,yes",
)
MAPPING = {field: field for field in HEADER.split(",")}


def seen(data: bytes, **options: object) -> list[Row]:
    chosen = Options.model_validate({"mapping": MAPPING, "blanks": {"price": "keep"}, "decimal": ".", **options})
    found = inspection.inspect(make_upload(data), chosen)
    assert found.mapping is not None
    with database.reading() as session:
        return preview.rows_of(session, found, chosen, mapped=found.mapping, blanks=found.blanks, decimal=found.decimal)


def make_catalog() -> None:
    make_product("A-1", name="Lamp", description="Bright", price=Decimal("5.00"))
    make_product("A-2", name="Mug", description="Old", price=Decimal("2.00"))
    make_product("A-3", name="Pot", description="Old", price=Decimal("4.00"))


def test_each_row_shows_what_the_catalog_would_have_and_what_becomes_of_it() -> None:
    make_catalog()
    shown = seen(csv_file(*ROWS, header=HEADER))
    assert [(row.line, row.outcome) for row in shown] == [
        (2, Outcome.UNCHANGED), (3, Outcome.UPDATED), (4, Outcome.UPDATED), (5, Outcome.REJECTED),
        (6, Outcome.REJECTED), (7, Outcome.SUPERSEDED), (8, Outcome.CREATED),
    ]  # fmt: skip
    lamp, mug, pot, bowl, cup, *_ = shown
    assert (lamp.values["description"], lamp.kept) == ("Bright", frozenset({"description"}))
    assert (mug.values["price"], mug.values["active"], mug.kept) == ("2.00", "no", frozenset({"price"}))
    assert (pot.values["description"], pot.values["price"], pot.kept) == ("", "4.00", frozenset())
    assert (bowl.wrong, bowl.values["active"]) == ("active", "maybe")
    assert cup.message.startswith("Row has the wrong number of cells")


@pytest.mark.parametrize("mode", Mode)
def test_the_preview_and_the_import_agree(mode: Mode) -> None:
    make_catalog()
    data = csv_file(*ROWS, header=HEADER)
    shown = [row.outcome for row in seen(data, mode=mode)]
    counts = import_file(data, mode=mode, mapping=MAPPING, blanks={"price": "keep"}, decimal=".").counts
    assert {outcome: shown.count(outcome) for outcome in Outcome} == {
        outcome: getattr(counts, outcome) for outcome in Outcome
    }


def test_no_more_than_the_first_rows_are_shown() -> None:
    rows = [f"N-{number},Mug,,1,yes" for number in range(50)]
    assert [row.line for row in seen(csv_file(*rows, header=HEADER))] == list(range(2, 2 + preview.SHOWN))
