"""A person pauses an import, lets it go on, and takes it back, in a real browser before the real server."""

import uuid

import pytest
from playwright.sync_api import Page, expect

from product_importer.imports import preparation, run
from tests import makers
from tests.web.doors import Doors

pytestmark = pytest.mark.browser
FILE = makers.csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30)))


def test_an_import_is_undone_after_its_numbers_were_seen(page: Page, served: Doors) -> None:
    makers.make_product("N-00", name="Mug")
    task_id = uuid.UUID(served.upload(FILE).json["task_id"])
    makers.run_import_to_end(task_id)
    makers.edit_product("N-01", name="By hand")
    page.goto(f"http://127.0.0.1:{served.port}/admin/imports/{task_id}")
    page.get_by_role("link", name="Undo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo import 1?")
    told = "Deletes the 28 products it created and restores 1 it updated. 1 was edited since"
    expect(page.get_by_text(told)).to_be_visible()
    page.get_by_role("button", name="Undo 29 products").click()
    expect(page.get_by_role("heading", name="Undoing this import")).to_be_visible()
    makers.run_undo_to_end(makers.undo_of(task_id).id)
    expect(page.get_by_text("Deleted 28 products and restored 1.")).to_be_visible()
    page.get_by_role("link", name="Show what stays").click()
    expect(page.get_by_role("row", name="N-01")).to_contain_text("Edited since")
    expect(page.get_by_role("row", name="N-01")).to_contain_text("anna")


def test_a_running_import_is_paused_and_resumed_by_two_buttons(page: Page, served: Doors) -> None:
    task_id = uuid.UUID(served.upload(FILE).json["task_id"])
    assert preparation.prepare(task_id)
    page.goto(f"http://127.0.0.1:{served.port}/admin/imports/{task_id}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Do not pause")).to_be_visible()
    run.run_import.run(task_id)
    expect(page.get_by_role("heading", name="Paused, 0 of 30 rows settled")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    makers.run_import_to_end(task_id)
    expect(page.get_by_text("rows in the file, all accounted for")).to_be_visible()
