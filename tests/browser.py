"""A real browser, driven through pages on the disk; whatever a page does that it should not is kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, sync_playwright


class Watched:
    """A page with what it wrote to the console, asked for, and opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.console.append(f"error: {error}"))
        self.refused: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))

        def failed(request: Request) -> None:
            if request.failure == "csp":
                self.refused.append(request.url)

        def dismiss(dialog: Any) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("requestfailed", failed)
        page.on("dialog", dismiss)

    def open(self, path: Path) -> Page:
        """Open a file and wait until the page is at rest."""
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.wait_for_timeout(300)
        return self.page

    @property
    def misdeeds(self) -> list[str]:
        """Return all that an inert page has none of: console lines, dialogs, requests beyond itself."""
        return [*self.console, *(f"dialog: {text}" for text in self.dialogs), *self.requests[1:]]


@contextmanager
def watched_page(**context: Any) -> Iterator[Watched]:
    """Yield a new page in a new browser; the arguments are those of Playwright's `new_context`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            page = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context}).new_page()
            yield Watched(page)
        finally:
            browser.close()
