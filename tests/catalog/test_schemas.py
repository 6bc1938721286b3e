"""One product's rules."""

import datetime as dt
import decimal
import unicodedata
import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from product_importer.catalog import schemas
from product_importer.catalog.schemas import ProductIn, ProductOut


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  A 1 ", "A 1"),
        ("A \t\n 1", "A 1"),
        ("\ufeffA\u200b1\u200e", "A1"),
        ("A\u00ad1\u061c\u180e\u206f", "A1"),
        ("A\u00a01", "A 1"),
        ("A \u200b 1", "A 1"),
        ("Cafe\u0301", "Café"),
        ("00123", "00123"),
        ("90.750", "90.750"),
    ],
)
def test_a_sku_is_cleaned_and_keeps_its_spelling(raw: str, text: str) -> None:
    assert schemas.sku_text(raw) == text


@pytest.mark.parametrize(("one", "other"), [("abc-1", "ABC-1"), ("straße", "STRASSE"), ("ÉTÉ", "e\u0301te\u0301")])
def test_skus_that_differ_only_in_case_or_composition_have_one_key(one: str, other: str) -> None:
    assert schemas.sku_key(schemas.sku_text(one)) == schemas.sku_key(schemas.sku_text(other))


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    text = schemas.sku_text(raw)
    assert schemas.sku_text(text) == text


@given(st.text(max_size=40))
def test_the_short_way_for_ascii_gives_the_key_of_the_long_one(raw: str) -> None:
    text = schemas.sku_text(raw)
    assert schemas.sku_key(text) == unicodedata.normalize("NFC", text).casefold()
    assert len(schemas.sku_key(text)) <= 3 * len(text)


def test_a_product_is_cleaned_as_it_comes_in() -> None:
    product = ProductIn(sku=" a  1 ", name=" Pump ", description="  ", price="12.5")
    assert product.model_dump() == {
        "sku": "a 1",
        "name": "Pump",
        "description": None,
        "price": decimal.Decimal("12.50"),
        "active": True,
    }


@pytest.mark.parametrize("price", ["12.50", 12.5, 12, decimal.Decimal("12.5"), "12.500", "9999999999.99", None, ""])
def test_prices_come_as_text_or_number(price: Any) -> None:
    found = ProductIn(sku="A", name="B", price=price).price
    assert found is None or found == found.quantize(schemas.CENT)


@pytest.mark.parametrize("price", ["-1", "12.345", "1e3", "NaN", "12,50", "10000000000", "€5", True, "1_0", "١", [1]])
def test_a_price_nobody_can_store_is_refused(price: Any) -> None:
    with pytest.raises(ValidationError):
        ProductIn(sku="A", name="B", price=price)


@pytest.mark.parametrize(
    "fields",
    [
        {"sku": " \u200b "},
        {"sku": "x" * 256},
        {"sku": "a\0"},
        {"sku": "#N/A"},
        {"sku": "1.23457E+11"},
        {"name": " "},
        {"name": "x" * 501},
        {"name": "a\0"},
        {"description": "a\0"},
        {"name": "__CLEAR__"},
        {"description": " __CLEAR__ "},
        {"description": "x" * (schemas.DESCRIPTION_MAX + 1)},
        {"colour": "red"},
    ],
)
def test_a_product_that_breaks_a_rule_is_refused(fields: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProductIn(**{"sku": "A", "name": "B", **fields})


def test_a_price_is_text_with_two_places_in_json() -> None:
    now = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    product = ProductOut(
        id=uuid.UUID(int=7), sku="A", name="B", description=None, price=decimal.Decimal("12.5"), active=True,
        created_at=now, updated_at=now, version=1,
    )  # fmt: skip
    assert product.model_dump(mode="json")["price"] == "12.50"
    assert product.model_copy(update={"price": None}).model_dump(mode="json")["price"] is None
