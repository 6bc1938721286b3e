"""While an import works: reloads, second tabs, a cancelled one, a failed one, and a server that goes away."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys import conftest
from tests.journeys.conftest import Opens
from tests.journeys.reading import percent, summary
from tests.journeys.shop import Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Picture = Callable[[Page, str], None]
ROWS = 24_000  # five slices on SQLite; two on PostgreSQL


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that a slow shop works at for some seconds."""
    path = tmp_path_factory.mktemp("files") / "long.csv"
    rows = (f"L-{number:05},Lamp {number},{number % 900}.25\n" for number in range(ROWS))
    path.write_text("sku,name,price\n" + "".join(rows))
    return path


@pytest.fixture
def watched(page: Page, slow_shop: Shop, long_file: Path) -> Iterator[Page]:
    """A page that watches an import at work, which has ended when the test has."""
    start(page, slow_shop, long_file)
    yield page
    slow_shop.ended()


def start(page: Page, shop: Shop, file: Path) -> None:
    """Send a file, and wait until its import is watched."""
    page.goto(f"{shop.base}/admin/dashboard")
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_url("**/admin/imports/*", timeout=30_000)
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_a_reload_and_a_second_tab_show_the_same(watched: Page, complaints: list[str], picture: Picture) -> None:
    expect(watched.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0", timeout=30_000)
    before = percent(watched)
    watched.reload()
    assert percent(watched) >= before > 0
    picture(watched, "running")
    second = watched.context.new_page()
    heard = conftest.heard(second)
    second.goto(watched.url)
    assert percent(second) >= before
    assert summary(second) == summary(watched) == [ROWS, *summary(watched)[1:]]
    assert second.locator("main").inner_text() == watched.locator("main").inner_text()
    assert complaints == heard == []


def test_the_dashboard_shows_what_runs_and_then_what_ran(watched: Page, complaints: list[str]) -> None:
    address = watched.url
    watched.get_by_role("link", name="Dashboard").click()
    expect(watched.get_by_role("progressbar")).to_be_visible()
    expect(watched).to_have_title(re.compile("% long.csv"), timeout=30_000)
    expect(watched.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
    expect(watched.get_by_role("row", name="long.csv").first).to_contain_text("Completed")
    expect(watched).to_have_title(re.compile("^Dashboard"))
    watched.goto(address)
    assert summary(watched)[0] == ROWS
    assert complaints == []


def test_a_cancelled_import_says_how_far_it_came(
    watched: Page, slow_shop: Shop, complaints: list[str], picture: Picture
) -> None:
    watched.get_by_role("button", name="Cancel").click()
    expect(watched.get_by_text("Cancelled").first).to_be_visible(timeout=60_000)
    told = slow_shop.ended()
    assert told["state"] == "cancelled"
    picture(watched, "cancelled")
    again = watched.context.new_page()
    again.goto(watched.url)
    expect(again.get_by_role("button", name="Cancel")).to_have_count(0)
    assert complaints == []


def test_a_cut_stream_is_followed_by_asking(watched: Page) -> None:
    def cut(route: Route) -> None:
        route.abort()

    watched.route("**/live/stream", cut)
    watched.reload()
    with watched.expect_response(lambda answer: answer.url.endswith("/live"), timeout=60_000):
        pass
    assert summary(watched)[0] == ROWS


def test_a_server_out_of_reach_is_said_and_the_page_goes_on_when_it_is_back(watched: Page, picture: Picture) -> None:
    def cut(route: Route) -> None:
        route.abort()

    watched.route("**/live*", cut)
    watched.route("**/live/stream", cut)
    watched.reload()
    expect(watched.get_by_text("The connection was cut")).to_be_visible(timeout=30_000)
    picture(watched, "cut")
    watched.unroute("**/live*")
    watched.unroute("**/live/stream")
    assert summary(watched)[0] == ROWS
    expect(watched.get_by_text("The connection was cut")).to_be_hidden()


def test_a_web_server_that_dies_costs_the_watcher_nothing(watched: Page, slow_shop: Shop) -> None:
    expect(watched.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0", timeout=30_000)
    slow_shop.kill_web()
    assert summary(watched)[0] == ROWS
    assert slow_shop.ended()["state"] == "completed"


def test_a_failed_import_is_tried_again_and_goes_on(
    page: Page, opens: Opens, long_file: Path, picture: Picture
) -> None:
    full_once = {"FAILPOINTS": "import.read.staged=enospc@1", "WORKER_THREADS": "1", "IMPORT_PARALLEL": "1"}
    with contextlib.ExitStack() as stack:
        shop = stack.enter_context(opens(**full_once))
        complaints = conftest.heard(page)
        page.goto(f"{shop.base}/admin/dashboard")
        page.locator("input[type=file]").set_input_files(long_file)
        expect(page.get_by_text("DISK_FULL")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("Nothing was written.")).to_be_visible()
        picture(page, "failed")
        page.get_by_role("button", name="Retry").click()
        assert summary(page) == [ROWS, ROWS, 0, 0]
        assert complaints == []
