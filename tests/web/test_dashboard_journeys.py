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
