"""A person lets the shop tell others of its changes: tried with the test inbox, then with an address of their own."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import makers
from tests.journeys.shop import Shop
from tests.patience import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LONG = PATIENCE * 1_000  # ms


def _arrives(page: Page, words: str) -> None:
    """Look into the inbox until something is there, as a person does."""
    expect(page.get_by_role("heading", name="Test inbox")).to_be_visible()
    deadline = 60
    while not page.get_by_text(words).count() and deadline:
        page.wait_for_timeout(500)
        page.reload()
        deadline -= 1
    expect(page.get_by_text(words).first).to_be_visible()


def test_a_person_tries_webhooks_with_the_test_inbox(
    page: Page, open_shop: Shop, complaints: list[str], picture: Callable[[Page, str], None]
) -> None:
    page.goto(f"{open_shop.base}/admin/webhooks")
    expect(page.get_by_role("heading", name="No endpoints yet")).to_be_visible()
    picture(page, "webhooks-none")
    page.get_by_role("button", name="Try it with a test inbox").click()
    expect(page.get_by_role("heading", name="Test inbox")).to_be_visible()
    page.get_by_role("button", name="Send a test").click(timeout=LONG)
    expect(page.get_by_text("The receiver accepted it.")).to_be_visible(timeout=LONG)
    expect(page.get_by_label("The beginning of the answer")).to_have_text("The signature is valid.")

    page.get_by_role("link", name="Open the inbox").click()
    _arrives(page, "The signature is valid")
    expect(page.get_by_label("Body")).to_contain_text('"type": "webhook.test"')
    sku = makers.some_sku()
    page.request.post(f"{open_shop.base}/products", data={"sku": sku, "name": "Mug", "price": "12.50"})
    _arrives(page, sku)
    expect(page.get_by_text("The signature is valid").nth(1)).to_be_visible()
    picture(page, "inbox")

    page.get_by_role("link", name="Test inbox").click()
    expect(page.get_by_role("row").filter(has_text=sku)).to_contain_text("product.created")
    picture(page, "webhook")
    page.get_by_role("row").filter(has_text=sku).get_by_role("link").click()
    expect(page.get_by_role("region", name="Body")).to_contain_text(sku)
    expect(page.get_by_role("row").nth(1)).to_contain_text("200")
    picture(page, "delivery")
    page.get_by_role("link", name="Test inbox").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the endpoint").click()
    expect(page.get_by_role("heading", name="No endpoints yet")).to_be_visible()
    assert complaints == []


def test_an_endpoint_is_added_corrected_switched_and_removed_without_scripts(
    plain_page: Page, open_shop: Shop, picture: Callable[[Page, str], None]
) -> None:
    page = plain_page
    page.goto(f"{open_shop.base}/admin/webhooks/new")
    expect(page.get_by_text("500,000 events at 100 ms: 5,000 requests, about 1 min.")).to_be_visible()
    page.get_by_label("Address").fill("https://anna:secret@shop.example.com/")
    page.get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_text("contains a name or password")).to_be_visible()
    picture(page, "webhook-form")
    page.get_by_label("Address").fill("https://hooks.invalid/catalogue")
    page.get_by_label("Name", exact=True).fill("Shop")
    page.get_by_text("Limits and headers").click()
    page.get_by_label("Additional headers").fill("X-Api-Key: 12345")
    page.get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_label("Secret", exact=True)).to_have_value(re.compile(r"^whsec_.{44}$"))
    picture(page, "webhook-secret")
    page.get_by_role("link", name="I have copied it").click()

    page.get_by_role("button", name="Send a test").click(timeout=LONG)
    expect(page.get_by_text("does not resolve to any address")).to_be_visible(timeout=LONG)
    picture(page, "webhook-failed")
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled by you")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_text("unless you enter new ones or name another server: X-Api-Key.")).to_be_attached()
    page.get_by_label("One by one").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("definition").filter(has_text="One by one")).to_be_visible()
    page.get_by_role("link", name="Webhooks").first.click()
    picture(page, "webhooks")
    page.get_by_role("link", name="Shop").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove the endpoint").click()
    expect(page.get_by_text("The endpoint has been removed.")).to_be_visible()
