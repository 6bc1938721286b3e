"""People add pictures in a real browser before the real server; this process is the worker that makes their sizes."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from product_importer.uploads import ledger
from tests import makers
from tests.media import picture_server, pictures
from tests.media.makers import attached, counted, developed, gallery
from tests.media.test_wishing import HEADER, fetched
from tests.web.doors import Doors

pytestmark = pytest.mark.browser

LARGE = pictures.noise(2_000, 2_000, kind="PNG", compress_level=0)  # 12 MB: more than one piece


def go(page: Page, served: Doors, path: str) -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/{path}")


def choose(page: Page, *pictures: tuple[str, bytes]) -> None:
    chosen = [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in pictures]
    page.get_by_label("Choose images").set_input_files(chosen)  # type: ignore[arg-type]


def brought(page: Page, event: str, *, onto: str, name: str, data: bytes) -> None:
    """Let a file come by a `drop` or a `paste`, as from the desktop."""
    page.locator(onto).evaluate(
        """async (target, [event, name, data]) => {
            await Promise.race(["pi-images", "pi-folder"].map((zone) => customElements.whenDefined(zone)));
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const brought = new DataTransfer();
            brought.items.add(new File([bytes], name, { type: "image/png" }));
            const told = { bubbles: true, cancelable: true };
            const sent = event === "paste"
                ? new ClipboardEvent(event, { ...told, clipboardData: brought })
                : new DragEvent(event, { ...told, dataTransfer: brought });
            target.dispatchEvent(sent);
        }""",
        [event, name, base64.b64encode(data).decode()],
    )


def waited(page: Page, fact: Callable[[], object]) -> None:
    """Let the page go on until something is so."""
    while not fact():
        page.wait_for_timeout(20)


def shot(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("img", name=name))


def test_a_large_picture_is_sent_in_pieces_made_in_the_background_and_known_again(
    page: Page, doors_of_both: Doors, tmp_path: Path
) -> None:
    product, large = makers.make_product("TEST-000"), tmp_path / "large.png"
    large.write_bytes(LARGE)
    pieces: list[str] = []
    page.on("request", lambda request: pieces.append(request.url) if request.method == "PATCH" else None)
    go(page, doors_of_both, "dashboard")
    expect(page.get_by_label("SKU", exact=True)).to_have_value("TEST-000")
    held: list[Route] = []
    page.route("**/uploads/*", lambda route: route.continue_() if held else held.append(route))
    page.get_by_label("Choose images").set_input_files(large)
    expect(page.get_by_role("progressbar", name="Upload of large.png")).to_be_visible()
    expect(page.get_by_text("Uploading 0%")).to_be_visible()
    waited(page, lambda: held)
    held[0].continue_()
    page.unroute("**/uploads/*")  # to stand between costs the browser more than to send
    expect(page.get_by_text("Creating its sizes…")).to_be_visible()
    assert len(pieces) >= 2 > len(LARGE) / ledger.PART > 1
    (before,) = developed(product.id).items
    expect(page.get_by_text("Nothing is waiting.")).to_be_visible()
    expect(shot(page, "large.png")).to_contain_text("PRIMARY")
    pieces.clear()
    page.get_by_label("Choose images").set_input_files(large)
    waited(page, lambda: len(pieces) >= 2)
    expect(page.get_by_role("progressbar", name="Upload of large.png")).to_have_count(0)
    (after,) = gallery(product.id).items
    assert (after, counted()) == (before, (1, 1))


def test_a_picture_that_was_changed_on_its_way_is_not_taken(page: Page, doors_of_both: Doors) -> None:
    product = makers.make_product("TEST-000")

    def spoil(route: Route) -> None:
        if route.request.method == "PATCH":
            route.continue_(post_data=b"x" * len(data))
        else:
            route.continue_()

    data, asked = pictures.picture(), []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/md5.umd.min.js", lambda route: route.abort())  # no WebAssembly here: the MD5 comes from elsewhere
    page.route("**/uploads/*", spoil)
    go(page, doors_of_both, f"products/{product.id}")
    brought(page, "paste", onto="body", name="mug.png", data=data)
    expect(page.get_by_text("The file did not arrive as it was sent")).to_be_visible()
    expect(page.get_by_text("None of it was used.")).to_be_visible()
    assert counted() == (0, 0)
    page.unroute("**/uploads/*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Creating its sizes…")).to_be_visible()
    assert any("spark-md5" in url for url in asked)
    brought(page, "drop", onto="pi-images", name="cup.png", data=pictures.picture(color=(1, 2, 3)))
    expect(page.get_by_text("Creating its sizes…")).to_have_count(2)
    developed(product.id)
    expect(shot(page, "mug.png")).to_contain_text("PRIMARY")
    expect(shot(page, "cup.png")).to_be_visible()


def test_images_are_moved_made_primary_and_taken_off_with_an_undo(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1")
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        attached(product.id, pictures.picture(color=(number, 80, 80)), name=name)
    developed(product.id)
    go(page, served, f"products/{product.id}")
    page.get_by_label("Options for c.png").press("Enter")
    page.get_by_role("button", name="Make primary").click()
    expect(shot(page, "c.png")).to_contain_text("PRIMARY")
    page.get_by_role("button", name="Earlier").press("Enter")
    expect(page.get_by_role("region", name="Gallery").get_by_role("img").nth(1)).to_have_attribute("alt", "c.png")
    page.get_by_label("Alt text for c.png").fill("A mug from above")
    page.get_by_role("region", name="Gallery").get_by_role("button", name="Save").click()
    expect(shot(page, "A mug from above")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed c.png.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(shot(page, "A mug from above")).to_be_visible()
    shot(page, "b.png").drag_to(shot(page, "a.png"))
    expect(page.get_by_role("region", name="Gallery").get_by_role("img").nth(0)).to_have_attribute("alt", "b.png")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("link", name="Products", exact=True).first.click()  # what is on its way out goes first
    expect(page.get_by_role("row", name="MUG-1").locator("img")).to_have_count(1)
    assert [(one.name, one.primary) for one in gallery(product.id).items] == [("b.png", True), ("a.png", False)]


def test_what_is_typed_for_an_image_stays_with_it_while_another_is_taken_off(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1")
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        attached(product.id, pictures.picture(color=(number, 80, 80)), name=name)
    developed(product.id)
    go(page, served, f"products/{product.id}")
    page.clock.install()
    page.get_by_label("Options for a.png").press("Enter")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed a.png.")).to_be_visible()
    page.get_by_label("Options for b.png").press("Enter")
    page.get_by_label("Alt text for b.png").fill("A mug")
    page.clock.run_for(10_000)
    expect(page.locator("[data-name='a.png']")).to_have_count(0)
    expect(page.get_by_label("Alt text for b.png")).to_be_focused()
    page.keyboard.type(" from above")
    page.keyboard.press("Enter")
    expect(shot(page, "A mug from above")).to_contain_text("PRIMARY")
    assert [(one.name, one.alt) for one in gallery(product.id).items] == [("b.png", "A mug from above"), ("c.png", "")]


def test_text_that_comes_with_a_picture_is_pasted_into_its_field(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1")
    go(page, served, f"products/{product.id}")
    expect(page.get_by_text("No image yet.")).to_be_visible()
    kept = page.get_by_label("Description").evaluate(
        """async (field) => {
            await customElements.whenDefined("pi-images");
            const brought = new DataTransfer();
            brought.items.add(new File(["x"], "cells.png", { type: "image/png" }));
            brought.setData("text/plain", "12.50");
            const told = { bubbles: true, cancelable: true, clipboardData: brought };
            return field.dispatchEvent(new ClipboardEvent("paste", told));  // whether the browser may paste
        }"""
    )
    assert kept
    expect(page.get_by_role("listitem").filter(has_text="cells.png")).to_have_count(0)


def test_a_picture_is_added_and_taken_off_without_javascript(plain_page: Page, served: Doors) -> None:
    product = makers.make_product("TEST-000")
    go(plain_page, served, "dashboard")
    choose(plain_page, ("mug.png", pictures.picture()))
    plain_page.get_by_role("button", name="Upload one").click()
    expect(plain_page.get_by_text("Creating its sizes…")).to_be_visible()
    developed(product.id)
    plain_page.reload()
    expect(shot(plain_page, "mug.png")).to_contain_text("PRIMARY")
    plain_page.get_by_label("Options for mug.png").click()
    plain_page.get_by_role("button", name="Remove").click()
    expect(plain_page.get_by_text("No image yet.")).to_be_visible()
    choose(plain_page, ("mug.png", b"<svg></svg>"))
    plain_page.get_by_role("button", name="Upload one").click()
    expect(plain_page.get_by_role("heading", name="This is not an image that can be used")).to_be_visible()


def test_many_pictures_find_their_products_by_name(page: Page, served: Doors) -> None:
    mug = makers.make_product("MUG-1")
    go(page, served, "products")
    page.get_by_role("link", name="Add images").click()
    named = [(name, pictures.picture(color=(number, 9, 9))) for number, name in enumerate(("mug-1_2.png", "MUG-1.png"))]
    brought(page, "drop", onto="[data-zone]", name="MUG-1.png", data=named[1][1])
    expect(page.get_by_text("1 of 1 attached")).to_be_visible()
    choose(page, named[0], ("stray.png", named[0][1]), ("list.txt", b"x"))
    expect(page.get_by_text("2 of 2 attached")).to_be_visible()
    expect(page.get_by_role("row", name="stray.png")).to_contain_text("no product has this SKU")
    expect(page.get_by_role("row", name="list.txt")).to_contain_text("not an image")
    assert [(one.name, one.primary) for one in gallery(mug.id).items] == [("MUG-1.png", True), ("mug-1_2.png", False)]


def test_a_picture_that_cannot_be_read_costs_the_others_of_a_drop_nothing(page: Page, served: Doors) -> None:
    makers.make_product("MUG-1")
    page.add_init_script(
        """DataTransferItem.prototype.webkitGetAsEntry = function () {
            const picture = this.getAsFile();
            const file = (found, missed) => (picture.name === "gone.png" ? missed(new Error()) : found(picture));
            return { isFile: true, name: picture.name, file };
        }"""
    )
    go(page, served, "images")
    page.locator("[data-zone]").evaluate(
        """async (zone, data) => {
            await customElements.whenDefined("pi-folder");
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const brought = new DataTransfer();
            for (const name of ["gone.png", "MUG-1.png"]) brought.items.add(new File([bytes], name));
            zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: brought }));
        }""",
        base64.b64encode(pictures.picture()).decode(),
    )
    expect(page.get_by_text("1 of 1 attached")).to_be_visible()
    expect(page.get_by_role("row", name="gone.png")).to_contain_text("cannot be read")


def test_a_picture_dropped_beside_its_field_does_not_take_the_place_of_the_page(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1")
    go(page, served, f"products/{product.id}")
    brought(page, "drop", onto="h1", name="mug.png", data=pictures.picture())
    expect(page.get_by_text("Nothing was taken.")).to_be_visible()
    assert counted() == (0, 0)


def test_the_servers_refusal_is_told_beside_the_gallery(page: Page, served: Doors) -> None:
    product = makers.make_product("MUG-1")
    attached(product.id, pictures.picture(), name="a.png")
    developed(product.id)
    go(page, served, f"products/{product.id}")
    page.get_by_label("Options for a.png").press("Enter")
    page.get_by_label("Alt text for a.png").fill("A mug")
    makers.remove_product("MUG-1")
    page.get_by_role("region", name="Gallery").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("No product has this id")


def test_pictures_by_address_are_counted_while_they_are_fetched(page: Page, served: Doors) -> None:
    with picture_server.opened({"/a.png": pictures.picture(8, 8)}) as shop:
        cell = f"{shop.url('/a.png')}|{shop.url('/gone.png')}"
        import_id = makers.import_file(makers.csv_file(f"A,Mug,1,{cell}", header=HEADER)).task_id
        go(page, served, f"imports/{import_id}")
        panel = page.get_by_role("region", name="Images")
        expect(panel).to_contain_text("0 of 2 shown, 2 still to be fetched")
        with ThreadPoolExecutor(1) as worker:  # the browser's own loop runs in this thread
            worker.submit(fetched).result()
    expect(panel).to_contain_text("1 of 2 shown, 1 failed")
    expect(panel.get_by_role("row", name="gone.png")).to_contain_text("IMAGE_UNFETCHED")
    expect(panel.get_by_role("button", name="Fetch failed ones again")).to_be_visible()
