"""People look for products, create, edit, switch and delete them in a real browser before the real server."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from product_importer.catalog.models import Product
from tests import makers
from tests.web.doors import Doors

pytestmark = pytest.mark.browser


def go(page: Page, served: Doors, query: str = "") -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/products{query}")


def stored(sku: str) -> Product:
    return makers.stored_products()[sku]


def test_a_product_is_created_in_the_drawer_once_nothing_is_wrong_with_it(page: Page, served_twice: Doors) -> None:
    makers.make_product("MUG-1", name="Mug")
    go(page, served_twice)
    page.keyboard.press("n")
    drawer = page.get_by_role("dialog", name="Product")
    drawer.get_by_label("SKU").fill("mug-1")
    drawer.get_by_label("Name").fill("<script>alert(1)</script>")
    drawer.get_by_label("Price").fill("1,5")
    drawer.get_by_role("button", name="Create product").click()
    expect(drawer.get_by_label("Price")).to_be_focused()
    expect(drawer.get_by_text("A price is digits")).to_be_visible()
    drawer.get_by_label("Price").fill("1.50")
    drawer.get_by_role("button", name="Create product").click()
    expect(drawer.get_by_role("link", name="Edit MUG-1 instead")).to_be_visible()
    drawer.get_by_label("SKU").fill("CUP-1")
    drawer.get_by_role("button", name="Create product").click()
    expect(page.get_by_text("Created 1 product.")).to_be_visible()
    row = page.get_by_role("row", name="CUP-1")
    expect(row).to_contain_text("<script>alert(1)</script>")
    expect(row).to_contain_text("1.50")
    assert makers.journal_lines() == [("product.created", "CUP-1", 1, None, None)]


def test_a_row_is_edited_in_place_by_keyboard(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1", name="Mug", description="Kept")
    go(page, served)
    page.get_by_role("link", name="Edit MUG-1").press("Enter")
    name = page.get_by_label("Name of MUG-1")
    expect(name).to_be_focused()
    name.fill("Thrown away")
    name.press("Escape")
    expect(page.get_by_role("link", name="Edit MUG-1")).to_be_focused()
    expect(page.get_by_role("row", name="MUG-1")).to_contain_text("Mug")
    page.get_by_role("link", name="Edit MUG-1").press("Enter")
    page.get_by_label("Price of MUG-1").fill("much")
    page.get_by_label("Price of MUG-1").press("Enter")
    expect(page.get_by_label("Price of MUG-1")).to_be_focused()
    expect(page.get_by_text("A price is digits")).to_be_visible()
    page.get_by_label("Price of MUG-1").fill("12.90")
    page.get_by_label("Price of MUG-1").press("Enter")
    expect(page.get_by_role("row", name="MUG-1")).to_contain_text("12.90")
    expect(page.get_by_role("link", name="Edit MUG-1")).to_be_focused()
    assert (stored("mug-1").price, stored("mug-1").description, stored("mug-1").version) == (
        Decimal("12.90"),
        "Kept",
        2,
    )


def test_whoever_was_slower_sees_both_values_and_chooses(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1", name="Mug", price=Decimal("10.00"))
    go(page, served)
    for choice in ("Keep what is stored", "Save mine"):
        page.get_by_role("link", name="Edit MUG-1").click()
        page.get_by_label("Price of MUG-1").fill("15.00")
        makers.edit_product("MUG-1", price=Decimal("14.90") + stored("mug-1").version)
        now = f"{stored('mug-1').price:.2f}"
        page.get_by_label("Price of MUG-1").press("Enter")
        conflict = page.get_by_role("alert").filter(has_text="Anna changed this product while you were editing.")
        expect(conflict).to_contain_text(f"yours 15.00   stored now {now}")
        page.get_by_role("dialog").get_by_text(choice, exact=True).click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("row", name="MUG-1")).to_contain_text(now if choice.startswith("Keep") else "15.00")
    assert stored("mug-1").price == Decimal("15.00")


def test_a_switch_goes_back_with_a_message_when_it_was_refused(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1")
    go(page, served)
    switch = page.get_by_role("switch", name="MUG-1 is active")
    held: list[Route] = []
    page.route("**/admin/products/*part=row*", lambda route: held.append(route))
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    while not held:
        page.wait_for_timeout(20)
    held.pop().abort()
    expect(page.get_by_role("alert")).to_contain_text("MUG-1 stays active.")
    expect(switch).to_have_attribute("aria-checked", "true")
    page.unroute("**/admin/products/*part=row*")
    switch.click()
    row = page.get_by_role("row", name="MUG-1")
    expect(row.locator("[data-switch] [name=version]")).to_have_value("2")  # the row that the server answered
    expect(row).to_contain_text("Inactive")
    expect(switch).to_be_focused()
    assert stored("mug-1").active is False


def test_the_address_holds_filters_order_and_page_and_back_restores_them(page: Page, served: Doors) -> None:
    for number in range(45):
        makers.make_product(f"MUG-{number:02}", name="Mug ØRSTED" if number < 30 else "Mug", active=number != 7)
    go(page, served)
    page.keyboard.press("/")
    page.keyboard.type("mug ørsted")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 to 20 of 30")).to_be_visible()
    page.get_by_role("link", name="SKU").click()
    expect(page.get_by_role("columnheader", name="SKU")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("link", name="Page 2").click()
    expect(page.get_by_text("21 to 30 of 30")).to_be_visible()
    expect(page.get_by_role("row").nth(1)).to_contain_text("MUG-09")
    page.get_by_role("link", name="Inactive").click()
    expect(page.get_by_text("1 to 1 of 1")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("21 to 30 of 30")).to_be_visible()
    expect(page.get_by_label("Search products")).to_have_value("mug ørsted")
    go(page, served, "?q=nothing+like+it")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_text("1 to 20 of 45")).to_be_visible()
    page.get_by_role("link", name="100", exact=True).click()
    expect(page.get_by_text("1 to 45 of 45")).to_be_visible()
    expect(page.locator("pi-keys:defined")).to_be_attached()
    sheet = page.get_by_role("dialog", name="Shortcuts")
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    page.get_by_label("Use keys of one letter").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("n")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(sheet).to_be_visible()
    expect(page.get_by_label("Use keys of one letter")).not_to_be_checked()


def test_what_is_deleted_can_be_taken_back_for_ten_seconds_or_until_the_page_is_left(page: Page, served: Doors) -> None:
    for number in range(7):
        makers.make_product(f"A-{number}")
    page.clock.install(time=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    go(page, served)
    page.clock.pause_at(dt.datetime(2026, 11, 26, tzinfo=dt.UTC))  # time is the test's from here on
    page.get_by_role("button", name="Delete A-0").click()
    expect(page.get_by_text("Deleted A-0.")).to_be_visible()
    expect(page.get_by_role("row", name="A-0")).to_be_hidden()
    page.clock.run_for(9_000)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="A-0")).to_be_visible()
    page.get_by_role("button", name="Delete A-6").click()
    page.clock.run_for(10_000)
    expect(page.get_by_text("1 to 6 of 6")).to_be_visible()
    page.get_by_label("Select A-1").check()
    page.get_by_label("Select A-3").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Deleted 3 products.")).to_be_visible()
    assert len(makers.stored_products()) == 6
    page.get_by_role("link", name="Inactive").click()  # what is on its way out goes first
    expect(page.get_by_text("No product matches these filters")).to_be_visible()
    while len(makers.stored_products()) > 3:  # the page did not wait for what it sent as it was left
        page.wait_for_timeout(20)
    page.go_back()
    expect(page.get_by_text("1 to 3 of 3")).to_be_visible()
    assert list(makers.stored_products()) == ["a-0", "a-4", "a-5"]


def test_a_selection_is_switched_and_everything_works_without_javascript(browser: Browser, served_twice: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    go(page, served_twice, "?sort=name")
    page.get_by_label("Select A-0").check()
    page.get_by_label("Select A-2").check()
    page.get_by_role("button", name="Set inactive").click()
    expect(page.get_by_text("Set 2 products inactive.")).to_be_visible()
    expect(page).to_have_url(f"http://127.0.0.1:{served_twice.port}/admin/products?sort=name&said=deactivated&count=2")
    page.get_by_role("link", name="Edit A-1").click()
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A name has 1 to 500 characters, this one has 0.")).to_be_visible()
    page.get_by_label("Name").fill("Renamed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Renamed")).to_be_visible()
    page.get_by_role("button", name="Delete A-1").click()
    page.get_by_role("button", name="Delete 1 product").click()
    expect(page.get_by_text("Deleted 1 product.")).to_be_visible()
    assert {sku: product.active for sku, product in makers.stored_products().items()} == {"a-0": False, "a-2": False}
    context.close()
