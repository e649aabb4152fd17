"""A coordinator without a mouse."""

from pathlib import Path

import pyotp

from support.office_walker import PASSWORD, Walker


class Keyboard(Walker):
    """From the sign-in to slips by the keyboard alone."""

    def to(self, selector: str) -> None:
        """Tab by tab to what fits the selector, as somebody without a mouse gets there; what has the focus is seen."""
        for _ in range(120):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(one) => document.activeElement.matches(one)", selector):
                ring = self.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert ring != "none" or "file" in selector or "input" in selector, selector
                return
        raise AssertionError(f"{selector} is not reached from {self.page.url} by the keyboard")

    def press(self, selector: str) -> None:
        """Tab to a link or button, and Enter."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.type(text)

    def keyboard(self) -> None:
        """From the sign-in to printed slips without a mouse."""
        self.page.context.clear_cookies()
        self.open("/sign-in")
        self.house.clock.move(30)
        self.write("input#user", "murad")
        self.write("input#password", PASSWORD)
        self.write("input#code", pyotp.TOTP(self.secrets["murad"]).at(self.house.clock.now))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.press("a[href='/sessions/new']")
        self.to("input[name=level][value=primary]")
        self.page.keyboard.press("Space")
        year, month, day = self.day(5).split("-")
        self.write("input#closes-day", f"{month}{day}{year}")
        for _ in range(4):
            self.press("main button[name=go][value=next]")
        self.press("main button[name=go][value=open]")
        found = self.house.desk.place["sessions"].find_one({"school": self.school(), "state": "planned"})
        assert found is not None
        self.press(f"main a[href='/sessions/{found['_id']}']")
        self.press("main a[href$='/slips/leader']")
        self.to("input#count")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type("2")
        with self.page.expect_download() as saved:
            self.page.keyboard.press("Enter")
        assert Path(saved.value.path()).read_bytes()[:5] == b"%PDF-"
        self.look(self.page, "slips-by-keyboard")
