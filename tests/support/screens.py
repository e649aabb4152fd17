"""Leads one browser through every screen and state of the questionnaire page, and stops at each to look."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page, Route

from support.ballots import Signer, a_session
from support.collecting import Collector, Topics
from support.signing import Desk
from support.visiting import visiting

Look = Callable[[Page, str], None]
"""Called with the page and the name of the screen that stands on it; leaves it in English."""


def speak(page: Page, language: str) -> None:
    """Changes the language as a person does: by the button of the page, or by the link of a page without scripts."""
    if page.locator("html").get_attribute("lang") == language:
        return
    page.locator(f"nav.languages [lang={language}]").click()
    page.locator(f"html[lang={language}]").wait_for()


@dataclass(frozen=True, kw_only=True)
class Tour:
    """Where the tour takes place, and what is done at each stop."""

    browser: Browser
    collector: Collector
    desk: Desk
    place: Topics
    look: Look
    options: dict[str, Any]

    def go(self) -> None:
        """Every screen once."""
        signer = self._session()
        self._slip(signer)
        self._way(signer)
        self._other_areas()
        self._waiting(signer)
        self._sending(signer)
        self._stops(signer)
        self._pages()

    @contextmanager
    def _visit(self) -> Any:
        with visiting(self.browser, self.collector, **self.options) as visitor:
            yield visitor

    def _session(self, **changes: Any) -> Signer:
        made = a_session(groups=("leader", "teacher", "student"), **changes)
        self.place.publish(made.message)
        self.collector.wait_for(made.message.session)
        return made

    def _slip(self, signer: Signer) -> None:
        with self._visit() as visitor:
            visitor.page.goto(f"{self.collector.origin}/?lang=en")
            visitor.heading("Type what is on your slip")
            self.look(visitor.page, "slip-type")
            visitor.press("Continue")
            visitor.page.locator(".error-summary").wait_for()
            self.look(visitor.page, "slip-errors")
            visitor.type_slip(signer, self.desk.admit(signer, "teacher"), "T")
            visitor.heading("Is this on your slip?")
            self.look(visitor.page, "slip-compare")
            visitor.press("No, it differs")
            visitor.heading("Do not go on")
            self.look(visitor.page, "stop-card")

    def _way(self, signer: Signer) -> None:
        with self._visit() as visitor:
            visitor.open(signer, "leader", self.desk.admit(signer, "leader"))
            visitor.heading("What we promise")
            self.look(visitor.page, "promise-leader")
        with self._visit() as visitor:
            visitor.open(signer, "teacher", self.desk.admit(signer, "teacher"))
            visitor.heading("What we promise")
            self.look(visitor.page, "promise")
            visitor.press("Continue")
            visitor.heading("Whose device is this?")
            visitor.press("Continue")
            visitor.page.get_by_text("Choose one of the two").wait_for()
            self.look(visitor.page, "device-error")
            visitor.page.locator("label[for=device-shared]").click()
            self.look(visitor.page, "device")
            visitor.press("Continue")
            visitor.page.locator("fieldset.question").first.wait_for()
            self.look(visitor.page, "area-empty")
            visitor.answer_page(3)
            visitor.page.locator("summary").first.click()
            self.look(visitor.page, "area-answered")
            while visitor.page.locator("[data-question]").count() == 0:
                visitor.next_page()
            visitor.answer_page(0)
            self.look(visitor.page, "background")
            visitor.press("Next")
            visitor.heading("Look over your answers")
            self.look(visitor.page, "review")
            visitor.send()
            visitor.heading("Counted")
            self.look(visitor.page, "counted-shared")

    def _other_areas(self) -> None:
        """The scale of usefulness, a school's own items, and an area as primary students read it."""
        own = (
            {"az": "Kitabxanamızda oxumaq üçün sakit yer var.", "en": "Our library has a quiet place to read."},
            {"az": "Məktəbin həyəti təhlükəsizdir."},
        )
        chosen = self._session(optional=True, own=own)
        with self._visit() as visitor:
            visitor.open(chosen, "teacher", self.desk.admit(chosen, "teacher"))
            visitor.to_questions("shared")
            for code, name in (("D4", "area-useful"), ("X1", "area-own")):
                while visitor.page.locator(f"[data-item={code}]").count() == 0:
                    visitor.next_page(3)
                self.look(visitor.page, name)
        primary = self._session(level="primary")
        with self._visit() as visitor:
            visitor.open(primary, "student", self.desk.admit(primary, "student"))
            visitor.heading("What we promise")
            self.look(visitor.page, "promise-primary")
            visitor.to_questions("personal")
            self.look(visitor.page, "area-primary")

    def _waiting(self, signer: Signer) -> None:
        with self._visit() as visitor:
            visitor.page.context.route("**/questionnaire?*", lambda route: route.abort())
            visitor.open(signer, "teacher", self.desk.admit(signer, "teacher"))
            visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
            self.look(visitor.page, "waiting-questionnaire")
        self.desk.away = True
        try:
            with self._visit() as visitor:
                visitor.open(signer, "teacher", self.desk.admit(signer, "teacher"))
                visitor.heading("What we promise")
                visitor.press("Continue")
                visitor.page.locator("label[for=device-shared]").click()
                visitor.press("Continue")
                visitor.page.get_by_text("Nothing is lost", exact=False).wait_for()
                self.look(visitor.page, "waiting-ballot")
        finally:
            self.desk.away = False

    def _sending(self, signer: Signer) -> None:
        for mode in ("shared", "personal"):
            with self._visit() as visitor:
                code = self.desk.admit(signer, "student")
                visitor.open(signer, "student", code)
                visitor.to_questions(mode)
                visitor.to_review()
                visitor.page.context.route("**/v1/responses", lambda route: route.abort())
                visitor.send()
                visitor.heading("Not sent yet")
                self.look(visitor.page, f"not-sent-{mode}")
                if mode == "shared":
                    visitor.press("Next person")
                    visitor.heading("Type what is on your slip")
                    self.look(visitor.page, "next-person-waiting")
                    continue
                visitor.page.goto("about:blank")
                visitor.page.goto(f"{self.collector.origin}/?lang=en")
                visitor.page.get_by_text("not finished or not sent yet", exact=False).wait_for()
                self.look(visitor.page, "slip-unsent")
                visitor.page.context.unroute("**/v1/responses")
                visitor.type_slip(signer, code)
                visitor.heading("Counted")
                self.look(visitor.page, "counted-personal")

    def _stops(self, signer: Signer) -> None:
        hour = timedelta(hours=1)
        ends = {
            "planned": (self._session(opens=hour, closes=2 * hour), "Not yet open"),
            "closed": (self._session(opens=-2 * hour, closes=-hour), "This session is closed"),
            "cancelled": (self._session(state="cancelled"), "This session was cancelled"),
            "unknown": (a_session(groups=("teacher",)), "This session was not found"),
        }
        for name, (other, heading) in ends.items():
            with self._visit() as visitor:
                visitor.open(other, "teacher", self.desk.admit(other, "teacher"))
                visitor.heading(heading)
                self.look(visitor.page, f"stop-{name}")
        with self._visit() as visitor:
            never = self.desk.admit(signer, "student")
            del self.desk.codes[(signer.message.session, "student", never)]
            visitor.open(signer, "student", never)
            visitor.heading("What we promise")
            visitor.press("Continue")
            visitor.page.locator("label[for=device-shared]").click()
            visitor.press("Continue")
            visitor.heading("This slip cannot be used (any more)")
            self.look(visitor.page, "stop-slip")

        def unsigned(route: Route) -> None:
            headers = {"Access-Control-Allow-Origin": self.collector.origin}
            route.fulfill(status=200, headers=headers, json={"key_id": "-", "blind_signature": "A" * 342})

        with self._visit() as visitor:
            visitor.open(signer, "student", self.desk.admit(signer, "student"))
            visitor.heading("What we promise")
            visitor.page.context.route("**/v1/ballots", unsigned)
            visitor.press("Continue")
            visitor.page.locator("label[for=device-shared]").click()
            visitor.press("Continue")
            visitor.heading("Do not go on")
            self.look(visitor.page, "stop-ballot")

        def refuse(route: Route) -> None:
            route.fulfill(status=422, json={})

        with self._visit() as visitor:
            visitor.open(signer, "student", self.desk.admit(signer, "student"))
            visitor.to_questions("shared")
            visitor.to_review()
            visitor.page.context.route("**/v1/responses", refuse)
            visitor.send()
            visitor.heading("These answers cannot be taken")
            self.look(visitor.page, "stop-refused")

    def _pages(self) -> None:
        with visiting(self.browser, self.collector, java_script_enabled=False, **self.options) as visitor:
            visitor.page.goto(f"{self.collector.origin}/?lang=en")
            self.look(visitor.page, "without-scripts")
        with self._visit() as visitor:
            for path in ("docs", "preview", "preview?level=primary", "preview?level=vocational"):
                visitor.page.goto(f"{self.collector.origin}/{path}{'&' if '?' in path else '?'}lang=en")
                visitor.page.locator("h1").wait_for()
                self.look(visitor.page, path.replace("?level=", "-"))
