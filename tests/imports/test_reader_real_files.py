"""Files written by nobody here give the account they must."""

import gzip
from collections.abc import Mapping

import pytest

from product_importer.imports.checking import mapping, rows
from product_importer.imports.source import dialect, packed, reader
from product_importer.imports.states import Mode
from tests import real_files

pytestmark = real_files.needed


def account(
    name: str, *, explicit: Mapping[str, str] | None = None, mode: Mode = Mode.UPSERT
) -> tuple[list[rows.Accepted], dict[str, int]]:
    """Give the rows accepted, and how often each code was given."""
    data = b"".join(packed.opened([(real_files.FOLDER / name).read_bytes()]))
    found = dialect.sniff(data[: dialect.HEAD], whole=len(data) <= dialect.HEAD)
    opened = reader.open_reader([data], found)
    checker = rows.Checker(mapping.resolve(opened.header, explicit=explicit, mode=mode), {}, None)
    accepted: list[rows.Accepted] = []
    codes: dict[str, int] = {}
    for checked in map(checker.check, opened):
        accepted += checked.accepted
        for report in checked.rejected:
            codes[report.code.value] = codes.get(report.code.value, 0) + 1
    checker.settled()
    return accepted, codes


@pytest.mark.slow
def test_online_retail_gives_its_541_909_records() -> None:
    accepted, codes = account(
        "online_retail.csv.gz", explicit={"sku": "StockCode", "name": "Description", "price": "UnitPrice"}
    )
    assert codes == {"NAME_BLANK": 1_454, "PRICE_NEGATIVE": 2}
    assert len(accepted) == 540_453
    assert len({row[1] for row in accepted}) == 3_848


@pytest.mark.parametrize(
    ("name", "taken", "codes"),
    [
        ("fulfil_brief_products_head.csv", 59, {}),
        ("akeneo_product_format_example.csv", 15, {}),
        ("shopify_forward_filled_bom.csv", 16, {"PRICE_INVALID": 1}),
        ("woocommerce_sample_products.csv", 21, {"PRICE_BLANK": 3}),
        ("vendure_products.csv", 54, {"NAME_BLANK": 34}),
        ("medusa_exported-products-comma.csv", 0, {"SKU_BLANK": 3}),
        ("medusa_exported-products-semicolon.csv", 0, {"SKU_BLANK": 3}),
    ],
)
def test_each_real_file_is_taken_or_says_what_is_missing(name: str, taken: int, codes: dict[str, int]) -> None:
    accepted, given = account(name)
    assert (len(accepted), given) == (taken, codes)


def test_texts_over_several_lines_come_out_as_python_reads_them() -> None:
    accepted, _ = account("fulfil_brief_products_head.csv")
    assert sum("\n" in (row[4] or "") for row in accepted) == 33


def test_the_same_data_under_two_delimiters_is_read_alike() -> None:
    explicit = {"sku": "Product Handle", "name": "Product Title", "description": "Product Description"}
    comma, semicolon = (
        account(f"medusa_exported-products-{name}.csv", explicit=explicit) for name in ("comma", "semicolon")
    )
    assert comma == semicolon
    assert comma[0]


def test_a_gzip_file_is_known_by_its_bytes() -> None:
    head = (real_files.FOLDER / "online_retail.csv.gz").read_bytes()[:100_000]
    assert packed.is_packed(head)
    assert not packed.is_packed(gzip.decompress(gzip.compress(b"sku,name\n")))
