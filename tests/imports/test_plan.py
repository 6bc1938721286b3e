"""The plan: which record of a file counts for a SKU, and what the catalog makes of it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import Table, delete, select

from product_importer.imports import plan, preparation, staging
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import Mode
from product_importer.kit import database, settings
from product_importer.kit.database import postgres_scratch, sqlite_scratch
from product_importer.kit.failpoints import Injected
from tests.makers import (
    csv_file,
    import_file,
    job_of,
    journal_lines,
    make_import,
    make_product,
    run_import_to_end,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")


def test_a_later_line_wins_when_a_sku_repeats() -> None:
    seen = import_file(csv_file("A-1,First,,1.00", "B-2,Other,,5.00", "A-1,Last,,2.00"))
    assert seen.counts == Counts(rows=3, created=2, superseded=1)
    assert (stored_products()["a-1"].name, stored_products()["a-1"].price) == ("Last", Decimal("2.00"))


def test_a_later_line_wins_whole_and_not_field_by_field() -> None:
    import_file(csv_file("A-1,First,Has a text,1.00", "A-1,Last,,2.00"))
    assert stored_products()["a-1"].description is None


def test_an_invalid_later_line_does_not_erase_a_valid_earlier_one() -> None:
    seen = import_file(csv_file("A-1,First,,1.00", "A-1,Last,,-2.00"))
    assert seen.counts == Counts(rows=2, created=1, rejected=1)
    assert stored_products()["a-1"].name == "First"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abc-1", "ABC-1"),
        ("Straße 9", "STRASSE 9"),
        ("Å-1", "A\u030a-1"),
        ("K-1", "\u212a-1"),
        ("ПОЛКА", "полка"),
        ("A  B", "a b"),
    ],
)
def test_skus_that_only_look_different_are_one_product(one: str, other: str) -> None:
    seen = import_file(csv_file(f"{one},First,,1.00", f"{other},Last,,2.00"))
    assert seen.counts == Counts(rows=2, created=1, superseded=1)
    assert [product.name for product in stored_products().values()] == ["Last"]


def test_another_spelling_alone_is_no_update() -> None:
    make_product("Abc-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("ABC-1,Mug,,1.00"))
    assert seen.counts == Counts(rows=1, unchanged=1)
    assert stored_products()["abc-1"].sku == "Abc-1"


def test_an_update_keeps_the_spelling_that_was_stored_first() -> None:
    make_product("Abc-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("ABC-1,Mug,,1.50"))
    assert seen.counts == Counts(rows=1, updated=1)
    assert (stored_products()["abc-1"].sku, stored_products()["abc-1"].price) == ("Abc-1", Decimal("1.50"))
    assert journal_lines(seen.task_id)[0] == ("product.updated", "Abc-1", 2, 2, {"price": ["1.00", "1.50"]})


def test_an_unchanged_row_writes_nothing_at_all() -> None:
    before = make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"))
    seen = import_file(csv_file("A-1,Mug,Blue,1.00"))
    after = stored_products()["a-1"]
    assert seen.counts == Counts(rows=1, unchanged=1)
    assert (after.version, after.updated_at) == (1, before.updated_at)
    assert [line[0] for line in journal_lines(seen.task_id)] == ["upload.completed"]


def test_the_same_file_again_changes_nothing() -> None:
    data = csv_file("A-1,Mug,Blue,1.00", "B-2,Lamp,,2.5", "a-1,Mug,Red,1.00")
    import_file(data)
    before = {key: (p.version, p.updated_at) for key, p in stored_products().items()}
    again = import_file(data)
    assert again.counts == Counts(rows=3, unchanged=2, superseded=1)
    assert {key: (p.version, p.updated_at) for key, p in stored_products().items()} == before
    assert [line[0] for line in journal_lines(again.task_id)] == ["upload.completed"]


def test_a_blank_cell_keeps_what_the_catalog_has() -> None:
    make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"))
    seen = import_file(csv_file("A-1,Mug,,2.00"))
    assert journal_lines(seen.task_id)[0][4] == {"price": ["1.00", "2.00"]}
    assert stored_products()["a-1"].description == "Blue"


def test_a_blank_cell_clears_where_that_was_asked_for() -> None:
    make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"))
    seen = import_file(csv_file("A-1,Mug,,"), blanks={"description": "clear", "price": "clear"})
    after = stored_products()["a-1"]
    assert (after.description, after.price) == (None, None)
    assert journal_lines(seen.task_id)[0][4] == {"description": ["Blue", None], "price": ["1.00", None]}


def test_the_clearing_token_clears_under_any_policy() -> None:
    make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"))
    import_file(csv_file("A-1,Mug,__CLEAR__,__CLEAR__"))
    after = stored_products()["a-1"]
    assert (after.description, after.price) == (None, None)


def test_clearing_what_is_empty_already_is_no_change() -> None:
    make_product("A-1", name="Mug", price=None)
    seen = import_file(csv_file("A-1,Mug,__CLEAR__,__CLEAR__"))
    assert seen.counts == Counts(rows=1, unchanged=1)


def test_a_column_that_is_absent_is_never_touched() -> None:
    make_product("A-1", name="Mug", description="Blue", price=Decimal("1.00"), active=False)
    seen = import_file(csv_file("A-1,Cup", header="sku,name"))
    after = stored_products()["a-1"]
    assert (after.description, after.price, after.active) == ("Blue", Decimal("1.00"), False)
    assert journal_lines(seen.task_id)[0][4] == {"name": ["Mug", "Cup"]}


def test_a_new_product_without_columns_for_them_has_no_text_and_no_price_and_is_active() -> None:
    import_file(csv_file("A-1,Cup", header="sku,name"))
    after = stored_products()["a-1"]
    assert (after.description, after.price, after.active) == (None, None, True)


def test_the_journal_tells_a_flag_as_true_or_false() -> None:
    make_product("A-1", name="Mug")
    columns = {"sku": "sku", "name": "name", "active": "on"}
    seen = import_file(csv_file("A-1,Mug,no", header="sku,name,on"), mapping=columns)
    assert journal_lines(seen.task_id)[0][4] == {"active": [True, False]}
    assert stored_products()["a-1"].active is False


def test_prices_are_compared_after_rounding() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("A-1,Mug,,1.004"), decimal=".")
    assert seen.counts == Counts(rows=1, unchanged=1)


def test_creating_only_skips_what_exists() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("a-1,Cup,,2.00", "B-2,Lamp,,3.00"), mode="create_only")
    assert seen.counts == Counts(rows=2, created=1, skipped=1)
    assert stored_products()["a-1"].name == "Mug"


def test_updating_only_skips_what_is_absent() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("a-1,Cup,,2.00", "B-2,Lamp,,3.00"), mode="update_only")
    assert seen.counts == Counts(rows=2, updated=1, skipped=1)
    assert list(stored_products()) == ["a-1"]


def test_updating_only_needs_no_name() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("A-1,2.00", header="sku,price"), mode="update_only")
    assert seen.counts == Counts(rows=1, updated=1)
    assert (stored_products()["a-1"].name, stored_products()["a-1"].price) == ("Mug", Decimal("2.00"))


def test_skipped_and_unchanged_rows_are_accounted_for_in_every_mode() -> None:
    make_product("A-1", name="Mug", price=Decimal("1.00"))
    rows = ("A-1,Mug,,1.00", "B-2,Lamp,,3.00", "b-2,Lamp,,3.00", "C-3,,,1.00")
    modes = ("upsert", "create_only", "update_only")
    counts = {mode: import_file(csv_file(*rows), mode=mode).counts for mode in modes}
    assert counts["upsert"] == Counts(rows=4, created=1, unchanged=1, superseded=1, rejected=1)
    assert counts["create_only"] == Counts(rows=4, skipped=2, superseded=1, rejected=1)
    assert counts["update_only"] == Counts(rows=4, unchanged=2, superseded=1, rejected=1)


def test_a_created_product_leaves_only_a_reference_in_the_journal() -> None:
    seen = import_file(csv_file("A-1,Mug,Blue,1.00"))
    created, completed = journal_lines(seen.task_id)
    assert created == ("product.created", "A-1", 1, 2, None)
    assert completed[4] is not None
    assert completed[4]["counts"] == {"rows": 1, "created": 1, "updated": 0, "unchanged": 0} | {
        "superseded": 0, "skipped": 0, "rejected": 0,
    }  # fmt: skip


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As many pieces as either database fills at once."""
    for way in (postgres_scratch, sqlite_scratch):
        monkeypatch.setattr(way, "PIECE", 3)
    with monkeypatch.context() as parallel:
        parallel.setenv("IMPORT_PARALLEL", "16")
        settings.current.cache_clear()
        yield
    settings.current.cache_clear()


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_is_planned_in_pieces_gives_each_key_its_rank() -> None:
    make_product("K'É-07", name="Mug", price=Decimal("1.00"))
    make_product("K'É-31", name="Mug", price=Decimal("2.00"))
    keys = [f"k'é-{number * 7 % 40:02}" for number in range(50)]  # the first ten come twice
    import_id = make_import(csv_file(*(f"{key},Mug,,1.00" for key in keys)))
    assert preparation.prepare(import_id)
    row = staging.plan.c
    with database.transaction(scratch=job_of(import_id).scratch) as session:
        found = session.execute(select(row.position, row.sku_key, row.line, row.kind).order_by(row.position)).all()
    ranked = sorted(set(keys))
    assert [(position, key) for position, key, _, _ in found] == list(enumerate(ranked, start=1))
    assert [line for _, _, line, _ in found] == [2 + max(at for at in range(50) if keys[at] == key) for key in ranked]
    kinds = {key: kind for _, key, _, kind in found if kind != staging.CREATE}
    assert kinds == {"k'é-07": staging.SAME, "k'é-31": staging.UPDATE}


@pytest.mark.usefixtures("small_pieces")
def test_a_file_whose_pieces_fail_is_planned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = make_import(csv_file(*(f"K-{number:02},Mug,,1.00" for number in range(50))))
    monkeypatch.setenv("FAILPOINTS", "import.plan.piece=error")
    with pytest.raises(Injected):
        preparation.prepare(import_id)
    monkeypatch.delenv("FAILPOINTS")
    assert run_import_to_end(import_id).counts == Counts(rows=50, created=50)


def test_a_plan_that_lacks_a_position_is_never_finished() -> None:
    area = staging.new_area(job_of(make_import(csv_file("A-1,Mug,,1.00"))))
    with staging.filling(area) as session:
        staging.add(session, [(line, f"a-{line}", f"A-{line}", "Mug", None, "1.00", None, 0) for line in (2, 3, 4)])
    plan.fill(area, mode=Mode.UPSERT, fields=["sku", "name"], durable=False)
    with staging.filling(area) as session:
        session.execute(delete(staging.plan).where(staging.plan.c.position == 2))
    with pytest.raises(plan.Lost):
        plan.finish(area, records=3, durable=False)


@pytest.mark.parametrize("lost", [staging.staged, staging.plan])
def test_what_a_crash_of_the_database_emptied_is_never_taken_for_an_empty_file(lost: Table) -> None:
    area = staging.new_area(job_of(make_import(csv_file("A-1,Mug,,1.00"))))
    with staging.filling(area) as session:
        staging.add(session, [(2, "a-1", "A-1", "Mug", None, "1.00", None, 0)])
    if lost is staging.plan:
        plan.fill(area, mode=Mode.UPSERT, fields=["sku", "name"], durable=False)
    with staging.filling(area) as session:
        session.execute(delete(lost))
    if lost is staging.staged:
        plan.fill(area, mode=Mode.UPSERT, fields=["sku", "name"], durable=False)
    with pytest.raises(plan.Lost):
        plan.finish(area, records=1, durable=False)
