"""What a person has begun on the dashboard outlives the imports that end there; this process is their worker."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from product_importer.imports import answers
from tests import makers
from tests.web.doors import Doors

pytestmark = pytest.mark.browser
NEXT: FilePayload = {"name": "next.csv", "mimeType": "text/csv", "buffer": b"sku,name\nB,Mug\n"}


def go(page: Page, served: Doors) -> None:
    page.goto(f"http://127.0.0.1:{served.port}/admin/dashboard")


def drop(page: Page, name: str) -> None:
    page.locator("pi-upload").evaluate(
        """async (zone, name) => {
            await customElements.whenDefined("pi-upload");
            const brought = new DataTransfer();
            brought.items.add(new File(["sku,name"], name));
            zone.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: brought }));
        }""",
        name,
    )


def test_an_import_that_ends_leaves_what_was_ticked_and_typed(page: Page, served: Doors) -> None:
    import_id = makers.make_import(makers.csv_file("A,Lamp,,5.00"))
    go(page, served)
    panel = page.get_by_role("region", name="spring.csv")
    expect(panel.get_by_role("progressbar")).to_be_visible()
    page.get_by_label("Review first").check()
    page.get_by_label("SKU", exact=True).fill("MUG-1")
    with ThreadPoolExecutor(1) as worker:  # the browser's own loop runs in this thread
        worker.submit(makers.run_import_to_end, import_id).result()
    expect(page.get_by_role("row", name="spring.csv")).to_contain_text("Completed")
    expect(panel).to_have_count(0)
    expect(page.get_by_label("Review first")).to_be_checked()
    expect(page.get_by_label("SKU", exact=True)).to_have_value("MUG-1")
    expect(page.get_by_label("SKU", exact=True)).to_be_focused()
    expect(page).to_have_title(re.compile("^Dashboard"))
    expect(page.get_by_role("status").filter(has_text="Completed")).to_have_count(1)


def test_an_import_that_ends_during_an_upload_is_shown_as_ended(page: Page, served: Doors) -> None:
    import_id = makers.make_import(makers.csv_file("A,Lamp,,5.00"))
    go(page, served)
    panel = page.get_by_role("region", name="spring.csv")
    expect(panel.get_by_role("progressbar")).to_be_visible()
    held: list[Route] = []
    page.route("**/uploads/*", lambda route: held.append(route))
    with page.expect_request("**/uploads/*"):
        page.locator("#file").set_input_files([NEXT])
    with ThreadPoolExecutor(1) as worker:
        worker.submit(makers.run_import_to_end, import_id).result()
    expect(page.get_by_role("row", name="spring.csv")).to_contain_text("Completed")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    assert held


def test_a_folder_is_refused_at_once(page: Page, served: Doors) -> None:
    page.add_init_script("DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true })")
    go(page, served)
    drop(page, "spring")
    expect(page.get_by_role("alert")).to_contain_text("A folder cannot be imported")
    assert served.get("/imports").json["items"] == []


def test_a_file_that_cannot_be_read_is_no_lost_connection(page: Page, served: Doors) -> None:
    page.add_init_script("Blob.prototype.arrayBuffer = () => Promise.reject(new Error())")
    go(page, served)
    page.locator("#file").set_input_files([NEXT])
    expect(page.get_by_role("alert")).to_contain_text("The file cannot be read")


def test_a_file_dropped_during_an_upload_is_said_not_to_be_taken(page: Page, served: Doors) -> None:
    go(page, served)
    page.route("**/uploads/*", lambda _: None)  # it is never answered
    page.locator("#file").set_input_files([NEXT])
    expect(page).to_have_title("0% next.csv")
    drop(page, "second.csv")
    expect(page.get_by_text("next.csv is still on its way")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page).to_have_title(re.compile("^Dashboard"))


def test_another_tab_does_not_offer_to_discard_what_is_being_sent(page: Page, served: Doors) -> None:
    go(page, served)
    page.route("**/uploads/*", lambda _: None)
    with page.expect_request("**/uploads/*"):
        page.locator("#file").set_input_files([NEXT])
    second = page.context.new_page()
    with second.expect_response("**/uploads/*"):  # it asks how the upload stands
        go(second, served)
    second.wait_for_load_state("networkidle")
    expect(second.get_by_role("button", name="Discard")).to_be_hidden()
    page.close()
    second.reload()
    expect(second.get_by_role("button", name="Discard")).to_be_visible()


def test_a_sending_that_was_prevented_does_not_end_the_watch(page: Page, served: Doors) -> None:
    import_id = makers.import_file(makers.csv_file("A,Lamp,,5.00"), review=True).task_id
    go(page, served)
    expect(page.get_by_role("link", name="Answer spring.csv")).to_be_visible()
    page.clock.install()
    page.reload()
    expect(page.get_by_role("link", name="Answer spring.csv")).to_be_visible()
    page.locator("pi-upload form").evaluate("(form) => { form.noValidate = true; form.requestSubmit(); }")
    with ThreadPoolExecutor(1) as worker:
        worker.submit(makers.answered, import_id, answers.apply).result()
    page.clock.run_for(5_000)
    expect(page.get_by_role("link", name="Answer spring.csv")).to_have_count(0)
