"""Files that do not arrive: the page says why, in place, and the next one is taken."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from product_importer.kit import database
from product_importer.kit.settings import Settings
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
