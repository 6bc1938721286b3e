"""The other questions: too many rejected rows, a decimal sign that nothing tells; and the same file again."""

import uuid

import pytest

from product_importer.imports import answers, application
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import Decimal, Question, State
from product_importer.kit import database
from tests.makers import (
    answered,
    csv_file,
    import_file,
    make_product,
    run_import_to_end,
    seen_import,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")

HALF_BAD = csv_file("A-1,Mug,,1.00", "B-2,Lamp,,2.00", ",No SKU,,1.00", "C-3,,,1.00")
UNCLEAR = csv_file('A-1,Mug,,"1,234"', 'B-2,Lamp,,"2,500"')


def test_more_rejects_than_allowed_hold_the_import() -> None:
    seen = import_file(HALF_BAD, max_rejects=0.4)
    assert (seen.state, seen.question) == (State.WAITING, Question.REJECTS)
    assert seen.plan == Counts(rows=4, created=2, rejected=2)
    assert stored_products() == {}


def test_as_many_rejects_as_allowed_do_not() -> None:
    assert import_file(HALF_BAD, max_rejects=0.5).state is State.COMPLETED


def test_rejects_hold_nothing_unless_a_limit_is_set() -> None:
    assert import_file(HALF_BAD).state is State.COMPLETED


def test_a_limit_of_zero_holds_at_the_first_rejected_row() -> None:
    assert import_file(csv_file("A-1,Mug,,1.00", ",No SKU,,1.00"), max_rejects=0).question is Question.REJECTS
    assert import_file(csv_file("A-1,Mug,,1.00"), max_rejects=0).state is State.COMPLETED


def test_going_on_in_spite_of_the_rejects_writes_the_rest() -> None:
    seen = answered(import_file(HALF_BAD, max_rejects=0.1).task_id, answers.accept_rejects)
    assert (seen.state, seen.counts) == (State.COMPLETED, Counts(rows=4, created=2, rejected=2))


def test_a_review_comes_after_the_rejects_were_accepted() -> None:
    seen = answered(import_file(HALF_BAD, max_rejects=0.1, review=True).task_id, answers.accept_rejects)
    assert (seen.state, seen.question) == (State.WAITING, Question.REVIEW)
    assert answered(seen.task_id, answers.apply).counts == Counts(rows=4, created=2, rejected=2)


def test_rejects_that_were_accepted_are_not_asked_about_again_when_the_catalog_moved() -> None:
    seen = answered(import_file(HALF_BAD, max_rejects=0.1, review=True).task_id, answers.accept_rejects)
    make_product("A-1", name="Other")
    assert answered(seen.task_id, answers.apply).question is Question.REVIEW


def test_a_decimal_sign_that_nothing_tells_is_asked_for_with_both_readings() -> None:
    seen = import_file(UNCLEAR, interactive=True)
    assert (seen.state, seen.question, seen.error) == (State.WAITING, Question.DECIMAL, None)
    assert seen.asked is not None
    assert (seen.asked.example, seen.asked.readings) == ("1,234", {".": "1234.00", ",": "1.23"})


@pytest.mark.parametrize(("sign", "price"), [(Decimal.POINT, "1234.00"), (Decimal.COMMA, "1.23")])
def test_the_sign_that_was_chosen_is_the_one_that_is_used(sign: Decimal, price: str) -> None:
    import_id = import_file(UNCLEAR, interactive=True).task_id
    with database.transaction() as session:
        answers.set_decimal(session, import_id, sign)
    assert run_import_to_end(import_id).counts == Counts(rows=2, created=2)
    assert str(stored_products()["a-1"].price) == price


def test_a_program_that_leaves_the_decimal_sign_open_is_refused() -> None:
    seen = import_file(UNCLEAR)
    assert seen.error is not None
    assert (seen.state, seen.error.code) == (State.FAILED, "DECIMAL_AMBIGUOUS")


@pytest.mark.parametrize("answer", [answers.apply, answers.accept_rejects])
def test_an_answer_to_another_question_is_refused(answer: object) -> None:
    import_id = import_file(UNCLEAR, interactive=True).task_id
    with pytest.raises(answers.NothingAsked):
        answered(import_id, answer)
    assert seen_import(import_id).question is Question.DECIMAL


def test_nothing_can_be_answered_once_an_import_has_ended() -> None:
    import_id = import_file(HALF_BAD).task_id
    for answer in (answers.apply, answers.accept_rejects, answers.discard):
        with pytest.raises(answers.NothingAsked):
            answered(import_id, answer)


def test_an_import_that_waits_is_left_alone_by_workers() -> None:
    import_id = import_file(HALF_BAD, max_rejects=0.1).task_id
    assert not application.apply(import_id)
    assert seen_import(import_id).state is State.WAITING


def test_the_same_file_again_is_recognised_and_not_refused() -> None:
    first = import_file(HALF_BAD)
    again = import_file(HALF_BAD)
    assert again.repeats is not None
    assert (again.repeats.number, again.repeats.task_id) == (first.number, first.task_id)
    assert (again.state, again.counts.unchanged, first.repeats) == (State.COMPLETED, 2, None)


def test_the_same_file_with_a_review_is_recognised_while_it_waits() -> None:
    import_file(HALF_BAD)
    assert import_file(HALF_BAD, review=True, max_rejects=0.9).repeats is not None


@pytest.mark.parametrize(
    "options",
    [{"mode": "update_only"}, {"mapping": {"sku": "sku", "name": "name"}}, {"blanks": {"price": "keep"}}],
)
def test_the_same_bytes_read_in_another_way_are_another_file(options: dict[str, object]) -> None:
    import_file(HALF_BAD)
    assert import_file(HALF_BAD, **options).repeats is None


def test_a_file_that_was_discarded_was_not_imported() -> None:
    answered(import_file(HALF_BAD, review=True).task_id, answers.discard)
    assert import_file(HALF_BAD).repeats is None


def test_the_newest_of_several_imports_of_a_file_is_named() -> None:
    import_file(HALF_BAD)
    second: uuid.UUID = import_file(HALF_BAD).task_id
    third = import_file(HALF_BAD)
    assert third.repeats is not None
    assert third.repeats.task_id == second
