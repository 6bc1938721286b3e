"""Exports of known shops: recognised by their header, with the columns, families and blank cells of that shop."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from product_importer.imports.checking import presets
from product_importer.imports.checking.presets import Preset
from product_importer.imports.snapshot import Counts, Snapshot
from product_importer.imports.states import State
from tests import real_files
from tests.makers import csv_file, import_file, make_import, run_import_to_end, seen_import, stored_products

pytestmark = pytest.mark.usefixtures("started")

MEDUSA = "Product Handle,Product Title,Product Description,Variant Id,Variant Sku,Variant Price EUR"
SHOPIFY = "Handle,Title,Body (HTML),Option1 Name,Variant SKU,Variant Price,Image Src"
VENDURE = "name   ,slug  ,description,optionGroups,optionValues,sku     ,price  ,variantFacets"
WOO = "Type,SKU,Name,Short description,Description,Tax status,Regular price,Parent"
MAGENTO = "sku,store_view_code,attribute_set_code,product_type,name,description,price"


def names(seen: Snapshot) -> Mapping[str, str]:
    assert seen.state is State.COMPLETED, seen.error
    return {key: product.name for key, product in stored_products().items()}


def prices() -> Mapping[str, Decimal | None]:
    return {key: product.price for key, product in stored_products().items()}


@pytest.mark.parametrize(
    ("header", "preset"),
    [
        (MEDUSA, Preset.MEDUSA),
        (SHOPIFY, Preset.SHOPIFY),
        (VENDURE, Preset.VENDURE),
        (WOO, Preset.WOOCOMMERCE),
        (MAGENTO, Preset.MAGENTO),
        ("sku,name,price", Preset.NONE),
        (f"{SHOPIFY},Handle", Preset.NONE),
        (f"{SHOPIFY},Title", Preset.NONE),
    ],
)
def test_an_export_is_recognised_by_its_header(header: str, preset: Preset) -> None:
    assert presets.recognised([name.strip() for name in header.split(",")]) is preset


def test_variants_of_a_shopify_product_have_its_name_and_text() -> None:
    rows = (
        "shirt,Shirt,<p>Soft</p>,Size,SH-S,25.0,1.png",
        "shirt,,,,SH-M,26.0,",
        "shirt,Shirt in large,,,SH-L,27.0,",
        "hat,Hat,,,HAT,9.99,",
    )
    seen = import_file(csv_file(*rows, header=SHOPIFY))
    assert names(seen) == {"sh-s": "Shirt", "sh-m": "Shirt", "sh-l": "Shirt in large", "hat": "Hat"}
    texts = {key: product.description for key, product in stored_products().items()}
    assert texts == {"sh-s": "<p>Soft</p>", "sh-m": "<p>Soft</p>", "sh-l": "<p>Soft</p>", "hat": None}
    assert [(notice.code, notice.count) for notice in seen.warnings] == [("TAKEN_OVER", 2)]


def test_a_price_that_says_na_is_rejected_at_its_line() -> None:
    seen = import_file(csv_file("a,Jeans,,Size,J-1,95.0,", "a,Jeans,,,N/A,N/A,", header=SHOPIFY))
    assert (seen.counts.created, seen.counts.rejected) == (1, 1)


def test_padded_vendure_variants_without_name_belong_to_the_row_above() -> None:
    rows = (
        'Laptop ,laptop, "Thin, and light"  ,screen,13 inch,L-13    ,1299.00,  ',
        "       ,      ,                    ,      ,15 inch,L-15    ,1399.00,  ",
        "Mouse  ,mouse ,                    ,      ,       ,M-1     ,18.99  ,  ",
    )
    seen = import_file(csv_file(*rows, header=VENDURE))
    assert names(seen) == {"l-13": "Laptop", "l-15": "Laptop", "m-1": "Mouse"}
    assert stored_products()["l-15"].description == "Thin, and light"


def test_a_variant_takes_nothing_over_from_behind_a_row_that_could_not_be_read() -> None:
    rows = ("Laptop,laptop,,,,L-13,1.00,", "Mouse,mouse,broken", ",,,,blue,M-2,2.00,")
    seen = import_file(csv_file(*rows, header=VENDURE))
    assert names(seen) == {"l-13": "Laptop"}
    assert seen.counts == Counts(rows=3, created=1, rejected=2)


def test_a_row_with_a_name_of_its_own_takes_no_text_over() -> None:
    import_file(csv_file("Laptop,laptop,Thin,,,L-13,1.00,", "Bag,,,,,B-1,2.00,", header=VENDURE))
    assert stored_products()["b-1"].description is None


def test_woocommerce_parents_have_no_price_of_their_own_and_variations_have() -> None:
    rows = ("variable,tee,T-Shirt,,,taxable,,", "variation,tee-blue,T-Shirt - Blue,,,taxable,25,tee")
    assert names(import_file(csv_file(*rows, header=WOO))) == {"tee": "T-Shirt", "tee-blue": "T-Shirt - Blue"}
    assert prices() == {"tee": None, "tee-blue": Decimal("25.00")}


def test_configurable_products_of_magento_may_lack_a_price() -> None:
    import_file(csv_file("C-1,,Default,configurable,Chair,,", "S-1,,Default,simple,Stool,,9.5000", header=MAGENTO))
    assert prices() == {"c-1": None, "s-1": Decimal("9.50")}


def test_a_policy_that_was_asked_for_wins_over_the_presets() -> None:
    rows = ("variable,tee,T-Shirt,,,taxable,,", "simple,hat,Hat,,,taxable,9,")
    assert import_file(csv_file(*rows, header=WOO), blanks={"price": "reject"}).counts.rejected == 1


def test_medusa_variants_without_a_sku_are_known_by_their_id() -> None:
    rows = ("lamp,Lamp,Bright,variant_1,,45", "lamp,Lamp,Bright,variant_2,,65")
    seen = import_file(csv_file(*rows, header=MEDUSA))
    assert seen.mapping["sku"] == "Variant Id"
    assert prices() == {"variant_1": Decimal("45.00"), "variant_2": Decimal("65.00")}


def test_medusa_variants_with_a_sku_are_known_by_it_and_one_without_is_rejected() -> None:
    seen = import_file(csv_file("lamp,Lamp,,variant_1,L-1,45", "lamp,Lamp,,variant_2,,65", header=MEDUSA))
    assert (list(prices()), seen.counts.rejected) == (["l-1"], 1)


def test_of_several_currencies_none_is_taken_and_a_person_is_asked() -> None:
    data = csv_file("lamp,Lamp,,variant_1,L-1,45,50", header=f"{MEDUSA},Variant Price USD")
    assert "price" not in import_file(data).mapping
    assert seen_import(make_import(data, interactive=True)).state is State.WAITING


def test_a_preset_is_chosen_by_name_or_switched_off() -> None:
    data = csv_file("shirt,Shirt,,Size,SH-S,25.0,", "shirt,,,,SH-M,26.0,", header=SHOPIFY)
    off = import_file(data, preset="none", mapping={"sku": "Variant SKU", "name": "Title"})
    assert (off.counts.created, off.counts.rejected) == (1, 1)
    on = import_file(data, preset="shopify", mapping={"sku": "#5", "name": "#2"})
    assert (on.counts.created, on.counts.unchanged) == (1, 1)


@real_files.needed
@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("shopify_forward_filled_bom.csv", Counts(rows=17, created=16, rejected=1)),
        ("woocommerce_sample_products.csv", Counts(rows=24, created=24)),
        ("akeneo_product_format_example.csv", Counts(rows=15, created=15)),
        ("fulfil_brief_products_head.csv", Counts(rows=59, created=59)),
    ],
)
def test_a_real_export_comes_to_what_its_shop_would_expect(name: str, counts: Counts) -> None:
    assert import_file((real_files.FOLDER / name).read_bytes()).counts == counts


@real_files.needed
def test_no_variant_of_the_real_vendure_file_is_lost() -> None:
    seen = import_file((real_files.FOLDER / "vendure_products.csv").read_bytes())
    assert seen.counts.rejected == 0
    assert seen.counts.created + seen.counts.superseded == seen.counts.rows == 88


@real_files.needed
def test_both_real_medusa_files_make_the_same_catalog() -> None:
    price = {"sku": "Variant Id", "name": "Product Title", "price": "Variant Price EUR"}
    for mapping in (None, price):
        comma = import_file((real_files.FOLDER / "medusa_exported-products-comma.csv").read_bytes(), mapping=mapping)
        assert comma.counts.rejected == comma.counts.superseded == 0
        before = {key: (one.name, one.description, one.price) for key, one in stored_products().items()}
        again = import_file(
            (real_files.FOLDER / "medusa_exported-products-semicolon.csv").read_bytes(), mapping=mapping
        )
        assert again.counts == Counts(rows=comma.counts.rows, unchanged=comma.counts.rows)
        assert {key: (one.name, one.description, one.price) for key, one in stored_products().items()} == before


def test_a_waiting_import_goes_nowhere_by_itself() -> None:
    waiting = make_import(csv_file("A-1,Lamp,,5.00"), check_columns=True)
    assert run_import_to_end(waiting).state is State.WAITING
