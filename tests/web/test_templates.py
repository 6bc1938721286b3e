"""Pages in a real browser, under the real policy: readable by everybody, narrow and wide, light and dark, live."""

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.servers import chromium
from tests.web import pages, preview

pytestmark = pytest.mark.browser

RUNNING = "/admin/imports/42"
AXE = """async (options) => (await axe.run({ resultTypes: ["violations"], ...options })).violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)"""
ALL: dict[str, Any] = {}  # rules of axe
COLOURS: dict[str, Any] = {"runOnly": ["color-contrast", "link-in-text-block"]}


def csv(name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": b"sku,name\n1,One\n"}


@pytest.fixture(scope="module")
def still() -> Iterator[str]:
    """Address of a preview whose streams say one thing and then stay open."""
    with preview.served(preview.application(pace=60)) as base:
        yield base


@dataclass(frozen=True, slots=True)
class Live:
    """A preview whose import moves once, and on to its end only when it is let go."""

    place: str
    go_on: threading.Event


@pytest.fixture
def live() -> Iterator[Live]:
    """The page of an import at work."""
    app = preview.application(stops_at=1)
    with preview.served(app) as base:
        yield Live(f"{base}{RUNNING}", app.state.go_on)
        app.state.go_on.set()


@pytest.fixture(scope="module")
def visitor(browser: Browser) -> Iterator[Page]:
    """A reader who goes from page to page in one tab: styles and scripts are fetched and compiled once."""
    with chromium.page(browser) as page:
        yield page


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_is_accessible_and_fits_at_every_width_in_both_themes_within_the_policy(
    visitor: Page, still: str, name: str
) -> None:
    complaints = chromium.heard(visitor)
    visitor.goto(f"{still}/pages/{name}")
    visitor.add_script_tag(url=f"{still}/vendor/axe.min.js")
    faults = []
    for theme, rules in (("light", ALL), ("dark", COLOURS)):  # a theme changes nothing but colours
        visitor.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        expect(visitor.locator("html")).to_have_attribute("data-bs-theme", theme)
        for width in (1200, 390):
            visitor.set_viewport_size({"width": width, "height": 900})
            faults += visitor.evaluate(AXE, rules)
    assert faults == []
    assert too_wide(visitor) == []
    assert complaints == []


def too_wide(page: Page) -> list[int]:
    """List the widths at which the page scrolls sideways."""
    found = []
    for width in (320, 768, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(width)
    return found


def test_the_status_texts_and_the_seeds_words_stand_on_the_pages(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    expect(page.get_by_role("button", name="Start Asynchronous Bulk Import Job")).to_be_visible()
    expect(page.get_by_text("Importing…", exact=True)).to_be_visible()
    page.goto(f"{still}/pages/import")
    summary = "Report Summary Total 500,000 · Imported 468,212 · Updated 18,940 · Invalid 3,425"
    expect(page.get_by_text(summary)).to_be_visible()
    expect(page.get_by_text("Adds up to the row")).to_be_visible()


def test_values_of_a_file_are_shown_and_never_run(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/mapping")
    expect(page.get_by_text("<b>x</b>")).to_be_visible()


def test_the_theme_is_chosen_and_kept(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_a_running_import_moves_without_taking_the_focus_and_ends_as_its_account(
    page: Page, live: Live, complaints: list[str]
) -> None:
    page.goto(live.place)
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    icon = page.locator(".steps .spin").element_handle()
    expect(page.locator(".hero")).not_to_have_text("71.6%")
    assert page.evaluate("icon => icon === document.querySelector('.steps .spin')", icon)
    expect(cancel).to_be_focused()
    expect(page).to_have_title(re.compile(r"^\d+% autumn-stock\.csv$"))
    live.go_on.set()
    expect(page.get_by_text("rows in the file, all accounted for")).to_be_visible()
    assert complaints == []


def test_progress_is_said_to_screen_readers_and_not_at_every_step(page: Page, live: Live) -> None:
    page.goto(live.place)
    said = page.locator("[data-say]")
    expect(said).to_have_text("Importing… 216,000 of 500,000 rows, about 5 s left")
    expect(page.locator(".hero")).not_to_have_text("71.6%")
    expect(said).to_have_text("Importing… 216,000 of 500,000 rows, about 5 s left")


def test_a_dead_stream_is_replaced_by_asking_and_the_banner_tells(page: Page) -> None:
    with preview.served(preview.application(streams=False)) as base:
        page.goto(f"{base}{RUNNING}")
        page.route("**/live", lambda route: route.abort())
        banner = page.get_by_text(
            "The connection was lost. The import continues; the numbers will update when the connection is back."
        )
        expect(banner).to_be_visible()
        page.unroute("**/live")
        expect(page.locator(".hero")).to_have_text("77.6%")
        expect(banner).to_be_hidden()


def test_a_chosen_file_goes_up_at_once_and_the_import_is_shown(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    page.get_by_label("Choose a file").set_input_files(csv("a.csv"))
    page.wait_for_url("**/admin/imports/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(".csv")


def test_the_options_beside_the_drop_zone_go_up_with_the_file_and_its_md5(page: Page) -> None:
    app = preview.application(pace=60)  # an import that ends would reload the page under our hands
    with preview.served(app) as base:
        page.goto(f"{base}/pages/dashboard")
        page.get_by_label("Review first").check()
        page.get_by_label("Choose a file").set_input_files(csv("a.csv"))
        page.wait_for_url("**/admin/imports/*")
    digest = hashlib.md5(csv("a.csv")["buffer"], usedforsecurity=False).hexdigest()
    assert app.state.sent == {"review": "true", "max_rejects": "0.5", "interactive": "true", "md5": digest}


def test_a_file_dropped_anywhere_goes_up_and_two_are_refused_in_words(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    drop = """names => {
        const data = new DataTransfer();
        for (const name of names) data.items.add(new File(["sku"], name));
        document.querySelector("h1").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    }"""
    page.evaluate(drop, ["a.csv", "b.csv"])
    expect(page.get_by_text("You dropped 2 files. Nothing was sent.")).to_be_visible()
    page.evaluate(drop, ["a.csv"])
    page.wait_for_url("**/admin/imports/*")


def test_a_refused_file_is_explained_and_can_be_tried_again(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    page.get_by_label("Choose a file").set_input_files(csv("bad.csv"))
    for words in ("This is not a CSV file", "It begins like an image.", "Choose a CSV."):
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()
    page.get_by_role("button", name="Choose another file").click()
    expect(page.get_by_text("Drop a product file anywhere on this page")).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    page.route("**/uploads/*", lambda _: None)  # never answered
    page.get_by_label("Choose a file").set_input_files(csv("slow.csv"))
    expect(page.get_by_role("heading", name="slow.csv")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    page.locator("pi-upload").get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    expect(page.locator("pi-upload").get_by_role("button", name="Resume")).to_be_focused()
    page.locator("pi-upload").get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Choose a file")).to_be_focused()


def test_a_connection_cut_while_uploading_is_told_in_words(page: Page, still: str) -> None:
    page.goto(f"{still}/pages/dashboard")
    page.route("**/uploads", lambda route: route.abort())
    page.get_by_label("Choose a file").set_input_files(csv("a.csv"))
    expect(page.get_by_text("The connection was lost, trying again…")).to_be_visible()
    page.unroute("**/uploads")
    page.wait_for_url("**/admin/imports/*", timeout=30_000)


def test_everything_can_be_done_without_javascript(plain_page: Page, still: str) -> None:
    page = plain_page
    page.goto(f"{still}/pages/dashboard")
    expect(page.locator("pi-upload input[type=file]")).to_be_visible()
    expect(page.get_by_role("button", name="Import it")).to_be_visible()
    expect(page.locator("pi-live").get_by_text("216,000 of 500,000 rows")).to_be_visible()
    page.goto(f"{still}/pages/mapping")
    expect(page.get_by_label("Field for Art.-Nr.")).to_be_visible()
    expect(page.get_by_role("button", name="Read again")).to_be_visible()
    expect(page.get_by_role("button", name="Import now")).to_be_visible()
