"""From an empty catalog to an account: a file is dropped, asked about, watched, and imported again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from product_importer.imports import mock_file
from tests.journeys.reading import summary
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Picture = Callable[[Page, str], None]
DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, { type: "text/csv" }));
    document.querySelector("h1").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
}"""
UNCLEAR = "StockCode;Bezeichnung lang;Bezeichnung kurz;EK;VK\n#1;Kettle, enamel;Kettle;7,90;19,90\n"


def payload(name: str, text: str) -> FilePayload:
    """Make a file to choose."""
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def test_a_file_is_dropped_and_becomes_products(
    page: Page, open_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    page.goto(open_shop.base)
    expect(page.get_by_role("heading", name=re.compile("^Drop (your first|a) product file"))).to_be_visible()
    picture(page, "1-first-visit")
    rows = "".join(f"LAMP-{number:04},Lamp {number},Bright,{number}.50\n" for number in range(3_000))
    page.evaluate(DROP, ["lamps.csv", "sku,name,description,price\n" + rows])
    expect(page.get_by_role("heading", name="lamps.csv")).to_be_visible()
    assert summary(page) == [3_000, 3_000, 0, 0]
    picture(page, "2-account")
    page.get_by_role("link", name=re.compile("^Products")).click()
    expect(page.get_by_role("heading", name="Products")).to_be_visible()
    picture(page, "3-products")
    assert complaints == []


def test_unclear_columns_are_asked_for_in_place(
    page: Page, open_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.locator("#file").set_input_files([payload("stock.csv", UNCLEAR)])
    expect(page.get_by_role("heading", name="Check the columns")).to_be_visible()
    page.get_by_label("Field for StockCode").select_option("Not imported")
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("alert")).to_contain_text("No column becomes the SKU.")
    expect(page.get_by_label("Field for StockCode")).to_be_focused()
    picture(page, "4-mapping")
    page.get_by_label("Field for StockCode").select_option("SKU")
    expect(page.get_by_role("row", name="2 #1 Kettle, enamel 19.90 Created")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    assert summary(page) == [1, 1, 0, 0]
    product = open_shop.ask("/products")["items"][0]  # no other journey makes a SKU that sorts before it
    assert (product["sku"], product["name"], product["price"]) == ("#1", "Kettle, enamel", "19.90")
    assert [one for one in complaints if "422" not in one] == []


def test_the_demonstration_comes_out_as_the_seed_says(
    page: Page, open_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    open_shop.run("seed")
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.get_by_role("button", name="Start Asynchronous Bulk Import Job").click()
    total, imported, updated, invalid = summary(page)
    assert total == mock_file.ROWS
    assert imported > 9_000
    assert updated >= 3
    assert invalid > 0
    picture(page, "5-demonstration")
    page.get_by_role("link", name="Rejects").click()
    expect(page.get_by_text("PRICE_NEGATIVE").first).to_be_visible()
    picture(page, "6-rejects")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download")).click()
    assert download.value.suggested_filename.startswith("rejects-of-import-")
    assert Path(download.value.path()).read_text().count("\n") > invalid
    page.get_by_role("link", name="File and mapping").click()
    expect(page.get_by_text("SHA-256")).to_be_visible()
    picture(page, "7-file")
    assert complaints == []


def test_a_file_that_is_none_is_told_where_it_was_dropped(page: Page, open_shop: Shop, picture: Picture) -> None:
    page.goto(f"{open_shop.base}/admin/dashboard")
    before = open_shop.newest()["number"]
    page.evaluate(DROP, ["photo.csv", "%PDF-1.7 and so on"])
    expect(page.get_by_text("The file starts like a PDF")).to_be_visible()
    picture(page, "8-refused")
    page.get_by_role("button", name="Choose another file").click()
    expect(page.get_by_text("Drop a product file anywhere on this page")).to_be_visible()
    assert open_shop.newest()["number"] == before
    page.evaluate(DROP, ["empty.csv", ""])
    expect(page.get_by_text("The file is empty")).to_be_visible()


def test_a_name_that_is_markup_stays_a_name(page: Page, open_shop: Shop, complaints: list[str]) -> None:
    evil = "<img src=x onerror=document.title='owned'>.csv"
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.evaluate(DROP, [evil, "sku,name\n<b>1</b>,<script>document.title='owned'</script>\n"])
    expect(page.get_by_role("heading", name=evil)).to_be_visible()
    assert summary(page) == [1, 1, 0, 0]
    for path in ("/admin/dashboard", "/admin/imports", "/admin/products"):
        page.goto(open_shop.base + path)
        assert "owned" not in page.title()
    assert complaints == []


def test_everything_can_be_done_without_javascript(plain_page: Page, open_shop: Shop, picture: Picture) -> None:
    page = plain_page
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.locator("#file").set_input_files([payload("plain.csv", UNCLEAR.replace("#1", "PLAIN-1"))])
    page.get_by_role("button", name="Import it").click()
    expect(page.get_by_role("heading", name="Check the columns")).to_be_visible()
    page.get_by_label("Field for Bezeichnung lang").select_option("Not imported")
    page.get_by_role("button", name="Import now").click()
    expect(page.locator(".field-error")).to_be_visible()
    picture(page, "9-plain-mapping")
    page.get_by_label("Field for Bezeichnung kurz").select_option("Name")
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("heading", name="plain.csv")).to_be_visible()
    open_shop.ended()
    newest = page.get_by_role("link", name="Show the latest numbers")
    if newest.count():
        newest.click()
    assert summary(page) == [1, 1, 0, 0]
    picture(page, "9-plain-account")
