"""Files and pictures on their way: whole after a cut, a reload or a dead web server, verified, and known again."""

import hashlib
import re
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, Route, expect
from tusclient.client import TusClient

from tests import patience
from tests.journeys.reading import summary
from tests.journeys.shop import Shop
from tests.media import pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROWS = 30
SIDE = 4_096  # pixels
PLACE = re.compile(r"/uploads/[0-9a-f-]+$")
MIB = 2**20
SENT_IN = """async ({ size, lasting }) => {
  let now = 0;  // milliseconds: each piece lasts as long as it is told
  performance.now = () => now;
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    if (body) now += lasting.shift();
    return send.call(this, body);
  };
  const { Sending } = await import("/static/js/sending.js");
  const file = new File([new Uint8Array(size)], "zeros.csv");
  return new Promise((arrived, failed) => new Sending(file, { arrived, failed, progress() {}, waiting() {} }).start());
}"""
LARGE = pictures.noise(1_800, 1_800, kind="PNG", compress_level=0)  # 9.7 MB: more than one piece


@pytest.fixture(scope="module")
def heavy_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of few rows and three pieces."""
    path = tmp_path_factory.mktemp("files") / "heavy.csv"
    path.write_text("sku,name,description\n" + "".join(f"H-{row},Lamp,{'heavy ' * 110_000}\n" for row in range(ROWS)))
    return path


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of 50 MB whose rows differ, so that no piece can take another's place."""
    path = tmp_path_factory.mktemp("files") / "photo.png"
    shade = Image.linear_gradient("L").resize((SIDE, SIDE))
    Image.merge("RGB", [shade] * 3).save(path, compress_level=0)
    return path


def test_a_cut_a_reload_and_a_dead_server_cost_only_time(page: Page, open_shop: Shop, heavy_file: Path) -> None:
    page.goto(f"{open_shop.base}/admin/dashboard")
    pieces = troubled(page)
    page.locator("#file").set_input_files(heavy_file)
    until(page, lambda: len(pieces) == 3)
    assert pieces[0] == "0" != pieces[1] == pieces[2]
    page.reload()
    offer = page.get_by_role("heading", name="Resume heavy.csv from 42%")
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


def test_pieces_fit_what_the_line_carries_in_a_moment(page: Page, open_shop: Shop) -> None:
    page.goto(f"{open_shop.base}/admin/dashboard")
    offsets: list[int] = []
    page.on("request", lambda one: offsets.append(int(one.headers["upload-offset"])) if is_piece(one) else None)
    address = page.evaluate(SENT_IN, {"size": 50 * MIB, "lasting": [900, 2_000, 4_100, 4_100, 900]})
    assert [offset / MIB for offset in offsets] == [0, 8, 24, 40, 48]
    assert open_shop.ask(address.removeprefix(open_shop.base))["offset"] == 50 * MIB


def test_a_proxy_that_takes_no_long_pieces_is_sent_short_ones(page: Page, open_shop: Shop) -> None:
    page.goto(f"{open_shop.base}/admin/dashboard")
    offsets: list[int] = []

    def narrow(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 2:
            return route.fulfill(status=413, content_type="text/html", body="<h1>413 Request Entity Too Large</h1>")
        return route.continue_()

    page.route(PLACE, narrow)
    address = page.evaluate(SENT_IN, {"size": 20 * MIB, "lasting": [1] * 4})
    assert [offset / MIB for offset in offsets] == [0, 8, 8, 16]
    assert open_shop.ask(address.removeprefix(open_shop.base))["offset"] == 20 * MIB


def test_a_picture_of_50_mb_arrives_as_it_was(page: Page, open_shop: Shop, photo: Path) -> None:
    product = open_shop.post("/products", sku="PHOTO-1", name="Mug", price="1.00")["id"]
    page.goto(f"{open_shop.base}/admin/products/{product}")
    pieces = troubled(page)
    page.get_by_label("Choose images").set_input_files(photo)
    until(page, lambda: len(pieces) == 3)
    page.reload()
    page.unroute(PLACE)
    resumed: list[str] = []

    def kill(route: Route) -> None:
        if route.request.method == "PATCH":
            resumed.append(route.request.headers["upload-offset"])
            if len(resumed) == 2:
                open_shop.kill_web()
        route.continue_()

    page.route(PLACE, kill)
    page.get_by_label("Choose images").set_input_files(photo)
    until(page, lambda: len(resumed) == 2)
    page.unroute(PLACE)  # to stand between costs the browser more than to send
    expect(page.get_by_role("img", name="photo.png")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible(timeout=120_000)
    (image,) = open_shop.ask(f"/products/{product}/images")["items"]
    with urllib.request.urlopen(open_shop.base + image["original"], timeout=patience.PATIENCE) as original:
        assert original.read() == photo.read_bytes()
    assert (image["primary"], image["width"], resumed[0]) == (True, SIDE, pieces[2])


def test_pictures_come_out_as_the_seed_says(page: Page, open_shop: Shop, tmp_path: Path) -> None:
    open_shop.run("seed")
    large, small, pieces = tmp_path / "large.png", tmp_path / "small.png", list[str]()
    large.write_bytes(LARGE)
    small.write_bytes(pictures.picture())
    page.on("request", lambda request: pieces.append(request.url) if request.method == "PATCH" else None)
    page.goto(f"{open_shop.base}/admin/dashboard")
    expect(page.get_by_label("SKU", exact=True)).to_have_value("TEST-000")
    page.get_by_label("Choose images").set_input_files(large)
    shown = page.get_by_role("listitem").filter(has=page.get_by_role("img", name="large.png"))
    expect(shown).to_contain_text("PRIMARY")
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    first = gallery(open_shop)
    assert (len(pieces), first["pending"]) == (2, 0)
    assert [(one["name"], one["primary"], one["state"]) for one in first["items"]] == [("large.png", True, "ready")]

    page.get_by_label("Choose images").set_input_files(large)
    while len(pieces) < 4:
        page.wait_for_timeout(20)
    expect(page.get_by_role("progressbar", name="Upload of large.png")).to_have_count(0)
    assert gallery(open_shop) == first

    page.route("**/uploads/*", spoil)
    page.get_by_label("Choose images").set_input_files(small)
    expect(page.get_by_text("The file did not arrive as it was sent")).to_be_visible()
    assert gallery(open_shop) == first
    page.unroute("**/uploads/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("img", name="small.png"))).to_be_visible()
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    assert [one["primary"] for one in gallery(open_shop)["items"]] == [True, False]


def test_tuspy_goes_on_with_the_server_that_comes_next(open_shop: Shop, photo: Path) -> None:
    data = photo.read_bytes()
    told = {"filename": "photo.png", "md5": hashlib.md5(data).hexdigest()}
    client = TusClient(f"{open_shop.base}/uploads")
    sender = client.uploader(str(photo), chunk_size=8 * 2**20, metadata=told, retries=100, retry_delay=0.3)
    sender.upload(stop_at=1)
    place = "/uploads/" + str(sender.url).rpartition("/")[2]
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(sender.upload)
        patience.until(lambda: open_shop.ask(place)["offset"] > len(data) // 4)
        open_shop.kill_web()
        sending.result()
    patience.until(lambda: open_shop.ask(place)["state"] == "ready")
    assert open_shop.ask(place)["sha256"] == hashlib.sha256(data).hexdigest()


def troubled(page: Page) -> list[str]:
    """Cut the line under the second piece, and let the one after it wait until the page is gone; list their offsets."""
    pieces: list[str] = []

    def trouble(route: Route) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        pieces.append(route.request.headers["upload-offset"])
        if len(pieces) == 2:
            return route.abort()
        return route.continue_() if len(pieces) == 1 else None

    page.on("dialog", lambda dialog: dialog.accept())  # the page asks whether it may be left
    page.route(PLACE, trouble)
    return pieces


def is_piece(request: Request) -> bool:
    return request.method == "PATCH"


def until(page: Page, fact: Callable[[], bool]) -> None:
    """Wait for what the browser is about to do, and give up after a while."""
    patience.until(fact, pause=lambda seconds: page.wait_for_timeout(1_000 * seconds))


def gallery(opened: Shop) -> Any:
    """Return what the API tells of the pictures of the seed's product."""
    (found,) = opened.post("/images/match", skus=["TEST-000"])["items"]
    return opened.ask(f"/products/{found['product_id']}/images")


def spoil(route: Route) -> None:
    data = route.request.post_data_buffer
    route.continue_(post_data=b"x" * len(data) if route.request.method == "PATCH" and data else None)
