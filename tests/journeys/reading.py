"""What a visitor reads on a page."""

import re

from playwright.sync_api import Locator, Page, expect

SUMMARY = re.compile(r"Total ([\d,]+) · Imported ([\d,]+) · Updated ([\d,]+) · Invalid ([\d,]+)")
LONG = 180_000  # milliseconds


def summary(page: Page) -> list[int]:
    """Wait for the account and read the four numbers of its Report Summary."""
    expect(page.locator("main")).to_contain_text(SUMMARY, timeout=LONG)
    found = SUMMARY.search(page.locator("main").inner_text())
    assert found
    return [int(number.replace(",", "")) for number in found.groups()]


def bar(page: Page) -> Locator:
    """Give what shows how far the import is, as long as it is at work."""
    return page.get_by_role("progressbar")


def percent(page: Page) -> int:
    """Read how far the import is, which must be held where it is."""
    return int(bar(page).get_attribute("aria-valuenow") or 0)


def words(page: Page) -> list[str]:
    """Read what the page says in its main part, word by word."""
    return page.locator("main").inner_text().split()
