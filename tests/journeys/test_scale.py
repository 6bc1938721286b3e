"""The file of a whole shop: half a million rows through the browser, exactly counted, and again without a trace."""

import gzip
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from product_importer.catalog.models import Product
from product_importer.imports import mock_file
from product_importer.journal.models import Batch, Entry
from product_importer.kit import database
from tests.journeys import retail
from tests.journeys.reading import bar, percent, summary
from tests.journeys.retail import HEADER, REAL, REAL_SALES, Sales
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Picture = Callable[[Page, str], None]
FIELDS = {"StockCode": "SKU", "Description": "Name", "UnitPrice": "Price"}
ROWS = 60_000


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sales]:
    """A file of sales and what it comes to: the real one, or one in its manner where that is not at hand."""
    path = tmp_path_factory.mktemp("sales") / "sales.csv"
    if not REAL.exists():  # it lies beside the project, not in it
        return path, retail.write(path)
    with gzip.open(REAL) as packed, path.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return path, REAL_SALES


@pytest.fixture
def traces(open_shop: Shop) -> Iterator[Callable[[], Any]]:
    """Tells what is written: every product's SKU, version and time, and how long the journal is."""
    engine = database.connect(open_shop.database_url)

    def tell() -> Any:
        with database.reading() as session:
            wanted = select(Product.id, Product.sku, Product.version, Product.updated_at).order_by(Product.sku_key)
            told = (
                select(func.count())
                .select_from(Entry)
                .join(Batch, Batch.id == Entry.batch_id)
                .where(Batch.type.like("product.%"))
            )
            return session.execute(wanted).all(), session.scalar(told)

    yield tell
    engine.dispose()


def send(page: Page, open_shop: Shop, path: Path) -> None:
    """Choose the file, say which column is which, and watch it for a while."""
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.locator("#file").set_input_files(path)
    expect(page.get_by_role("heading", name="Check the columns")).to_be_visible()
    for column in HEADER:
        page.get_by_label(f"Field for {column}").select_option(label=FIELDS.get(column, "Not imported"))
    expect(page.locator("pi-mapping[aria-busy]")).to_have_count(0)
    expect(page.get_by_label("Blank cells in Description").locator("option:checked")).to_have_text("Reject row")
    page.get_by_role("button", name="Import now").click()


def test_the_sales_become_products_to_the_row_and_again_nothing_is_written(
    page: Page,
    open_shop: Shop,
    sales: tuple[Path, Sales],
    traces: Callable[[], Any],
    complaints: list[str],
    picture: Picture,
) -> None:
    path, expected = sales
    before, _ = traces()
    send(page, open_shop, path)
    assert summary(page) == [expected.rows, expected.created, 0, expected.rejected]
    picture(page, f"scale-{path.stem}")
    told = open_shop.newest()
    assert {name: count for name, count in told["counts"].items() if count} == {
        "rows": expected.rows,
        "created": expected.created,
        "superseded": expected.superseded,
        "rejected": expected.rejected,
    }
    groups = open_shop.ask(f"/imports/{told['task_id']}/rejects")["groups"]
    assert {group["code"]: group["count"] for group in groups} == expected.codes
    products, journal = traces()
    assert len(products) - len(before) == expected.created
    send(page, open_shop, path)
    assert summary(page) == [expected.rows, 0, 0, expected.rejected]
    assert open_shop.newest()["counts"]["unchanged"] == expected.created
    assert traces() == (products, journal)
    assert complaints == []


def test_a_large_file_is_watched_from_its_first_byte_to_its_last_row(
    page: Page, open_shop: Shop, tmp_path: Path, complaints: list[str], picture: Picture
) -> None:
    large = tmp_path / "large.csv"
    mock_file.generate(large, rows=ROWS)
    large.write_text(large.read_text().replace("PROD-", "LARGE-"))  # the demonstration's own are another journey's
    page.goto(f"{open_shop.base}/admin/dashboard")
    open_shop.gate.shut("import.read.batch@24")  # of some eighty
    page.locator("#file").set_input_files(large)
    page.wait_for_url("**/admin/imports/*")
    open_shop.gate.wait()
    expect(bar(page)).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    begun = percent(page)
    open_shop.gate.shut("import.read.staged")
    expect(bar(page)).to_have_attribute("aria-valuenow", "40")
    picture(page, "scale-running")
    assert 0 < begun < 40
    open_shop.gate.open()
    assert summary(page)[0] == ROWS
    assert complaints == []
