"""What a person has in hand on the list of products stays: typed words, ticks, and what is on its way."""

import datetime as dt
from decimal import Decimal

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests import makers
from tests.web.doors import Doors

pytestmark = pytest.mark.browser
SAVES = "**/admin/products*part=form*"


def go(page: Page, served: Doors, query: str = "") -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/products{query}")


def hold_time(page: Page) -> None:
    """Let time be the test's, on a page that was opened after `clock.install`."""
    page.clock.pause_at(dt.datetime(2026, 11, 26, tzinfo=dt.UTC))


def test_what_was_typed_in_the_drawer_outlives_a_lost_connection_and_a_refusal(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1")
    go(page, served)
    page.keyboard.press("n")
    drawer = page.get_by_role("dialog", name="Product")
    drawer.get_by_label("SKU").fill("CUP-1")
    drawer.get_by_label("Name").fill("Cup")
    drawer.get_by_label("Description").fill("Typed with care")
    page.route(SAVES, lambda route: route.abort())
    drawer.get_by_role("button", name="Create product").click()
    expect(drawer.get_by_role("alert")).to_contain_text("Not saved. The connection was lost")
    expect(drawer.get_by_role("button", name="Create product")).to_be_focused()
    page.unroute(SAVES)
    limit = {"title": "Too many requests", "detail": "Wait 30 s.", "action": "Try again then."}
    page.route(SAVES, lambda route: route.fulfill(status=429, json=limit))
    drawer.get_by_role("button", name="Create product").click()
    expect(drawer.get_by_role("alert")).to_have_text("Not saved. Wait 30 s. Try again then.")
    expect(drawer.get_by_label("Description")).to_have_value("Typed with care")
    page.unroute(SAVES)
    drawer.get_by_role("button", name="Create product").click()
    expect(page.get_by_text("Created 1 product.")).to_be_visible()
    assert makers.stored_products()["cup-1"].description == "Typed with care"


def test_a_second_click_sends_nothing_again(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1", name="Mug")
    go(page, served)
    held: list[Route] = []
    page.route("**/admin/products/*part=row*", lambda route: held.append(route))
    page.get_by_role("switch", name="MUG-1 is active").dblclick()
    page.wait_for_function("document.querySelector('[data-switch]').ariaBusy === 'true'")
    while not held:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    expect(page.locator("[data-switch] [name=version]")).to_have_value("2")
    assert len(held) == 1
    page.unroute("**/admin/products/*part=row*")
    page.get_by_role("link", name="Edit MUG-1").click()
    page.get_by_label("Name of MUG-1").fill("Cup")
    page.get_by_role("button", name="Save").dblclick()
    expect(page.get_by_role("link", name="Edit MUG-1")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert makers.stored_products()["mug-1"].version == 3


def test_a_deletion_that_ends_takes_its_row_and_nothing_else(page: Page, served: Doors) -> None:
    for number in range(6):
        makers.make_product(f"A-{number}")
    page.clock.install(time=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    go(page, served, "?q=A")
    hold_time(page)
    page.get_by_role("button", name="Delete A-0").click()
    page.get_by_label("Select A-2").check()
    page.get_by_label("Select A-3").check()
    search = page.get_by_label("Search products")
    search.fill("A-5 is what I look for")
    page.clock.run_for(10_000)
    expect(page.get_by_text("1 to 5 of 5")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(5)
    expect(search).to_have_value("A-5 is what I look for")
    expect(search).to_be_focused()
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(page.get_by_label("Select A-2")).to_be_checked()


def test_the_answer_about_one_deletion_does_not_bring_another_back(page: Page, served: Doors) -> None:
    for number in range(4):
        makers.make_product(f"A-{number}")
    page.clock.install(time=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    go(page, served)
    hold_time(page)
    held: list[Route] = []
    page.route("**/admin/products", lambda route: held.append(route) if route.request.method == "GET" else None)
    page.get_by_role("button", name="Delete A-0").click()
    page.clock.run_for(10_000)
    while not held:
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Delete A-1").click()
    held.pop().continue_()
    expect(page.get_by_text("1 to 3 of 3")).to_be_visible()
    expect(page.get_by_role("row", name="A-1")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name="A-1")).to_be_visible()
    expect(page.get_by_role("link", name="Edit A-1")).to_be_focused()


def test_what_was_typed_in_a_row_goes_along_to_all_its_fields(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1", name="Mug", price=Decimal("10.00"), description="Kept")
    go(page, served)
    page.get_by_role("link", name="Edit MUG-1").click()
    page.get_by_label("Name of MUG-1").fill("Typed in the row")
    page.get_by_role("switch", name="Active").uncheck()
    page.get_by_role("link", name="All fields").click()
    drawer = page.get_by_role("dialog", name="Product")
    expect(drawer.get_by_label("Name")).to_have_value("Typed in the row")
    expect(drawer.get_by_label("Description")).to_have_value("Kept")
    expect(drawer.get_by_label("Active")).not_to_be_checked()
    drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Typed in the row")).to_contain_text("Inactive")


def test_a_row_that_is_edited_is_not_counted_until_it_is_back(page: Page, served: Doors) -> None:
    makers.make_product("A-1")
    makers.make_product("A-2")
    go(page, served)
    page.get_by_label("Select A-1").check()
    page.get_by_label("Select A-2").check()
    page.get_by_role("link", name="Edit A-1").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("Name of A-1").press("Enter")
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(page.get_by_label("Select A-1")).to_be_checked()


def test_a_deletion_that_was_refused_keeps_the_person_here_and_says_why(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1")
    go(page, served)
    refused = {"title": "Not allowed", "detail": "Your role may look only.", "action": "Ask an administrator."}
    page.route("**/admin/products/*/delete", lambda route: route.fulfill(status=403, json=refused))
    page.get_by_role("button", name="Delete MUG-1").click()
    page.get_by_role("link", name="Imports").first.click()
    expect(page.get_by_role("alert")).to_have_text("Not deleted. Your role may look only. Ask an administrator.")
    expect(page.get_by_role("row", name="MUG-1")).to_be_visible()
    assert page.url.endswith("/admin/products")


def test_a_deletion_waits_for_a_keyboard_on_undo_and_hands_the_focus_to_the_next_row(page: Page, served: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    page.clock.install(time=dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
    go(page, served)
    hold_time(page)
    page.get_by_role("button", name="Delete A-0").press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.clock.run_for(30_000)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_label("Select A-2").focus()
    page.clock.run_for(10_000)
    expect(page.get_by_text("1 to 2 of 2")).to_be_visible()
    page.get_by_role("button", name="Delete A-1").click()
    page.clock.run_for(10_000)
    expect(page.get_by_role("button", name="Delete A-2")).to_be_focused()


def test_a_conflict_that_is_left_by_escape_shows_what_is_stored_or_says_that_it_cannot(
    page: Page, served: Doors
) -> None:
    makers.make_product("MUG-1", name="Mug")
    go(page, served)
    for number, lost in enumerate((False, True)):
        page.get_by_role("link", name="Edit MUG-1").click()
        page.get_by_label("Name of MUG-1").fill("Mine")
        makers.edit_product("MUG-1", name=f"Theirs {number}")
        page.get_by_label("Name of MUG-1").press("Enter")
        expect(page.get_by_role("dialog", name="Product")).to_contain_text("changed this product")
        if lost:
            page.route("**/row?back=*", lambda route: route.abort())
        page.get_by_role("dialog").press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        if lost:
            expect(page.get_by_role("alert")).to_contain_text(
                "does not show yet what is stored. The connection was lost"
            )
        else:
            expect(page.get_by_role("row", name="Theirs 0")).to_be_visible()
            expect(page.locator("[data-switch] [name=version]")).to_have_value("2")


def staying(page: Page) -> list[str]:
    """Answer each question from now on by staying; return what kinds of questions were asked."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def test_leaving_a_products_page_with_something_typed_is_asked_about(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1", name="Mug", description="Two\nlines")
    asked = staying(page)
    where = f"http://127.0.0.1:{served.port}/admin/products/{product.id}"
    page.goto(where)
    expect(page.locator("pi-unsaved:defined")).to_be_attached()
    page.get_by_role("link", name="Imports").first.click()
    page.wait_for_url("**/admin/imports")
    assert asked == []
    page.goto(where)
    page.get_by_label("Name").fill("Typed")
    page.get_by_role("link", name="Imports").first.click()
    while not asked:
        page.wait_for_timeout(20)
    expect(page.get_by_label("Name")).to_have_value("Typed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(("place", "chosen"), [("feeds", "Check"), ("webhooks", None)])
def test_leaving_settings_with_something_chosen_is_asked_about_unless_they_are_given_up(
    page: Page, served: Doors, place: str, chosen: str | None
) -> None:
    asked = staying(page)
    where = f"http://127.0.0.1:{served.port}/admin/{place}/new"
    page.goto(where)
    expect(page.locator("pi-unsaved:defined")).to_be_attached()
    page.get_by_role("link", name="Imports").first.click()
    page.wait_for_url("**/admin/imports")
    assert asked == []
    page.goto(where)
    if chosen is not None:
        page.get_by_label(chosen).select_option(index=2)
    else:
        page.get_by_role("radio").last.check()
    page.get_by_role("link", name="Imports").first.click()
    while not asked:
        page.wait_for_timeout(20)
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"**/admin/{place}")
    assert asked == ["beforeunload"]


def test_back_after_creating_shows_an_empty_form_that_is_left_without_a_question(page: Page, served: Doors) -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/feeds/new")
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_label("Decimal sign").select_option(index=1)
    page.get_by_role("button", name="Create feed").click()
    page.wait_for_url("**/admin/feeds")
    page.go_back()
    expect(page.get_by_label("Decimal sign")).to_have_value("")
    page.get_by_role("link", name="Imports").first.click()
    page.wait_for_url("**/admin/imports")  # Playwright would dismiss the question, and stay
    expect(page.get_by_role("heading", name="Imports", exact=True)).to_be_visible()


def test_a_deletion_of_a_long_sku_can_be_undone_with_the_mouse(page: Page, served: Doors) -> None:
    makers.make_product("S" * 255)
    page.goto(f"http://127.0.0.1:{served.port}/admin/products")
    page.get_by_label("Select S").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_in_viewport(ratio=1)
    undo.click()
    expect(page.get_by_label("Select S")).to_be_visible()


def test_back_after_saving_shows_what_is_stored_with_its_version(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1", name="Mug", price=Decimal("9.50"))
    page.goto(f"http://127.0.0.1:{served.port}/admin/products/{product.id}")
    page.get_by_label("Price").fill("55.55")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Price")).to_have_value("55.55")
    expect(page.locator(".product-form [name=version]")).to_have_value("2")


def test_an_export_that_was_refused_says_why_and_a_second_click_starts_no_other(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1")
    go(page, served)
    held: list[Route] = []
    page.route("**/products/export.csv*", lambda route: held.append(route))
    page.get_by_role("link", name="Export CSV").dblclick()
    while not held:
        page.wait_for_timeout(20)
    ended = {"title": "Please sign in", "detail": "Your session has ended.", "action": "Sign in again."}
    for route in held:
        route.fulfill(status=401, json=ended)
    expect(page.get_by_role("alert")).to_have_text("Nothing was exported. Your session has ended. Sign in again.")
    assert len(held) == 1
