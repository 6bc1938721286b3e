"""Columns find their fields."""

from collections.abc import Mapping, Sequence

import pytest

from product_importer.imports.checking import mapping
from product_importer.imports.checking.mapping import ColumnAmbiguous, ColumnMissing
from product_importer.imports.states import Mode


def resolve(
    header: Sequence[str], explicit: Mapping[str, str] | None = None, mode: Mode = Mode.UPSERT
) -> mapping.Mapping:
    return mapping.resolve(header, explicit=explicit, mode=mode)


@pytest.mark.parametrize(
    "header",
    [
        ["sku", "name", "description", "price"],
        ["SKU", "Product Name", "Long description", "Price (EUR)"],
        ["stock_code", "TITLE", "Desc.", "unit-price"],
        ["\ufeffArtikelnummer", " Bezeichnung ", "Beschreibung", "Preis [netto]"],
        ["Item No.", "Item Name*", "Details", "List Price"],
    ],
)
def test_headers_match_whatever_their_case_blanks_and_notes(header: list[str]) -> None:
    assert resolve(header).columns == {"sku": 0, "name": 1, "description": 2, "price": 3}


def test_a_file_without_prices_or_descriptions_is_mapped() -> None:
    found = resolve(["name", "vendor", "sku"])
    assert found.columns == {"name": 0, "sku": 2}
    assert found.ignored == ["vendor"]


def test_active_is_suggested_and_never_taken() -> None:
    header = ["sku", "name", "active"]
    assert "active" not in resolve(header).columns
    assert resolve(header).ignored == ["active"]
    assert mapping.suggest(header)["active"].index == 2


@pytest.mark.parametrize(("header", "field"), [(["name", "price"], "sku"), (["sku", "price"], "name")])
def test_a_missing_column_is_named_with_the_header_that_was_seen(header: list[str], field: str) -> None:
    with pytest.raises(ColumnMissing) as refusal:
        resolve(header)
    assert refusal.value.facts["field"] == field
    assert "price" in refusal.value.detail


def test_only_updating_needs_no_name() -> None:
    assert resolve(["sku", "price"], mode=Mode.UPDATE_ONLY).columns == {"sku": 0, "price": 1}


def test_two_columns_for_one_field_are_both_named() -> None:
    with pytest.raises(ColumnAmbiguous) as refusal:
        resolve(["SKU", "Item number", "name"])
    assert refusal.value.facts == {
        "field": "sku",
        "candidates": ["SKU", "Item number"],
        "header": ["SKU", "Item number", "name"],
    }


def test_an_explicit_mapping_replaces_aliases_whole() -> None:
    found = resolve(["sku", "StockCode", "title", "price"], {"sku": "StockCode", "name": "title"})
    assert found.columns == {"sku": 1, "name": 2}
    assert found.ignored == ["sku", "price"]


def test_an_explicit_header_may_differ_in_case_and_blanks() -> None:
    assert resolve(["Stock Code", "Name"], {"sku": "stock_code", "name": "NAME"}).names == {
        "sku": "Stock Code",
        "name": "Name",
    }


def test_a_column_that_does_not_exist_is_refused_with_close_ones() -> None:
    with pytest.raises(ColumnMissing, match="Did you mean “StockCode”"):
        resolve(["StockCode", "name"], {"sku": "StokCode", "name": "name"})


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ColumnMissing, match="not a field"):
        resolve(["sku", "name"], {"sku": "sku", "name": "name", "colour": "sku"})


def test_a_repeated_header_cannot_be_mapped() -> None:
    with pytest.raises(ColumnAmbiguous):
        resolve(["code", "code", "name"], {"sku": "code", "name": "name"})


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (
            ["Handle", "Full Title", "Title", "Body (HTML)", "Option1 Name", "Variant SKU", "Variant Price", "Status"],
            {"sku": "Variant SKU", "name": "Title", "description": "Body (HTML)", "price": "Variant Price"},
        ),
        (
            ["Type", "SKU", "Name", "Short description", "Description", "Tax status", "Sale price", "Regular price"],
            {"sku": "SKU", "name": "Name", "description": "Description", "price": "Regular price"},
        ),
        (
            ["sku", "attribute_set_code", "product_type", "name", "description", "short_description", "price"],
            {"sku": "sku", "name": "name", "description": "description", "price": "price"},
        ),
        (
            ["Product Handle", "Product Title", "Product Description", "Variant Id", "Variant Title", "Variant Sku"],
            {"sku": "Variant Sku", "name": "Product Title", "description": "Product Description"},
        ),
    ],
    ids=["Shopify", "WooCommerce", "Magento", "Medusa"],
)
def test_exports_of_known_shops_map_by_themselves(header: list[str], names: dict[str, str]) -> None:
    assert resolve(header).names == names


def test_our_own_rejects_columns_are_no_part_of_a_file() -> None:
    plain = ["SKU", "Name", "Line"]
    returned = ["_import", "_line", "_code", "_message", *plain, "_raw"]
    assert mapping.signature(returned) == mapping.signature(plain)
    assert resolve(returned).ignored == ["Line"]
    assert resolve(returned).columns == {"sku": 4, "name": 5}


def test_a_suggestion_says_how_sure_it_is() -> None:
    found = mapping.suggest(["sku", "Full title", "price-EUR", "price-USD"])
    assert (found["sku"].column, found["sku"].confidence) == ("sku", 1.0)
    assert found["price"].column == "price-EUR"
    assert found["price"].confidence < 1.0
    assert (found["name"].column, found["name"].confidence) == ("Full title", 0.7)
