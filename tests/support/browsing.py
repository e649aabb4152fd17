"""Real Chromium, and what a person sees and does in it; everything asked for and complained of is written down."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
PHONE: Mapping[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP: Mapping[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that is installed on this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """One tab of a fresh profile: its requests, and what its console and policy complained of."""

    context: BrowserContext
    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def heading(self, name: str) -> None:
        """Waits for the page with this heading."""
        self.page.get_by_role("heading", level=1, name=name, exact=True).wait_for()

    def origins(self) -> set[str]:
        """Who was asked for something."""
        return {"/".join(request.url.split("/")[:3]) for request in self.requests if request.url.startswith("http")}

    def sent(self) -> str:
        """All addresses, headers and bodies that left the browser, but those of the exchange of the code."""
        parts = []
        for request in self.requests:
            body = "" if request.url.endswith("/v1/ballots") else request.post_data or ""
            parts += [request.url, str(request.headers), body]
        return "\n".join(parts)

    def wider_than_the_screen(self) -> int:
        """By how many pixels the page must be moved sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@contextmanager
def tab(browser: Browser, device: Mapping[str, Any], language: str) -> Iterator[Tab]:
    """A person's tab in a fresh profile, in the language of that person's browser."""
    context = browser.new_context(**device, locale={"az": "az-AZ", "en": "en-GB"}[language])
    context.set_default_timeout(20_000)
    made = Tab(context=context, page=context.new_page())
    made.page.on("console", lambda message: made.complaints.append(f"{message.type}: {message.text}"))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    context.on("request", lambda request: made.requests.append(request))
    try:
        yield made
    finally:
        context.close()
