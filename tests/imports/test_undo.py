"""Undo: the catalog is as it was before the import, but for what somebody touched since, and that is listed."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from product_importer.catalog.models import Product
from product_importer.imports import actions, preparation, slices
from product_importer.imports.snapshot import Undoing
from product_importer.imports.states import Fate, State, UndoState
from product_importer.imports.undoing import undo, undo_actions, undo_queries
from product_importer.imports.undoing.undo import Tally
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests.makers import (
    csv_file,
    edit_product,
    import_file,
    job_of,
    journal_lines,
    make_import,
    make_product,
    remove_product,
    run_import_to_end,
    run_undo_to_end,
    seen_import,
    start_undo,
    stored_products,
    undo_import,
)

pytestmark = pytest.mark.usefixtures("started", "small_slices")
Values = tuple[str, str, str | None, Decimal | None, bool]


@pytest.fixture
def small_slices(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of ten products, so that an import of forty writes several journal batches."""
    monkeypatch.setattr(database.face(), "SLICE", 10)


def catalog() -> dict[str, Values]:
    """Return what every product says, without versions and times, which only ever rise."""
    products = stored_products().items()
    return {key: (one.sku, one.name, one.description, one.price, one.active) for key, one in products}


def kept(import_id: uuid.UUID) -> list[tuple[str, str, str | None, Any]]:
    with database.reading() as session:
        return [(one.sku, one.what.value, one.who, one.fields) for one in undo_queries.kept(session, import_id)]


def previewed(import_id: uuid.UUID) -> Tally:
    with database.reading() as session:
        return undo_queries.preview(session, import_id)


def tallied(seen: Undoing | None) -> Tally:
    assert seen is not None
    return Tally(seen.deleted, seen.restored, seen.kept, seen.gone)


def mixed() -> bytes:
    """Forty rows: twenty of new products, ten that change a price, ten that change name, text and price."""
    rows = [f"N-{number:02},New,,1.00" for number in range(20)]
    rows += [f"P-{number:02},Product P-{number:02},,12.50" for number in range(10)]
    rows += [f"Q-{number:02},Other,Text,0.05" for number in range(10)]
    return csv_file(*rows)


def known() -> dict[str, Values]:
    for number in range(10):
        make_product(f"P-{number:02}", price=Decimal("10.00"))
        make_product(f"Q-{number:02}", price=None if number % 2 else Decimal("9.99"), description=None)
    make_product("ALONE")
    return catalog()


def test_an_undone_import_leaves_the_catalog_as_it_was() -> None:
    before = known()
    done = import_file(mixed())
    assert (done.counts.created, done.counts.updated) == (20, 20)
    foretold = previewed(done.task_id)
    undone = undo_import(done.task_id)
    assert catalog() == before
    assert (undone.state, undone.status) == (State.UNDONE, "Undone")
    assert tallied(undone.undo) == foretold == Tally(deleted=20, restored=20)
    assert kept(done.task_id) == []


def test_ten_products_edited_by_hand_stay_and_are_listed_with_who_edited_them() -> None:
    before = known()
    done = import_file(mixed())
    for number in range(5):
        edit_product(f"N-{number:02}", name="By hand")
        edit_product(f"P-{number:02}", price=Decimal("77.00"), actor="token:pricing")
    after = catalog()
    foretold = previewed(done.task_id)
    undone = undo_import(done.task_id)
    edited = {f"{letter}-{number:02}".casefold() for letter in "NP" for number in range(5)}
    assert catalog() == before | {key: after[key] for key in edited}
    assert tallied(undone.undo) == foretold == Tally(deleted=15, restored=15, kept=10)
    assert kept(done.task_id) == [
        *((f"N-{number:02}", "edited", "user:anna", None) for number in range(5)),
        *((f"P-{number:02}", "edited", "token:pricing", {"price": ["12.50", "77.00"]}) for number in range(5)),
    ]


def test_a_preview_writes_nothing() -> None:
    known()
    done = import_file(mixed())
    before, told = catalog(), journal_lines()
    assert previewed(done.task_id).total == 40
    assert (catalog(), journal_lines(), seen_import(done.task_id).version) == (before, told, done.version)


def test_fields_that_nobody_touched_are_restored_beside_one_that_stays() -> None:
    make_product("A-1", name="Old", description="Old text", price=Decimal("1.00"))
    done = import_file(csv_file("A-1,New,New text,2.00"))
    edit_product("A-1", name="By hand")
    undone = undo_import(done.task_id)
    assert catalog()["a-1"] == ("A-1", "By hand", "Old text", Decimal("1.00"), True)
    assert tallied(undone.undo) == Tally(kept=1)
    assert kept(done.task_id) == [("A-1", "edited", "user:anna", {"name": ["New", "By hand"]})]


def test_an_edit_of_another_field_does_not_keep_what_the_import_set() -> None:
    make_product("A-1", name="Old", price=Decimal("1.00"))
    done = import_file(csv_file("A-1,Old,,2.00"))
    edit_product("A-1", name="By hand")
    assert tallied(undo_import(done.task_id).undo) == Tally(restored=1)
    assert catalog()["a-1"] == ("A-1", "By hand", None, Decimal("1.00"), True)


def test_what_was_empty_is_empty_again_and_what_was_cleared_comes_back() -> None:
    make_product("A-1", description=None, price=None, active=True)
    make_product("B-2", description="Kept text", price=Decimal("0.00"), active=False)
    before = catalog()
    header = "sku,name,description,price,active"
    columns = {field: field for field in header.split(",")}
    rows = ("A-1,New,Text,0.10,no", "B-2,New,__CLEAR__,__CLEAR__,yes")
    done = import_file(csv_file(*rows, header=header), mapping=columns)
    assert catalog()["b-2"] == ("B-2", "New", None, None, True)
    assert tallied(undo_import(done.task_id).undo) == Tally(restored=2)
    assert catalog() == before


def test_a_field_that_was_filled_after_the_import_cleared_it_stays() -> None:
    make_product("A-1", description="Old text")
    done = import_file(csv_file("A-1,Product A-1,__CLEAR__,10.00"))
    edit_product("A-1", description="By hand")
    undo_import(done.task_id)
    assert kept(done.task_id) == [("A-1", "edited", "user:anna", {"description": [None, "By hand"]})]
    assert catalog()["a-1"][2] == "By hand"


def test_products_deleted_since_are_listed_and_not_made_anew() -> None:
    make_product("B-2", name="Old")
    done = import_file(csv_file("A-1,New,,1.00", "B-2,New,,1.00", "C-3,New,,1.00"))
    remove_product("A-1")
    remove_product("B-2", actor="token:sync")
    foretold = previewed(done.task_id)
    assert tallied(undo_import(done.task_id).undo) == foretold == Tally(deleted=1, gone=2)
    assert catalog() == {}
    assert [one[:3] for one in kept(done.task_id)] == [
        ("A-1", "deleted", "user:anna"),
        ("B-2", "deleted", "token:sync"),
    ]


def test_what_a_later_import_wrote_over_stays_until_that_one_is_undone() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    before = catalog()
    first = import_file(csv_file("A-1,Mug,,2.00"))
    second = import_file(csv_file("A-1,Mug,,3.00"))
    assert previewed(first.task_id) == Tally(kept=1)
    assert tallied(undo_import(second.task_id).undo) == Tally(restored=1)
    assert tallied(undo_import(first.task_id).undo) == Tally(restored=1)
    assert catalog() == before


def test_a_product_that_a_later_import_changed_is_kept_in_its_name() -> None:
    first = import_file(csv_file("A-1,Mug,,2.00", "B-2,Lamp,,2.00"))
    second = import_file(csv_file("A-1,Mug,,3.00"))
    undo_import(first.task_id)
    assert kept(first.task_id) == [("A-1", "edited", f"import:{second.number}", None)]
    assert set(catalog()) == {"a-1"}


def test_an_undo_beside_another_import_leaves_that_ones_products_alone() -> None:
    first = import_file(csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    other = make_import(csv_file(*(f"N-{number:02},Lamp,,2.00" for number in range(20, 40))))
    undo_id = start_undo(first.task_id)
    run_import_to_end(other)
    run_undo_to_end(undo_id)
    assert {key: values[1] for key, values in catalog().items()} == {f"n-{n:02}": "Lamp" for n in range(20, 40)}
    assert {one[2] for one in kept(first.task_id)} == {f"import:{seen_import(other).number}"}


def test_a_cancelled_import_is_undone_as_far_as_it_came() -> None:
    import_id = make_import(csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    assert preparation.prepare(import_id)
    taken = slices.take(import_id, area=job_of(import_id).scratch or "", size=10)
    assert taken is not None
    slices.write(taken, job_of(import_id))
    with database.transaction() as session:
        actions.cancel(session, import_id)
    assert run_import_to_end(import_id).state is State.CANCELLED
    assert tallied(undo_import(import_id).undo) == Tally(deleted=10)
    assert catalog() == {}


def test_the_journal_tells_the_undo_in_the_name_of_who_asked_for_it() -> None:
    make_product("A-1", price=Decimal("1.00"))
    done = import_file(csv_file("A-1,Product A-1,,2.00", "B-2,Lamp,,2.00"))
    undo_import(done.task_id)
    undone = [line for line in journal_lines(done.task_id) if line[3] is None and line[0] != "upload.completed"]
    assert undone == [
        ("product.deleted", "B-2", 2, None, None),
        ("product.updated", "A-1", 3, None, {"price": ["2.00", "1.00"]}),
    ]


def test_an_import_is_undone_once() -> None:
    done = import_file(csv_file("A-1,Mug,,2.00"))
    undo_id = start_undo(done.task_id)
    with pytest.raises(undo_actions.UndoneAlready):
        start_undo(done.task_id)
    run_undo_to_end(undo_id)
    with pytest.raises(undo_actions.UndoneAlready):
        start_undo(done.task_id)
    assert seen_import(done.task_id).undo is not None


def test_what_has_not_ended_or_wrote_nothing_is_not_undone() -> None:
    waiting = make_import(csv_file("A-1,Mug,,2.00"))
    with pytest.raises(undo_actions.NotUndoable):
        start_undo(waiting)
    run_import_to_end(waiting)
    same = import_file(csv_file("A-1,Mug,,2.00"))
    with pytest.raises(undo_actions.NothingToUndo):
        start_undo(same.task_id)


def test_the_version_rises_and_the_percentage_with_it() -> None:
    done = import_file(csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    undo_id = start_undo(done.task_id)
    began = seen_import(done.task_id)
    assert (began.status, began.undoing, began.moves) == ("Undoing…", True, True)
    assert began.undo is not None
    assert (began.undo.percent, began.undo.done, began.undo.total) == (0.0, 0, 30)
    run_undo_to_end(undo_id)
    undone = seen_import(done.task_id)
    assert undone.version > began.version > done.version
    assert undone.undo is not None
    assert (undone.undo.state, undone.undo.percent, undone.undo.done) == (UndoState.COMPLETED, 100.0, 30)


def test_at_most_a_thousand_kept_products_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "LISTED", 12)
    done = import_file(csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    with database.transaction() as session:
        session.execute(update(Product).values(version=2))
    assert tallied(undo_import(done.task_id).undo) == Tally(kept=30)
    assert [(sku, what, who) for sku, what, who, _ in kept(done.task_id)] == [
        (f"N-{number:02}", Fate.EDITED, None) for number in range(12)
    ]
