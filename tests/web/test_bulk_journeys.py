"""People delete everything after two questions, switch whatever matches, take a file along, and read a history."""

import re
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from product_importer.catalog import bulk, bulk_run
from product_importer.catalog.bulk_models import BulkKind
from product_importer.catalog.filters import Filters
from product_importer.kit import database, tasks
from product_importer.kit.tasks import sweeper
from tests import makers
from tests.catalog.makers import run_bulk_to_end
from tests.web.doors import Doors

pytestmark = pytest.mark.browser


def be_the_worker() -> None:
    """Run the one job that waits."""
    (job_id,) = sweeper.due(tasks.registry[bulk_run.run_bulk.name])
    run_bulk_to_end(job_id)


def test_everything_is_deleted_after_two_questions(page: Page, served: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    page.goto(f"http://127.0.0.1:{served.port}/admin/products")
    page.get_by_role("link", name="Delete all").click()
    question = page.get_by_role("dialog", name="Delete all 3 products?")
    expect(question).to_contain_text("Are you sure? This cannot be undone.")
    expect(question.get_by_role("link", name="Keep them")).to_be_focused()
    question.get_by_role("link", name="Delete them").click()
    armed = question.get_by_role("button", name="Delete 3 products")
    expect(armed).to_be_disabled()
    question.get_by_label("Type 3 to confirm").fill("4")
    expect(question).to_contain_text("The number is 3.")
    expect(armed).to_be_disabled()
    question.get_by_label("Type 3 to confirm").fill("3")
    armed.click()
    expect(page.get_by_role("heading", name="Progress")).to_be_visible()
    be_the_worker()
    expect(page.get_by_role("heading", name=re.compile("Deleted 3 products in"))).to_be_visible()
    assert makers.stored_products() == {}


def test_whatever_matches_is_switched_off_beyond_the_page_that_shows_and_on_again(page: Page, served: Doors) -> None:
    for number in range(22):
        makers.make_product(f"A-{number:02}")
    makers.make_product("B-1")
    page.goto(f"http://127.0.0.1:{served.port}/admin/products?sku=a-")
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("20 selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Deleted 20 products.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    for deed, done in (("Set inactive", "Deactivated"), ("Set active", "Activated")):
        page.get_by_label("Select A-00").check()
        expect(page.get_by_text("1 selected")).to_be_visible()
        page.get_by_label("all 22 that match").check()
        expect(page.get_by_text("All 22 selected")).to_be_visible()
        page.get_by_role("button", name=deed).click()
        expect(page.get_by_role("heading", name=re.compile("ctivate products$"))).to_be_visible()
        be_the_worker()
        expect(page.get_by_role("heading", name=re.compile(f"{done} 22 products in"))).to_be_visible()
        page.get_by_role("link", name="Show the products").click()
        expect(page.get_by_role("switch", name="A-00 is active")).to_have_text(deed.split()[1].capitalize())
        assert sum(one.active for one in makers.stored_products().values()) == (1 if "in" in deed else 23)
    page.get_by_label("Select A-00").check()
    page.get_by_label("all 22 that match").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("22 products"))).to_be_visible()
    assert len(makers.stored_products()) == 23


def test_the_end_of_a_job_does_not_take_away_what_is_being_typed_beside_it(page: Page, served: Doors) -> None:
    for number in range(3):
        makers.make_product(f"A-{number}")
    makers.make_product("B-1")
    with database.transaction() as session:
        bulk.start(session, BulkKind.DELETE, Filters(sku="a-"), actor="user:local")
    page.add_init_script("localStorage.setItem('keys', 'off')")  # a switch that is kept is not in hand
    page.goto(f"http://127.0.0.1:{served.port}/admin/products")
    expect(page.get_by_role("heading", name="Deleting products")).to_be_visible()
    search = page.get_by_role("searchbox")
    search.fill("b-")
    be_the_worker()
    expect(page.locator(".live[data-state=completed]")).to_be_visible()
    page.wait_for_timeout(2_500)  # it is tried again every two seconds
    expect(search).to_have_value("b-")
    expect(page.get_by_role("row", name="A-0")).to_be_visible()
    search.clear()
    search.blur()
    expect(page.get_by_role("row", name="A-0")).to_have_count(0)


def test_the_list_as_it_is_filtered_is_taken_along_as_a_file(page: Page, served: Doors, tmp_path: Path) -> None:
    for number in range(5):
        makers.make_product(f"A-{number}", description='two\nlines, "quoted"')
    makers.make_product("B-1")
    page.goto(f"http://127.0.0.1:{served.port}/admin/products?sku=a-")
    with page.expect_download() as loading:
        page.get_by_role("link", name="Export CSV").click()
    loading.value.save_as(tmp_path / "products.csv")
    expect(page.get_by_text("Exported 5 products.")).to_be_visible()
    file = (tmp_path / "products.csv").read_bytes()
    assert (file, loading.value.suggested_filename) == (served.get("/products/export.csv?sku=a-").body, "products.csv")


def test_a_product_tells_what_became_of_it_and_through_which_line(page: Page, served: Doors) -> None:
    makers.import_file(makers.csv_file('A-1,Mug,"two\nlines",10.00'))
    second = makers.import_file(makers.csv_file("B-1,Cup,,1.00", "A-1,Mug,,12.00")).task_id
    product = makers.stored_products()["a-1"]
    page.goto(f"http://127.0.0.1:{served.port}/admin/products")
    page.get_by_role("link", name="Mug").click()
    history = page.get_by_role("region", name="History").get_by_role("listitem")
    expect(history).to_have_count(2)
    expect(history.first).to_contain_text("Price 10.00")
    expect(history.first).to_contain_text("Import 2, spring.csv, line 3")
    details = page.get_by_role("region", name="Details")
    details.get_by_label("Price").fill("15.00")
    makers.edit_product("A-1", price=Decimal("14.90"))
    details.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("alert").filter(has_text="Anna changed this product while you were editing.")
    expect(conflict).to_contain_text("yours 15.00   stored now 14.90")
    expect(conflict).not_to_contain_text("Description")  # whose lines the browser ends in its own way
    details.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(details.get_by_label("Price")).to_have_value("15.00")
    expect(history.first).to_contain_text("Price 14.90")
    expect(history.first).not_to_contain_text("Description")
    makers.remove_product("A-1")
    page.goto(f"http://127.0.0.1:{served.port}/admin/journal?subject={product.id}")
    row = page.get_by_role("row", name="Deleted")
    expect(row).to_contain_text("anna")
    row.get_by_role("link", name="A-1").click()
    expect(page.get_by_role("heading", name=re.compile("^Deleted .* by anna"))).to_be_visible()
    page.get_by_role("link", name="Import 2, spring.csv").click()
    expect(page).to_have_url(f"http://127.0.0.1:{served.port}/admin/imports/{uuid.UUID(str(second))}")
