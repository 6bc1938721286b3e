"""A review: the plan is shown exactly, nothing is written before a yes, and a catalog that moved is named."""

import threading
import uuid
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from product_importer.catalog.models import Product
from product_importer.imports import actions, answers, changes, changes_file, chores, preparation, staging
from product_importer.imports.snapshot import Change, Counts, Snapshot
from product_importer.imports.states import Mode, Outcome, Question, State
from product_importer.kit import database
from tests.gate import Gate
from tests.makers import (
    answered,
    csv_file,
    edit_product,
    import_file,
    job_of,
    journal_lines,
    lose_the_plan,
    make_import,
    make_product,
    run_import_to_end,
    seen_import,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")

FILE = csv_file(
    "NEW-1,Lamp,,9.00", "OLD-1,Mug,,2.00", "SAME-1,Cup,,3.00", "NEW-1,Lamp,Red,9.50", ",No SKU,,1.00", "NEW-2,Jug,,4.00"
)
PLAN = Counts(rows=6, created=2, updated=1, unchanged=1, superseded=1, rejected=1)


@pytest.fixture
def reviewed() -> uuid.UUID:
    """An import with every outcome but skipped, waiting for its review."""
    make_product("OLD-1", name="Mug", price=Decimal("1.00"))
    make_product("SAME-1", name="Cup", price=Decimal("3.00"))
    return import_file(FILE, review=True).task_id


def listed(import_id: uuid.UUID, outcome: changes.Kind, *, limit: int = 2) -> list[Change]:
    """Return all changes of one outcome, page by page."""
    job, found, cursor = job_of(import_id), list[Change](), None
    while True:
        page = changes.page(job, outcome, cursor=cursor, limit=limit)
        found += page.items
        if (cursor := page.next_cursor) is None:
            return found


def told(found: Sequence[Change]) -> list[tuple[int, str, dict[str, list[str | bool | None]]]]:
    return [(one.line, one.sku, one.changes) for one in found]


def test_an_import_under_review_waits_with_its_exact_account_and_nothing_written(reviewed: uuid.UUID) -> None:
    seen = seen_import(reviewed)
    assert (seen.state, seen.question, seen.plan) == (State.WAITING, Question.REVIEW, PLAN)
    assert seen.counts == Counts(rows=2, superseded=1, rejected=1)
    assert sorted(stored_products()) == ["old-1", "same-1"]
    assert journal_lines(reviewed) == []


def test_a_yes_applies_exactly_the_plan(reviewed: uuid.UUID) -> None:
    seen = answered(reviewed, answers.apply)
    assert (seen.state, seen.counts, seen.plan) == (State.COMPLETED, PLAN, PLAN)
    assert stored_products()["new-1"].description == "Red"


@pytest.mark.parametrize("mode", Mode)
def test_what_is_planned_is_what_is_applied_in_every_mode(mode: Mode) -> None:
    make_product("OLD-1", name="Mug", price=Decimal("1.00"))
    planned = import_file(FILE, review=True, mode=mode).plan
    seen = answered(seen_import(make_import(FILE, review=True, mode=mode)).task_id, answers.apply)
    assert (seen.counts, seen.state) == (planned, State.COMPLETED)


def test_an_import_without_review_comes_to_its_plan_too() -> None:
    make_product("OLD-1", name="Mug", price=Decimal("1.00"))
    make_product("SAME-1", name="Cup", price=Decimal("3.00"))
    seen = import_file(FILE)
    assert (seen.plan, seen.counts) == (PLAN, PLAN)


def test_a_no_writes_nothing_and_drops_the_plan(reviewed: uuid.UUID) -> None:
    seen = answered(reviewed, answers.discard)
    assert (seen.state, len(stored_products())) == (State.CANCELLED, 2)
    assert not staging.intact(job_of(reviewed).scratch, 4)


def test_changes_are_listed_before_and_after_while_they_are_reviewed(reviewed: uuid.UUID) -> None:
    assert told(listed(reviewed, Outcome.UPDATED)) == [(3, "OLD-1", {"price": ["1.00", "2.00"]})]
    new = {"name": [None, "Lamp"], "description": [None, "Red"], "price": [None, "9.50"]}
    assert told(listed(reviewed, Outcome.CREATED, limit=1)) == [
        (5, "NEW-1", new),
        (7, "NEW-2", {"name": [None, "Jug"], "price": [None, "4.00"]}),
    ]
    assert told(listed(reviewed, Outcome.UNCHANGED)) == [(4, "SAME-1", {})]


def test_changes_are_listed_the_same_once_they_are_written(reviewed: uuid.UUID) -> None:
    before = {outcome: told(listed(reviewed, outcome)) for outcome in (Outcome.UPDATED, Outcome.CREATED)}
    answered(reviewed, answers.apply)
    after = {outcome: told(listed(reviewed, outcome, limit=1)) for outcome in (Outcome.UPDATED, Outcome.CREATED)}
    active = {"active": [None, True]}
    assert after[Outcome.UPDATED] == before[Outcome.UPDATED]
    assert after[Outcome.CREATED] == [(line, sku, values | active) for line, sku, values in before[Outcome.CREATED]]
    assert listed(reviewed, Outcome.UNCHANGED) == []


def test_a_created_product_that_is_gone_keeps_its_sku_and_line(reviewed: uuid.UUID) -> None:
    answered(reviewed, answers.apply)
    with database.transaction() as session:
        session.execute(delete(Product).where(Product.sku_key == "new-2"))
    assert told(listed(reviewed, Outcome.CREATED))[1] == (7, "NEW-2", {})


def test_the_file_of_changes_has_one_product_a_line_and_no_formula() -> None:
    make_product("OLD-1", name="Mug", price=Decimal("1.00"))
    seen = import_file(csv_file("OLD-1,Mug,'=1+1,2.00", "NEW-1,Lamp,,9.00"), review=True)
    text_ = "".join(changes_file.written(seen.task_id, (Outcome.UPDATED, Outcome.CREATED)))
    assert text_.splitlines() == [
        "outcome,line,sku,name_before,name_after,description_before,description_after,"
        "price_before,price_after,active_before,active_after",
        "updated,2,OLD-1,,,,'=1+1,1.00,2.00,,",
        "created,3,NEW-1,,Lamp,,,,9.00,,",
    ]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.2", "9" * 40, "٣"])
def test_a_cursor_that_leads_nowhere_is_refused(reviewed: uuid.UUID, cursor: str) -> None:
    with pytest.raises(changes.ChangesCursorInvalid):
        changes.page(job_of(reviewed), Outcome.UPDATED, cursor=cursor)
    answered(reviewed, answers.apply)
    with pytest.raises(changes.ChangesCursorInvalid):
        changes.page(job_of(reviewed), Outcome.UPDATED, cursor=cursor)


def test_a_catalog_that_moved_is_named_and_needs_a_second_yes(reviewed: uuid.UUID) -> None:
    edit_product("old-1", price=Decimal("1.50"))
    make_product("NEW-2", name="Jug", price=Decimal("4.00"))
    seen = answered(reviewed, answers.apply)
    assert (seen.state, seen.question) == (State.WAITING, Question.REVIEW)
    assert seen.asked is not None
    assert [(one.sku, one.planned, one.now, one.changes) for one in seen.asked.differences] == [
        ("NEW-2", "created", "unchanged", {}),
        ("OLD-1", "updated", "updated", {"price": ["1.50", "2.00"]}),
    ]
    assert seen.asked.moved == 2
    assert seen.plan == Counts(rows=6, created=1, updated=1, unchanged=2, superseded=1, rejected=1)
    assert journal_lines(reviewed) == []


def test_a_second_yes_applies_the_second_plan(reviewed: uuid.UUID) -> None:
    edit_product("same-1", name="Bowl")
    second = answered(reviewed, answers.apply).plan
    seen = answered(reviewed, answers.apply)
    assert (seen.state, seen.counts, seen.asked) == (State.COMPLETED, second, None)
    assert stored_products()["same-1"].name == "Cup"


def test_a_product_that_was_deleted_and_made_again_has_moved(reviewed: uuid.UUID) -> None:
    with database.transaction() as session:
        session.execute(delete(Product).where(Product.sku_key == "old-1"))
    make_product("OLD-1", name="Mug", price=Decimal("1.00"))
    seen = answered(reviewed, answers.apply)
    assert seen.asked is not None
    assert [one.sku for one in seen.asked.differences] == ["OLD-1"]


def test_only_the_first_twenty_differences_are_named_and_all_are_counted() -> None:
    rows = [f"N-{number:02},Mug,,1.00" for number in range(30)]
    import_id = import_file(csv_file(*rows), review=True).task_id
    for number in range(25):
        make_product(f"N-{number:02}", name="Other")
    seen = answered(import_id, answers.apply)
    assert seen.asked is not None
    assert (seen.asked.moved, len(seen.asked.differences)) == (25, 20)


def test_a_yes_to_a_plan_that_was_shown_before_counts_no_more(reviewed: uuid.UUID) -> None:
    shown = seen_import(reviewed).version
    edit_product("old-1", price=Decimal("1.50"))
    answered(reviewed, answers.apply)
    with database.transaction() as session, pytest.raises(answers.NothingAsked):
        answers.apply(session, reviewed, version=shown)
    assert seen_import(reviewed).state is State.WAITING


def test_two_who_say_yes_at_once_apply_it_once(reviewed: uuid.UUID) -> None:
    with database.transaction() as session:
        answers.apply(session, reviewed)
    with database.transaction() as session, pytest.raises(answers.NothingAsked):
        answers.apply(session, reviewed)
    assert run_import_to_end(reviewed).counts == PLAN
    assert sum(line[0] == "upload.completed" for line in journal_lines(reviewed)) == 1


def test_a_plan_that_is_lost_is_made_again_and_asked_about(reviewed: uuid.UUID) -> None:
    lose_the_plan(reviewed)
    with pytest.raises(changes.PlanGone):
        listed(reviewed, Outcome.UPDATED)
    assert chores.remake_lost_plans.run() == 1
    seen = run_import_to_end(reviewed)
    assert (seen.question, seen.plan) == (Question.REVIEW, PLAN)
    assert chores.remake_lost_plans.run() == 0
    assert len(listed(reviewed, Outcome.UPDATED)) == 1


def test_a_yes_to_a_lost_plan_asks_again(reviewed: uuid.UUID) -> None:
    lose_the_plan(reviewed)
    seen = answered(reviewed, answers.apply)
    assert (seen.state, seen.plan, len(stored_products())) == (State.WAITING, PLAN, 2)
    assert answered(reviewed, answers.apply).counts == PLAN


def test_the_plan_under_review_outlives_a_crash_of_the_server(reviewed: uuid.UUID) -> None:
    engine, area = database.engine(), job_of(reviewed).scratch
    if engine.dialect.name == "postgresql":
        logged = text("SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
                      "WHERE nspname = :area AND relkind = 'r' AND relpersistence = 'p' ORDER BY relname")  # fmt: skip
        with engine.connect() as connection:
            assert connection.scalars(logged, {"area": area}).all() == ["plan", "staged"]
    else:
        assert Path(f"{engine.url.database}.scratch", area or "", "scratch.db").stat().st_size > 0


def test_a_cancellation_that_came_while_the_plan_was_made_is_not_left_waiting(gate: Gate) -> None:
    gate.shut("import.plan.sealed")
    import_id = make_import(FILE, review=True)
    worker = threading.Thread(target=preparation.prepare, args=(import_id,))
    worker.start()
    gate.wait()
    with database.transaction() as session:
        actions.cancel(session, import_id)
    gate.open()
    worker.join()
    assert seen_import(import_id).state is State.CANCELLED


def test_cancelling_a_waiting_import_is_final_at_once(reviewed: uuid.UUID) -> None:
    with database.transaction() as session:
        actions.cancel(session, reviewed)
    seen: Snapshot = seen_import(reviewed)
    assert (seen.state, seen.question) == (State.CANCELLED, None)
