"""What an import knows of its file: kept as JSON of one form, which rows of earlier and later versions have too."""

import dataclasses
import uuid
from typing import Any

import pytest
from sqlalchemy import select, type_coerce, update

from product_importer.imports.checking.presets import Preset
from product_importer.imports.facts import Facts
from product_importer.imports.models import ImportJob
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.states import Blank, Decimal
from product_importer.kit import database
from product_importer.kit.database.types import Json
from tests.makers import csv_file, import_file, job_of, make_import

pytestmark = pytest.mark.usefixtures("started")

FILE = csv_file("A-1;Mug;12,50;x", "A-1;Cup;1,00;x", "A-2;;3,00;x", header="sku;name;price;more")


def stored(import_id: uuid.UUID) -> dict[str, Any]:
    """Return the facts as the database has them."""
    with database.reading() as session:
        kept: Any = session.scalar(select(type_coerce(ImportJob.facts, Json)).where(ImportJob.id == import_id))
    return dict(kept)


def store(import_id: uuid.UUID, facts: dict[str, Any]) -> None:
    """Put these in their place."""
    with database.transaction() as session:
        kept = type_coerce(facts, Json)
        session.execute(update(ImportJob).where(ImportJob.id == import_id).values(facts=kept))


def test_what_is_read_is_what_was_written() -> None:
    first = import_file(FILE).task_id
    known = job_of(import_file(FILE).task_id).facts
    assert (known.header, known.columns) == (["sku", "name", "price", "more"], {"sku": 0, "name": 1, "price": 2})
    assert (known.dialect, known.preset) == (Dialect("utf-8", ";", 1), Preset.NONE)
    assert (known.decimal, known.sign, known.blanks["name"]) == (Decimal.COMMA, Decimal.COMMA, Blank.REJECT)
    assert known.repeats is not None
    assert (known.repeats.task_id, known.repeats.finished_at) == (first, job_of(first).finished_at)
    assert [(group.code, group.count, group.lines) for group in known.reject_groups] == [("NAME_BLANK", 1, [4])]
    assert known.superseded_file
    assert known.skipped_file is None


def test_the_json_has_the_keys_that_it_always_had() -> None:
    kept = stored(import_file(FILE).task_id)
    assert kept.keys() == {one.name for one in dataclasses.fields(Facts)}
    told = {"encoding": "utf-8", "delimiter": ";", "header_line": 1}
    quoting = {"guessed": False, "spaced": False, "escaped": False, "folded": False}
    assert (kept["dialect"], kept["sign"], kept["preset"]) == (told | quoting, ",", "none")
    assert {name: kept[name] for name in told} == told
    (group,) = kept["reject_groups"]
    assert group == {"code": "NAME_BLANK", "column": "name", "count": 1, "example": "", "lines": [4]}


def test_a_row_of_an_earlier_version_is_read_with_defaults_and_one_of_a_later_version_without_what_is_new() -> None:
    import_id = make_import(FILE)
    known = job_of(import_id).facts
    kept = stored(import_id)
    del kept["rejects_file"], kept["reject_groups"], kept["sheet"], kept["preset"]
    store(import_id, {**kept, "weather": "fine"})
    assert job_of(import_id).facts == dataclasses.replace(known, preset=None)
    store(import_id, {})
    assert job_of(import_id).facts == Facts()
