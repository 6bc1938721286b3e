"""What was chosen for a header comes back for the same header, wherever our own columns stand, and only then."""

import pytest

from product_importer.imports import inspection, memory
from product_importer.imports.checking.presets import Preset
from product_importer.imports.memory import Remembered
from product_importer.imports.options import Options
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.kit import database
from tests.makers import csv_file, make_upload

pytestmark = pytest.mark.usefixtures("started")

HEADER = ["Code", "Title", "Cost"]


def remember(file_name: str = "spring.csv", **options: object) -> None:
    chosen = Options.model_validate({"mapping": {"sku": "#1", "name": "#2", "price": "#3"}, **options})
    found = inspection.inspect(make_upload(csv_file("A-1,Lamp,5", header=",".join(HEADER))), chosen)
    with database.transaction() as session:
        memory.remember(session, found, options=chosen, actor="user:ann", file_name=file_name)


def recall(header: list[str]) -> Remembered | None:
    with database.reading() as session:
        return memory.recall(session, header)


def test_an_answer_comes_back_whole() -> None:
    remember(blanks={"price": "keep"}, decimal=",", mode="update_only")
    kept = recall(HEADER)
    assert kept is not None
    assert kept.columns == {"sku": 0, "name": 1, "price": 2}
    assert (kept.blanks, kept.decimal, kept.mode) == ({"price": Blank.KEEP}, Decimal.COMMA, Mode.UPDATE_ONLY)
    assert (kept.preset, kept.actor, kept.file_name) == (Preset.NONE, "user:ann", "spring.csv")


def test_the_last_answer_counts() -> None:
    remember(mode="create_only")
    remember("summer.csv", mapping={"sku": "#3", "name": "#2"})
    kept = recall(HEADER)
    assert kept is not None
    assert (kept.columns, kept.file_name, kept.mode) == ({"sku": 2, "name": 1}, "summer.csv", Mode.UPSERT)


@pytest.mark.parametrize("header", [["code", " TITLE", "cost (EUR)"], ["Code", "", "Title", "Cost"]])
def test_headers_that_read_the_same_are_the_same(header: list[str]) -> None:
    remember()
    kept = recall(header)
    assert kept is not None
    assert [header[at].strip().casefold()[:4] for at in kept.columns.values()] == ["code", "titl", "cost"]


def test_our_own_columns_in_front_do_not_matter() -> None:
    remember()
    kept = recall(["_import", "_line", "_code", "_message", *HEADER, "_raw"])
    assert kept is not None
    assert kept.columns == {"sku": 4, "name": 5, "price": 6}


@pytest.mark.parametrize("header", [["Code", "Cost", "Title"], ["Code", "Title"], [*HEADER, "Note"]])
def test_another_header_has_no_memory(header: list[str]) -> None:
    remember()
    assert recall(header) is None
