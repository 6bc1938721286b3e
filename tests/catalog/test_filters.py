"""Which products a filter finds: any case of any letter, every sign literal, the same on both databases."""

import pytest
from sqlalchemy import select

from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers

NAMES = {
    "a-1": "Éclair ØRSTED",
    "a-2": "Я люблю ЧАЙ",
    "a-3": "100% cotton_blend",
    "a-4": r"back\slash [box] *star* ?what",
    "a-5": "ΟΔΟΣ ς",
    "a-6": "plain",
    "a-7": "groß GROẞ",
    "a-8": 'it\'s "quoted" <script>alert(1)</script> 🙂',
    "a-9": "(a|b)+ {2} ^$ . -]",
}


def found(**wanted: str | bool) -> list[str]:
    statement = select(Product.sku).where(Filters(**wanted).condition()).order_by(Product.sku_key)  # type: ignore[arg-type]
    with database.reading() as session:
        return list(session.scalars(statement))


@pytest.fixture
def shelf(started: Settings) -> None:
    """Products whose names have letters of many kinds and every sign with a meaning in patterns."""
    for sku, name in NAMES.items():
        makers.make_product(sku, name=name, description="Only here: Füße" if sku == "a-6" else None)


FOUND = {
    "a-1": ["éCLAIR", "ørsted"],
    "a-2": ["я ЛЮБЛЮ чай"],
    "a-3": ["0% COTTON_", "%", "_"],
    "a-4": ["k\\s", "[BOX]", "*star*", "?what"],
    "a-5": ["οδος", "οδοσ", "ΟΔΟΣ Σ"],
    "a-7": ["groẞ g"],
    "a-8": ["'s \"Q", "<SCRIPT>", "🙂", "t(1)"],
    "a-9": ["(a|b)+ {2} ^$ . -]", "^", "$", "."],
    "a-4 a-9": ["]"],
    "": ["pl.in", "p*n", "a-6"],
}


def test_a_part_of_a_name_is_found_in_any_case_and_every_sign_means_itself(shelf: None) -> None:
    asked = {text: skus for skus, texts in FOUND.items() for text in texts}
    assert {text: " ".join(found(name=text)) for text in asked} == asked


def test_every_word_must_occur_in_one_of_the_three_fields(shelf: None) -> None:
    assert found(q="FÜSSE") == []
    assert found(q="füße A-6") == ["a-6"]
    assert found(q="plain a-5") == []
    assert found(q="A-") == list(NAMES)


def test_filters_narrow_each_other_down(shelf: None) -> None:
    makers.make_product("b-1", name="plain", active=False)
    assert found(name="plain") == ["a-6", "b-1"]
    assert found(name="plain", active=False) == ["b-1"]
    assert found(name="PLAIN", sku="B-", description="x") == []
    assert found(active=True, description="here") == ["a-6"]


@pytest.mark.parametrize(
    ("wanted", "text", "empty"),
    [({}, False, True), ({"q": ""}, False, True), ({"q": "a"}, True, False), ({"active": False}, False, False)],
)
def test_filters_know_what_they_are(wanted: dict[str, str | bool], text: bool, empty: bool) -> None:
    assert (Filters(**wanted).has_text, Filters(**wanted).is_empty) == (text, empty)  # type: ignore[arg-type]
