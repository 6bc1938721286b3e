"""While an import works: reloads, second tabs, a cancelled one, a failed one, and a server that goes away."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.reading import bar, summary, words
from tests.journeys.shop import Shop
from tests.servers import chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Picture = Callable[[Page, str], None]
ROWS = 24_000  # five slices on SQLite; two on PostgreSQL
READ = "import.read.staged"  # where the file was read, and nothing is written yet
SHARE = "40"  # percent of the import that its reading is


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of several slices."""
    path = tmp_path_factory.mktemp("files") / "long.csv"
    rows = (f"L-{number:05},Lamp {number},{number % 900}.25\n" for number in range(ROWS))
    path.write_text("sku,name,price\n" + "".join(rows))
    return path


@pytest.fixture
def watched(page: Page, open_shop: Shop, long_file: Path) -> Iterator[Page]:
    """A page that watches an import, which goes on when the shop's gate is opened, and has ended when the test has."""
    open_shop.gate.shut(READ)
    start(page, open_shop, long_file)
    open_shop.gate.wait()
    yield page
    open_shop.gate.open()
    open_shop.ended()


def start(page: Page, shop: Shop, file: Path) -> None:
    """Send a file, and wait until its import is watched."""
    page.goto(f"{shop.base}/admin/dashboard")
    page.locator("#file").set_input_files(file)
    page.wait_for_url("**/admin/imports/*")
    expect(bar(page)).to_be_visible()


def test_a_reload_and_a_second_tab_show_the_same(
    watched: Page, open_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    expect(bar(watched)).to_have_attribute("aria-valuenow", SHARE)
    watched.reload()
    expect(bar(watched)).to_have_attribute("aria-valuenow", SHARE)
    picture(watched, "running")
    second = watched.context.new_page()
    heard = chromium.heard(second)
    second.goto(watched.url)
    expect(bar(second)).to_have_attribute("aria-valuenow", SHARE)
    open_shop.gate.open()
    assert summary(second) == summary(watched) == [ROWS, *summary(watched)[1:]]
    for tab in (watched, second):  # each turns its times into the reader's own clock, one before the other
        expect(tab.locator("main")).not_to_contain_text("UTC")
    assert words(second) == words(watched) != []
    assert complaints == heard == []


def test_the_dashboard_shows_what_runs_and_then_what_ran(watched: Page, open_shop: Shop, complaints: list[str]) -> None:
    address = watched.url
    watched.get_by_role("link", name="Dashboard").click()
    expect(bar(watched)).to_be_visible()
    side = watched.get_by_role("link", name="Imports").first
    expect(side).to_contain_text("1 running")
    expect(watched).to_have_title(re.compile("% long.csv"))
    open_shop.gate.open()
    expect(bar(watched)).to_have_count(0)
    expect(watched.get_by_role("row", name="long.csv").first).to_contain_text("Completed")
    expect(watched).to_have_title(re.compile("^Dashboard"))
    expect(side).to_have_text("Imports")
    watched.goto(address)
    assert summary(watched)[0] == ROWS
    assert complaints == []


def test_a_cancelled_import_says_how_far_it_came(
    watched: Page, open_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    with watched.expect_response(lambda answer: answer.url.endswith("/cancel")):
        watched.get_by_role("button", name="Cancel").click()
    open_shop.gate.open()
    expect(watched.get_by_text("Cancelled").first).to_be_visible()
    told = open_shop.ended()
    assert told["state"] == "cancelled"
    picture(watched, "cancelled")
    again = watched.context.new_page()
    again.goto(watched.url)
    expect(again.get_by_role("button", name="Cancel")).to_have_count(0)
    assert complaints == []


def test_a_cut_stream_is_followed_by_asking(watched: Page, open_shop: Shop) -> None:
    def cut(route: Route) -> None:
        route.abort()

    watched.route("**/live/stream", cut)
    with watched.expect_response(lambda answer: answer.url.endswith("/live")):
        watched.reload()
    open_shop.gate.open()
    assert summary(watched)[0] == ROWS


def test_a_server_out_of_reach_is_said_and_the_page_goes_on_when_it_is_back(
    watched: Page, open_shop: Shop, picture: Picture
) -> None:
    def cut(route: Route) -> None:
        route.abort()

    watched.route("**/live*", cut)
    watched.route("**/live/stream", cut)
    watched.reload()
    expect(watched.get_by_text("The connection was lost")).to_be_visible()
    picture(watched, "cut")
    open_shop.gate.open()
    watched.unroute("**/live*")
    watched.unroute("**/live/stream")
    assert summary(watched)[0] == ROWS
    expect(watched.get_by_text("The connection was lost")).to_be_hidden()


def test_a_web_server_that_dies_costs_the_watcher_nothing(watched: Page, open_shop: Shop) -> None:
    expect(bar(watched)).to_have_attribute("aria-valuenow", SHARE)
    open_shop.kill_web()
    open_shop.gate.open()
    assert summary(watched)[0] == ROWS
    assert open_shop.ended()["state"] == "completed"


def test_a_failed_import_is_tried_again_and_goes_on(
    page: Page, open_shop: Shop, tmp_path: Path, complaints: list[str], picture: Picture
) -> None:
    file = tmp_path / "failed.csv"
    file.write_text("sku,name\n" + "".join(f"F-{number},Lamp\n" for number in range(3_000)))
    open_shop.gate.strike(f"{READ}=enospc")
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.locator("#file").set_input_files(file)
    expect(page.get_by_text("DISK_FULL")).to_be_visible()
    expect(page.get_by_text("Nothing was written.")).to_be_visible()
    picture(page, "failed")
    page.get_by_role("button", name="Retry").click()
    assert summary(page) == [3_000, 3_000, 0, 0]
    assert complaints == []
