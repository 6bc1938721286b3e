"""The installed Chromium, driven by Playwright, which is told to download nothing."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import presence

__all__ = ["Browser", "Page", "running"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [  # no connection of the browser's own, and no crash in a small /dev/shm
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
]


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    """Give a headless browser; contexts and pages are the caller's."""
    program = presence.program(*NAMES)
    if program is None:
        presence.missing("Chromium", "install Debian's `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=QUIET)
        presence.used["Chromium"] = f"{browser.version} ({program})"
        try:
            yield browser
        finally:
            browser.close()
