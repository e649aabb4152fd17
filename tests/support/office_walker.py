"""Somebody who walks through identity's workspaces in a browser: opens, sends, is refused, signs in, and looks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from playwright.sync_api import Page

from identity.slips import texts
from identity.workspace.frame import local
from support.identity import House

Look = Callable[[Page, str], None]
"""Called with the page and the name of the state that stands on it."""
PASSWORD = "a mountain spring"


@dataclass
class Walker:
    """Where the walk takes place; `secrets` are the one-time secrets of who has an account."""

    house: House
    page: Page
    origin: str
    language: str
    look: Look
    secrets: dict[str, str] = field(default_factory=dict)

    def say(self, key: str) -> str:
        return texts().get(key, self.language)

    def open(self, path: str, state: str | None = None) -> None:
        """Goes to an address, and looks where it is named."""
        mark = "&" if "?" in path else "?"
        self.page.goto(f"{self.origin}{path}{mark}lang={self.language}")
        if state:
            self.look(self.page, state)

    def send(self, state: str | None = None, button: str = "main form button[type=submit]", **fields: str) -> None:
        """Fills fields by id, presses a button whatever the browser would say itself, waits, and looks."""
        for name, value in fields.items():
            self.page.locator(f"[id='{name}']").fill(value)
        self.page.evaluate("for (const form of document.forms) form.noValidate = true")
        with self.page.expect_navigation():
            self.page.locator(button).first.click()
        if state:
            self.look(self.page, state)

    def wrong(self, state: str, button: str = "main form button[type=submit]", **fields: str) -> None:
        """The same, where it is refused: the summary must have the focus and lead to each field."""
        self.send(None, button, **fields)
        self.page.wait_for_function("document.activeElement.id === 'error-summary'")
        for link in self.page.locator("#error-summary a").all():
            target = str(link.get_attribute("href")).removeprefix("#")
            assert self.page.locator(f"[id='{target}']").count() == 1, (state, target)
        self.look(self.page, state)

    def sign_in(self, user: str) -> None:
        """Signs out whoever is signed in, then in."""
        out = self.page.locator(".user-menu form button")
        if out.count():
            with self.page.expect_navigation():
                out.click()
        self.house.clock.move(30)
        password = self.house.officer["password"] if user == "officer" else PASSWORD
        code = pyotp.TOTP(self.secrets[user]).at(self.house.clock.now)
        self.open("/sign-in")
        self.send(user=user, password=password, code=code)
        assert "/sign-in" not in self.page.url, user

    def day(self, days: int) -> str:
        with self.house.app.app_context():
            return (local(self.house.clock.now) + timedelta(days=days)).date().isoformat()

    def school(self, registry_id: str = "002") -> str:
        found = self.house.desk.place["codes"].find_one({"_id": registry_id})
        assert found is not None
        return str(found["school"])

    def join(self, letter: str, user: str) -> None:
        self.open("/join")
        self.send("joined", invitation=letter.lower(), user=user, password=PASSWORD, again=PASSWORD)
        self.secrets[user] = self.page.locator(".code-block").inner_text().replace(" ", "")
