"""Files that do not arrive: the page says why, in place, and the next one is taken."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers
from tests.patience import until
from tests.servers import children, databases
from tests.web import doors, kept
from tests.web.doors import Doors

pytestmark = [pytest.mark.browser]
LIMIT = 1_000_000  # bytes


@pytest.fixture
def small(tmp_path: Path, database_maker: databases.Databases) -> Iterator[Doors]:
    """A web server that takes small files only, with nobody at work behind it."""
    with database_maker.fresh(databases.SQLITE, folder=tmp_path) as url:
        port = children.free_port()
        settings = Settings(data_dir=tmp_path, database_url=url, port=port, max_upload_bytes=LIMIT)
        with doors.serving(settings) as running:
            yield running
        database.engine().dispose()


def choose(page: Page, small: Doors, size: int) -> None:
    """Choose a file of so many bytes on the dashboard."""
    page.goto(f"http://127.0.0.1:{small.port}/admin/dashboard")
    data = b"sku,name\n" + b"A-1,Lamp\n" * (size // 9)
    big: FilePayload = {"name": "big.csv", "mimeType": "text/csv", "buffer": data}
    page.locator("#file").set_input_files([big])


@pytest.mark.parametrize("size", [LIMIT + 2_000, 5 * LIMIT])
def test_a_file_that_is_too_large_is_told_with_the_limit(page: Page, small: Doors, tmp_path: Path, size: int) -> None:
    choose(page, small, size)
    expect(page.get_by_role("alert")).to_contain_text("The file is too large")
    expect(page.get_by_role("alert")).to_contain_text("bytes")
    assert kept.nothing(tmp_path)


def test_a_cancelled_upload_leaves_nothing_and_the_page_ready(page: Page, small: Doors, tmp_path: Path) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 10_000}
    session.send("Network.emulateNetworkConditions", slow)
    with page.expect_request(lambda request: request.method == "PATCH"):  # the browser knows what to take back
        choose(page, small, LIMIT - 1_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Drop your first product file here")).to_be_visible()
    until(lambda: kept.nothing(tmp_path))
    assert kept.nothing(tmp_path)


@pytest.mark.parametrize("first", ["the import", "the cancel"])
def test_a_file_that_is_cancelled_after_its_last_byte_is_not_imported(page: Page, small: Doors, first: str) -> None:
    held: list[Route] = []
    page.route("**/imports", lambda route: held.append(route))
    if first == "the import":
        page.route("**/uploads/*", lambda one: one.abort() if one.request.method == "DELETE" else one.continue_())
    with page.expect_request("**/imports"):
        choose(page, small, LIMIT // 10)
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    end = "requestfailed" if first == "the import" else "requestfinished"
    with page.expect_event(end, lambda request: request.method == "DELETE"):
        page.get_by_role("button", name="Cancel").click()
    with page.expect_response("**/imports" if first == "the cancel" else "**/cancel"):
        held[0].continue_()
    expect(page.get_by_role("heading", name="Drop your first product file here")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert page.url.endswith("/admin/dashboard")
    started = small.get("/imports").json["items"]
    cancelled = [makers.job_of(uuid.UUID(one["task_id"])).cancel_requested for one in started]
    assert cancelled == ([True] if first == "the import" else [])
