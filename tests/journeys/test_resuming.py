"""A file that is sent through a cut, a reload of the page and the death of the web server arrives as it was."""

import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.reading import summary
from tests.journeys.shop import PATIENCE, Shop

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = 30
PLACE = re.compile(r"/uploads/[0-9a-f-]+$")


@pytest.fixture(scope="module")
def heavy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of few rows and three pieces."""
    path = tmp_path_factory.mktemp("files") / "heavy.csv"
    path.write_text("sku,name,description\n" + "".join(f"H-{row},Lamp,{'heavy ' * 110_000}\n" for row in range(ROWS)))
    return path


def test_a_cut_a_reload_and_a_dead_server_cost_only_time(page: Page, open_shop: Shop, heavy_file: Path) -> None:
    pieces: list[str] = []

    def trouble(route: Route) -> None:
        """Cut the line under the second piece, and let the one after it wait until the page is gone."""
        if route.request.method != "PATCH":
            return route.continue_()
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2:
            return route.abort()
        return route.continue_() if len(pieces) == 1 else None

    page.on("dialog", lambda dialog: dialog.accept())  # the page asks whether it may be left
    page.goto(f"{open_shop.base}/admin/dashboard")
    page.route(PLACE, trouble)
    page.locator("#file").set_input_files(heavy_file)
    until(page, lambda: len(pieces) == 3)
    assert pieces[0] == "0" != pieces[1] == pieces[2]
    page.reload()
    offer = page.get_by_role("heading", name="Resume heavy.csv from 42 %")
    expect(offer).to_be_visible(timeout=60_000)
    page.unroute(PLACE)
    open_shop.kill_web()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose the file").click()
    chooser.value.set_files(heavy_file)
    page.wait_for_url("**/admin/imports/*", timeout=120_000)
    assert summary(page) == [ROWS, ROWS, 0, 0]
    told = open_shop.ask(f"/imports/{page.url.rpartition('/')[2]}")["file"]
    digest = hashlib.sha256(heavy_file.read_bytes()).hexdigest()
    assert (told["name"], told["sha256"]) == ("heavy.csv", digest)
    page.goto(f"{open_shop.base}/admin/dashboard")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('tus'))") == []


def until(page: Page, fact: Callable[[], bool]) -> None:
    """Wait for what the browser is about to do, and give up after a while."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert time.monotonic() < deadline, "waited in vain"
        page.wait_for_timeout(50)
