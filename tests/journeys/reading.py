"""What a visitor reads on a page."""

import re

from playwright.sync_api import Page, expect

SUMMARY = re.compile(r"Total ([\d,]+) · Imported ([\d,]+) · Updated ([\d,]+) · Invalid ([\d,]+)")
LONG = 180_000  # milliseconds


def summary(page: Page) -> list[int]:
    """Wait for the account and read the four numbers of its Report Summary."""
    expect(page.get_by_text("Report Summary")).to_be_visible(timeout=LONG)
    found = SUMMARY.search(page.locator("main").inner_text())
    assert found
    return [int(number.replace(",", "")) for number in found.groups()]


def percent(page: Page) -> int:
    """Read how far the import is."""
    return int(page.get_by_role("progressbar").first.get_attribute("aria-valuenow") or 0)
