"""The seed's demonstrations of pictures, with the product's own workers: sent in pieces, verified, known again."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.shop import Shop
from tests.media import pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGE = pictures.noise(1_800, 1_800, kind="PNG", compress_level=0)  # 9.7 MB: more than one piece


def _gallery(opened: Shop) -> Any:
    """Return what the API tells of the pictures of the seed's product."""
    (found,) = opened.post("/images/match", skus=["TEST-000"])["items"]
    return opened.ask(f"/products/{found['product_id']}/images")


def _spoil(route: Route) -> None:
    data = route.request.post_data_buffer
    route.continue_(post_data=b"x" * len(data) if route.request.method == "PATCH" and data else None)


def test_pictures_come_out_as_the_seed_says(page: Page, open_shop: Shop, tmp_path: Path) -> None:
    open_shop.run("seed")
    large, small, pieces = tmp_path / "large.png", tmp_path / "small.png", list[str]()
    large.write_bytes(LARGE)
    small.write_bytes(pictures.picture())
    page.on("request", lambda request: pieces.append(request.url) if request.method == "PATCH" else None)
    page.goto(f"{open_shop.base}/admin/dashboard")
    expect(page.get_by_label("SKU", exact=True)).to_have_value("TEST-000")
    page.get_by_label("Choose pictures").set_input_files(large)
    shown = page.get_by_role("listitem").filter(has=page.get_by_role("img", name="large.png"))
    expect(shown).to_contain_text("PRIMARY")
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    first = _gallery(open_shop)
    assert (len(pieces), first["pending"]) == (2, 0)
    assert [(one["name"], one["primary"], one["state"]) for one in first["items"]] == [("large.png", True, "ready")]

    page.get_by_label("Choose pictures").set_input_files(large)
    while len(pieces) < 4:
        page.wait_for_timeout(20)
    expect(page.get_by_role("progressbar", name="Upload of large.png")).to_have_count(0)
    assert _gallery(open_shop) == first

    page.route("**/uploads/*", _spoil)
    page.get_by_label("Choose pictures").set_input_files(small)
    expect(page.get_by_text("The file did not arrive as it was sent")).to_be_visible()
    assert _gallery(open_shop) == first
    page.unroute("**/uploads/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("listitem").filter(has=page.get_by_role("img", name="small.png"))).to_be_visible()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert [one["primary"] for one in _gallery(open_shop)["items"]] == [True, False]
