"""The merge, when the catalog has moved since the plan was made: what is written is right as of now."""

import csv
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from product_importer.catalog.models import Product
from product_importer.imports import asides, preparation, slices
from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.imports.states import Outcome, State
from product_importer.journal.models import Entry
from product_importer.kit import database
from product_importer.kit.failpoints import Injected
from product_importer.kit.tasks import leases
from tests.makers import (
    csv_file,
    edit_product,
    job_of,
    journal_lines,
    make_import,
    make_product,
    remove_product,
    run_import_to_end,
    seen_import,
    slices_of,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")


class Planned:
    """An import whose plan is made while nothing is written yet, so that a test may move the catalog."""

    def __init__(self, *rows: str, header: str = "sku,name,description,price", **options: Any) -> None:
        self.id = make_import(csv_file(*rows, header=header), **options)
        assert preparation.prepare(self.id)

    def applied(self) -> Snapshot:
        return run_import_to_end(self.id)

    def updates(self) -> list[Any]:
        return [line[1:] for line in journal_lines(self.id) if line[0] == "product.updated"]

    def skipped(self) -> list[list[str]]:
        """Return line, code, column and SKU of all skipped rows, as their file has them."""
        text = "".join(asides.lines(job_of(self.id), Outcome.SKIPPED))
        return [row[:4] for row in csv.reader(text.splitlines()[1:])]

    def creations(self) -> list[Any]:
        return [line[1] for line in journal_lines(self.id) if line[0] == "product.created"]


def remove(sku_key: str) -> None:
    with database.transaction() as session:
        session.execute(delete(Product).where(Product.sku_key == sku_key))


def test_a_product_that_came_meanwhile_is_updated_instead_of_created() -> None:
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00")
    make_product("b-2", name="Lamp", price=Decimal("9.00"))
    assert planned.applied().counts == Counts(rows=2, created=1, updated=1)
    assert planned.creations() == ["A-1"]
    assert planned.updates() == [("b-2", 2, 3, {"price": ["9.00", "2.00"]})]
    assert stored_products()["b-2"].price == Decimal("2.00")


def test_a_product_that_came_meanwhile_with_these_very_values_is_unchanged() -> None:
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00")
    make_product("B-2", name="Lamp", price=Decimal("2.00"))
    assert planned.applied().counts == Counts(rows=2, created=1, unchanged=1)
    assert stored_products()["b-2"].version == 1


def test_a_product_that_came_meanwhile_is_skipped_when_only_creating() -> None:
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00", mode="create_only")
    make_product("B-2", name="Old lamp")
    assert planned.applied().counts == Counts(rows=2, created=1, skipped=1)
    assert stored_products()["b-2"].name == "Old lamp"
    assert planned.skipped() == [["3", "EXISTS", "sku", "B-2"]]


def test_a_product_that_went_meanwhile_is_created_anew() -> None:
    make_product("A-1", name="Old mug")
    make_product("B-2", name="Old lamp")
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00")
    remove("b-2")
    assert planned.applied().counts == Counts(rows=2, created=1, updated=1)
    assert planned.creations() == ["B-2"]
    assert stored_products()["b-2"].version == 1


def test_a_product_that_went_meanwhile_is_skipped_when_only_updating() -> None:
    make_product("A-1", name="Old mug")
    make_product("B-2", name="Old lamp")
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00", mode="update_only")
    remove("b-2")
    assert planned.applied().counts == Counts(rows=2, updated=1, skipped=1)
    assert list(stored_products()) == ["a-1"]
    assert planned.skipped() == [["3", "NO_MATCH", "sku", "B-2"]]


def test_a_product_that_was_as_its_row_says_and_was_edited_meanwhile_is_updated() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    make_product("B-2", name="Lamp", price=Decimal("2.00"))
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00", "C-3,Cup,,3.00")
    edit_product("A-1", price=Decimal("9.00"))
    assert planned.applied().counts == Counts(rows=3, created=1, updated=1, unchanged=1)
    assert planned.updates() == [("A-1", 3, 2, {"price": ["9.00", "1.00"]})]
    assert stored_products()["b-2"].version == 1


def test_a_product_that_was_as_its_row_says_and_was_deleted_meanwhile_is_created_anew() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    make_product("B-2", name="Lamp", price=Decimal("2.00"))
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00")
    remove_product("A-1")
    assert planned.applied().counts == Counts(rows=2, created=1, unchanged=1)
    assert planned.creations() == ["A-1"]


def test_a_product_that_was_as_its_row_says_and_was_deleted_meanwhile_is_skipped_when_only_updating() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    make_product("B-2", name="Old lamp", price=Decimal("2.00"))
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00", mode="update_only")
    remove_product("A-1")
    assert planned.applied().counts == Counts(rows=2, updated=1, skipped=1)
    assert planned.skipped() == [["2", "NO_MATCH", "sku", "A-1"]]


def test_a_product_that_was_edited_into_what_its_row_says_stays_as_it_is() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    planned = Planned("A-1,Mug,,1.00")
    edit_product("A-1", price=Decimal("9.00"))
    edit_product("A-1", price=Decimal("1.00"))
    assert planned.applied().counts == Counts(rows=1, unchanged=1)
    assert stored_products()["a-1"].version == 3


def test_rows_skipped_by_the_plan_and_by_a_catalog_that_moved_are_listed_together_by_line() -> None:
    make_product("A-1")
    make_product("C-3")
    planned = Planned("B-2,Lamp,,2.00", "A-1,Mug,,1.00", "D-4,Pot,,1.00", "C-3,Jar,,1.00", mode="update_only")
    remove("a-1")
    assert planned.applied().counts == Counts(rows=4, updated=1, skipped=3)
    assert [line for line, *_ in planned.skipped()] == ["2", "3", "4"]
    (late,) = [one for one in asides.first(job_of(planned.id), Outcome.SKIPPED) if one.sku == "A-1"]
    assert (late.line, late.code) == (3, "NO_MATCH")


def test_a_slice_that_met_a_moved_catalog_and_is_cut_off_lists_its_rows_once(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = Planned("A-1,Mug,,1.00", "B-2,Lamp,,2.00", mode="create_only")
    make_product("B-2")
    monkeypatch.setenv("FAILPOINTS", "catalog.moved=error")
    with pytest.raises(Injected):
        planned.applied()
    monkeypatch.delenv("FAILPOINTS")
    assert planned.applied().counts == Counts(rows=2, created=1, skipped=1)
    assert len(planned.skipped()) == 1


def test_an_edit_meanwhile_shows_in_what_the_journal_says_was_there_before() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    planned = Planned("A-1,Mug,,3.00")
    edit_product("a-1", price=Decimal("2.00"), name="Cup")
    assert planned.applied().counts == Counts(rows=1, updated=1)
    assert planned.updates() == [("A-1", 3, 2, {"name": ["Cup", "Mug"], "price": ["2.00", "3.00"]})]


def test_an_edit_meanwhile_to_these_very_values_leaves_nothing_to_write() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    planned = Planned("A-1,Mug,,3.00")
    edit_product("a-1", price=Decimal("3.00"))
    assert planned.applied().counts == Counts(rows=1, unchanged=1)
    assert planned.updates() == []
    assert stored_products()["a-1"].version == 2


def test_a_kept_blank_keeps_what_was_edited_meanwhile() -> None:
    make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"))
    planned = Planned("A-1,Mug,,3.00")
    edit_product("a-1", description="Green")
    planned.applied()
    assert stored_products()["a-1"].description == "Green"


def test_everything_at_once_is_still_accounted_for_row_by_row() -> None:
    for sku in ("upd", "gone", "same", "edited"):
        make_product(sku, name="Old", price=Decimal("1.00"))
    rows = ("new,N,,2.00", "came,N,,2.00", "upd,N,,2.00", "gone,N,,2.00", "same,Old,,1.00", "edited,N,,2.00", ",x,,1")
    planned = Planned(*rows)
    make_product("CAME", name="N", price=Decimal("3.00"))
    remove("gone")
    edit_product("edited", name="N", price=Decimal("2.00"))
    assert planned.applied().counts == Counts(rows=7, created=2, updated=2, unchanged=2, rejected=1)
    assert planned.creations() == ["gone", "new"]
    assert [line[0] for line in planned.updates()] == ["CAME", "upd"]


def test_created_products_have_their_own_ids_and_the_journal_names_them() -> None:
    planned = Planned(*(f"N-{number},Mug,,1.00" for number in range(50)))
    planned.applied()
    with database.reading() as session:
        told = set(session.scalars(select(Entry.subject_id).where(Entry.sku.is_not(None))))
    ids = {product.id for product in stored_products().values()}
    assert len(ids) == 50
    assert told == ids
    assert {one.version for one in ids} == {7}


def test_a_slice_of_one_token_is_written_by_that_token_only() -> None:
    planned = Planned("A-1,Mug,,1.00")
    job = job_of(planned.id)
    taken = slices.take(planned.id, area=job.scratch or "", size=10)
    assert taken is not None
    with database.transaction() as session:
        session.execute(update(type(taken)).values(token=job.id))
    with pytest.raises(leases.Fenced):
        slices.write(taken, job)
    assert stored_products() == {}
    assert journal_lines(planned.id) == []
    assert seen_import(planned.id).counts.created == 0


def test_a_slice_delivered_twice_counts_once() -> None:
    planned = Planned("A-1,Mug,,1.00")
    job = job_of(planned.id)
    taken = slices.take(planned.id, area=job.scratch or "", size=10)
    assert taken is not None
    slices.write(taken, job)
    with pytest.raises(leases.Fenced):
        slices.write(taken, job)
    assert planned.applied().counts == Counts(rows=1, created=1)
    assert [one.created for one in slices_of(planned.id)] == [1]


def test_a_plan_larger_than_a_slice_is_written_in_several() -> None:
    planned = Planned(*(f"N-{number:03},Mug,,1.00" for number in range(25)))
    job = job_of(planned.id)
    while taken := slices.take(planned.id, area=job.scratch or "", size=10):
        slices.write(taken, job)
    spans = [(one.first, one.last, one.created) for one in slices_of(planned.id)]
    assert spans == [(1, 10, 10), (11, 20, 10), (21, 25, 5)]
    assert planned.applied().state is State.COMPLETED


def test_slices_are_cut_by_what_is_to_be_written() -> None:
    with database.transaction() as session:
        plain = {"name": "Mug", "price": Decimal("1.00")}
        session.execute(insert(Product), [{"sku": f"n-{n:03}", "sku_key": f"n-{n:03}", **plain} for n in range(20)])
    planned = Planned(*(f"n-{number:03},Mug,,1.00" for number in range(30)))
    job = job_of(planned.id)
    while taken := slices.take(planned.id, area=job.scratch or "", size=5):
        slices.write(taken, job)
    assert [(one.first, one.last, one.unchanged) for one in slices_of(planned.id)] == [(1, 25, 20), (26, 30, 0)]
