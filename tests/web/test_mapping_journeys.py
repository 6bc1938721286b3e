"""From a dropped file to its products in a real browser: one click, and a look first where something is unclear."""

import uuid
from decimal import Decimal

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from product_importer.imports.snapshot import Snapshot
from tests import makers
from tests.web.doors import Doors

pytestmark = pytest.mark.browser

CLEAN = b"sku,name,description,price\nA-1,Lamp,Bright,5.00\nA-2,Mug,,6.50\n"
GERMAN = (
    "Preisliste\n\nArt.-Nr.;Bezeichnung;VK netto;Lieferant\nA-1;Große Schüssel, weiß;1.189,00;Kern\nA-2;Topf;n/a;K\n"
)
UNKNOWN = b"Code;Label;Cost\nA-1;Lamp;5,50\nA-2;Mug;6,00\n"


def drop(page: Page, served: Doors, data: bytes, name: str = "spring.csv") -> None:
    """Choose a file on the dashboard, and wait until the browser is on the import's page."""
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")
    file: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": data}
    page.get_by_label("Choose a file").set_input_files(file)
    page.wait_for_url("**/admin/imports/**")


def worked(page: Page) -> Snapshot:
    """Be the worker of the import that the page shows."""
    page.wait_for_url(lambda url: not url.endswith("/mapping"))
    return makers.run_import_to_end(uuid.UUID(page.url.rpartition("/")[2]))


def finished(page: Page) -> Snapshot:
    """Be the worker, and wait until the page has seen the end: its own reload would cut off what a test opens next."""
    snapshot = worked(page)
    expect(page.locator("pi-live")).to_have_count(0)
    return snapshot


def let_go(page: Page, held: list[Route]) -> None:
    """Let the request that was held go on, once the browser has made it."""
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()


def field(page: Page, column: str) -> str:
    return page.get_by_label(f"Field for {column}").locator("option:checked").inner_text()


def test_a_clean_file_is_one_click(page: Page, served: Doors) -> None:
    drop(page, served, CLEAN)
    assert finished(page).counts.created == 2
    expect(page.get_by_text("Adds up to the row")).to_be_visible()


def test_a_file_that_has_arrived_is_not_sent_again_where_the_server_had_no_room_for_its_import(
    page: Page, served: Doors
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if "/uploads" in request.url else None)
    full = {"title": "The disk is full", "status": 507, "code": "DISK_FULL", "detail": "", "action": "Try again."}
    page.route("**/imports", lambda route: route.fulfill(status=507, json=full), times=1)
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")
    page.get_by_label("Choose a file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": CLEAN})
    expect(page.get_by_text("The disk is full")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/admin/imports/**")
    assert finished(page).counts.created == 2
    assert (asked.count("POST"), asked.count("DELETE")) == (1, 0)


def test_a_clean_file_is_looked_at_first_when_somebody_wants_to(page: Page, served: Doors) -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")
    page.get_by_label("Check the columns first").check()
    file: FilePayload = {"name": "spring.csv", "mimeType": "text/csv", "buffer": CLEAN}
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_role("heading", name="Check the columns")).to_be_visible()
    expect(page.get_by_role("row", name="A-1 Lamp Bright 5.00 Created")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    assert finished(page).counts.created == 2


def test_a_semicolon_file_in_cp1252_with_decimal_commas_is_read_right_and_shown(page: Page, served: Doors) -> None:
    drop(page, served, GERMAN.encode("cp1252"))
    expect(page.get_by_text("The encoding is a guess. Does Große Schüssel, weiß (line 4) look right?")).to_be_visible()
    chips = {"Encoding": "Windows-1252", "Delimiter": "semicolon ;", "Decimal sign": "comma, 1.189,00"}
    for label, found in chips.items():
        expect(page.get_by_label(label).locator("option:checked")).to_have_text(found)
    expect(page.get_by_label("Header on line")).to_have_value("3")
    expect(page.get_by_text("Guess, please check")).to_be_visible()
    expect(page.get_by_text("1 of 2 rows rejected")).to_be_visible()
    page.get_by_label("Encoding").select_option("DOS 850")
    expect(page.get_by_role("rowheader", name="Große Schüssel")).to_have_count(0)
    page.get_by_label("Encoding").select_option("as found")
    expect(page.get_by_role("rowheader", name="Große Schüssel, weiß")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    assert finished(page).counts.created == 1
    stored = makers.stored_products()["a-1"]
    assert (stored.name, stored.price) == ("Große Schüssel, weiß", Decimal("1189.00"))


def test_unknown_headers_are_mapped_by_hand_and_remembered(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    expect(page.get_by_text("Choose the column that holds the SKU, and the first rows appear here.")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_role("alert")).to_contain_text("No column becomes the SKU or the Name.")
    expect(page.get_by_label("Field for Code")).to_be_focused()
    page.get_by_label("Field for Code").select_option("SKU")
    expect(page.get_by_text("Chosen by you")).to_have_count(1)
    page.get_by_label("Field for Label").select_option("Name")
    expect(page.get_by_text("Chosen by you")).to_have_count(2)
    page.get_by_label("Field for Cost").select_option("Price")
    expect(page.get_by_role("row", name="2 A-1 Lamp 5.50 Created")).to_be_visible()
    page.get_by_label("Blank cells in Cost").select_option("Keep value")
    page.get_by_role("button", name="Import now").click()
    assert finished(page).counts.created == 2
    drop(page, served, UNKNOWN, "summer.csv")
    expect(page.get_by_text("Remembered from")).to_contain_text("spring.csv")
    assert [field(page, name) for name in ("Code", "Label", "Cost")] == ["SKU", "Name", "Price"]
    expect(page.get_by_label("Blank cells in Cost").locator("option:checked")).to_have_text("Keep value")
    page.get_by_role("button", name="Import now").click()
    assert finished(page).counts.unchanged == 2


def test_a_button_that_is_pressed_while_the_preview_is_made_stays_under_the_pointer(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    held: list[Route] = []
    page.route("**/mapping/preview", lambda route: held.append(route))
    for column, name in (("Code", "SKU"), ("Label", "Name"), ("Cost", "Price")):
        page.get_by_label(f"Field for {column}").select_option(name)
    while len(held) < 3:
        page.wait_for_timeout(20)
    page.get_by_role("button", name="Import now").hover()
    page.mouse.down()
    held.pop().continue_()
    expect(page.get_by_role("rowheader", name="Lamp")).to_be_visible()  # the page has grown by now
    page.mouse.up()
    assert finished(page).counts.created == 2


def test_what_is_typed_while_the_preview_is_made_stays(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    held: list[Route] = []
    page.route("**/mapping/preview", lambda route: held.append(route))
    page.get_by_label("Field for Code").select_option("SKU")
    line = page.locator("input[name=header_line]")
    line.press("ControlOrMeta+a")
    line.press_sequentially("7")
    let_go(page, held)
    expect(page.locator("pi-mapping")).not_to_have_attribute("aria-busy", "true")
    expect(line).to_have_value("7")


def test_another_tab_sees_that_the_import_was_answered(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    page.get_by_label("Field for Code").select_option("SKU")
    page.get_by_label("Field for Label").select_option("Name")
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("heading", name="Check the columns")).to_be_visible()
    page.bring_to_front()
    page.get_by_role("button", name="Review first").click()
    review = finished(page)
    assert review.state == "waiting"
    expect(other.get_by_role("heading", name="spring.csv")).to_be_visible()
    expect(other.get_by_role("heading", name="Waiting for your review")).to_be_visible()


def test_a_link_that_is_followed_as_the_import_ends_leads_on(page: Page, served: Doors) -> None:
    drop(page, served, CLEAN)
    expect(page.get_by_role("heading", name="spring.csv")).to_be_visible()
    held: list[Route] = []
    page.route("**/admin/products", lambda route: held.append(route))
    page.get_by_role("link", name="Products").first.click(no_wait_after=True)
    worked(page)
    page.wait_for_timeout(1_500)  # the page hears of the end; nothing can be looked up in one that is being left
    let_go(page, held)
    expect(page.get_by_role("heading", name="Products")).to_be_visible()


def test_a_choice_made_before_the_script_has_come_is_shown_once_it_has(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    held: list[Route] = []
    page.route("**/pi-mapping*", lambda route: held.append(route))
    page.reload(wait_until="commit")
    page.get_by_label("Field for Code").select_option("SKU")
    expect(page.get_by_text("Chosen by you")).to_have_count(0)
    let_go(page, held)
    expect(page.get_by_text("Chosen by you")).to_have_count(1)


def test_the_columns_are_mapped_by_keyboard_alone(page: Page, served: Doors) -> None:
    drop(page, served, UNKNOWN)
    page.get_by_label("Field for Code").focus()
    page.keyboard.type("SKU")
    expect(page.get_by_text("Chosen by you")).to_have_count(1)
    expect(page.get_by_label("Field for Code")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Field for Label")).to_be_focused()
    page.keyboard.type("Na")
    expect(page.get_by_text("Chosen by you")).to_have_count(2)
    page.get_by_role("button", name="Import now").focus()
    page.keyboard.press("Enter")
    assert finished(page).counts.created == 2


def test_the_preset_of_a_shop_can_be_left(page: Page, served: Doors) -> None:
    data = b"Handle,Title,Option1 Name,Variant SKU,Variant Price\ncap,Cap,Size,C-S,9.00\ncap,,,C-L,9.00\n"
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")
    page.get_by_label("Check the columns first").check()
    file: FilePayload = {"name": "shop.csv", "mimeType": "text/csv", "buffer": data}
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_text("Shopify export")).to_have_count(3)
    expect(page.get_by_role("row", name="3 C-L Cap 9.00 Created")).to_be_visible()
    page.get_by_label("Preset").select_option("none")
    expect(page.get_by_text("1 of 2 rows rejected")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    assert (finished(page).counts.created, finished(page).counts.rejected) == (1, 1)


def test_the_whole_way_works_without_javascript(plain_page: Page, served: Doors) -> None:
    page = plain_page
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")
    page.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": UNKNOWN})
    page.get_by_role("button", name="Import it").click()
    page.get_by_label("Field for Code").select_option("SKU")
    page.get_by_label("Field for Label").select_option("Name")
    page.get_by_label("Field for Cost").select_option("Price")
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("row", name="2 A-1 Lamp 5.50 Created")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    assert worked(page).counts.created == 2
