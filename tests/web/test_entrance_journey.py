"""The first account is made, others are let in, and everybody signs in and out, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.accounts.makers import PASSWORD
from tests.web.doors import Doors

pytestmark = pytest.mark.browser


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Somebody else's browser."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def enter(page: Page, email: str, password: str, *, button: str = "Sign in") -> None:
    if page.get_by_label("Email").is_editable():
        page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=button).click()


def test_the_first_account_lets_a_second_one_in_and_both_come_and_go(page: Page, other: Page, served: Doors) -> None:
    at = f"http://127.0.0.1:{served.port}"
    page.goto(f"{at}/admin/account")
    page.get_by_role("button", name="Create the first account").click()
    enter(page, "anna@example.com", "short", button="Create account")
    assert page.locator("#password:invalid").count() == 1
    enter(page, "anna@example.com", PASSWORD, button="Create account")
    expect(page).to_have_url(re.compile("/admin/"))

    page.goto(f"{at}/admin/users")
    page.get_by_label("Email", exact=True).fill("ben@example.com")
    page.get_by_role("button", name="Create a link").click()
    link = page.get_by_text("/setup?token=").inner_text()
    other.goto(link)
    expect(other.get_by_role("heading", name="You have been invited")).to_be_visible()
    enter(other, "ben@example.com", PASSWORD, button="Create account")
    expect(other).to_have_url(re.compile("/admin/"))
    assert other.goto(f"{at}/admin/users").status == 403  # type: ignore[union-attr]
    other.goto(link)
    expect(other.get_by_role("heading", level=1)).not_to_have_text("You have been invited")

    page.goto(f"{at}/admin/products")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(f"{at}/admin/products")
    expect(page).to_have_url(re.compile("/sign-in"))
    enter(page, "anna@example.com", "these are not the words")
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    enter(page, "anna@example.com", PASSWORD)
    expect(page).to_have_url(f"{at}/admin/products")
