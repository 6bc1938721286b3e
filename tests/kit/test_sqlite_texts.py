"""What FTS5 is asked for stays small, whatever is searched for."""

from product_importer.catalog.models import ProductText
from product_importer.kit.database import sqlite_texts

MANY = [chr(0x4E00 + number) for number in range(900)]


def asked(pairs: list[str], letters: list[str]) -> str:
    """Return the question that is put to FTS5; nothing where it is not asked."""
    questions = sqlite_texts.contains_pairs(ProductText, pairs, letters).compile().params.values()
    return "".join(questions)


def test_of_many_pairs_no_more_are_asked_for_than_are_soon_answered() -> None:
    pairs = [f"x{digit}" for digit in range(10)] * 6
    question = asked(pairs, MANY)
    assert question.count('"') == 2 * 2 * 2 * len(MANY)  # two marks around each: before and behind two pairs
    assert asked(pairs[:2], MANY) == question


def test_a_pair_that_too_many_letters_may_stand_beside_is_not_asked_for() -> None:
    assert asked(["x1"], MANY * 3) == ""
    assert asked(["x1"], []) == ""
    assert asked(["x1"], ["a"]) == '("x1a" OR "ax1")'
