"""The installed Chromium, driven by Playwright, which is told to download nothing."""

import contextlib
from collections.abc import Iterator

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.servers import presence

__all__ = ["Browser", "Page", "heard", "page", "running"]

# The first is the same engine without the windows of a browser, and takes a fifth less of the processor.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = [  # no connection of the browser's own, and no crash in a small /dev/shm
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-dev-shm-usage",
]


PATIENCE = 60_000  # milliseconds; no test waits so long but on a machine that is busy with other things
expect.set_options(timeout=PATIENCE)


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    """Give a headless browser; contexts and pages are the caller's."""
    program = presence.program(*NAMES)
    if program is None:
        presence.missing("Chromium", "install Debian's `chromium-headless-shell` or `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=QUIET)
        presence.used["Chromium"] = f"{browser.version} ({program})"
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def page(browser: Browser, *, scripts: bool = True) -> Iterator[Page]:
    """Give a page in a context of its own, without cookies or storage of others; nothing on it moves by itself.

    A progress bar with moving stripes is painted anew 60 times a second, and costs as much as the import that it shows.
    """
    with contextlib.closing(browser.new_context(java_script_enabled=scripts, reduced_motion="reduce")) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def heard(page: Page) -> list[str]:
    """Collect from now on what the browser complains of, and what the page asks of anybody but this machine.

    It complains of errors, of scripts and styles that the policy refuses, and of missing files.
    """
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            found.append(f"left the origin: {request.url}")

    page.on("console", hear)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", see)
    return found
