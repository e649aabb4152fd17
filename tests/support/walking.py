"""A respondent who goes the whole way in either language, by finger or by keyboard, on any form."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Locator

from collector import page as words
from contracts.codec import decode
from contracts.messages import ItemTerm, ResponseSubmitted
from contracts.questionnaire import CURRENT, OwnItem, bank
from support.ballots import Signer
from support.collecting import Topics
from support.visiting import LETTERS, Visitor, fingerprint

Hand = Literal["touch", "keyboard"]
TABS = 400
"""More presses of the tabulator than any screen has stops."""


def counted(place: Topics, signer: Signer) -> list[ResponseSubmitted]:
    """What stands in the log of this session's school."""
    found = [decode(record.value) for record in place.records(signer.message.school)]
    assert all(isinstance(message, ResponseSubmitted) for message in found)
    return found  # type: ignore[return-value]  # checked in the line above


@dataclass
class Walk:
    """One visit; `statements` are the questions as they stood on the screens."""

    visitor: Visitor
    signer: Signer
    group: str
    language: str = "en"
    hand: Hand = "touch"
    screens: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    def say(self, key: str, **values: object) -> str:
        """A text of the page, as this group reads it."""
        texts = words.texts()
        child = self.group == "student" and self.signer.message.level == "primary"
        own = f"{key}.child"
        return texts.get(own if child and own in texts.keys() else key, self.language, **values)  # noqa: SIM118  # no dict

    def open(self, code: str) -> None:
        link = f"s={self.signer.message.session}&g={LETTERS[self.group]}&c={code}&f={fingerprint(self.signer)}"
        self.visitor.page.goto("about:blank")
        self.visitor.page.goto(f"{self.visitor.collector.origin}/?lang={self.language}#{link}")
        self.visitor.heading(self.say("promise.title"))

    def activate(self, target: Locator) -> None:
        """Presses one thing as this hand does; the keyboard gets there by the tabulator alone."""
        target.wait_for()
        if self.hand == "touch":
            target.tap()
            return
        for _ in range(TABS):
            if target.evaluate("element => element === document.activeElement"):
                self.visitor.page.keyboard.press("Enter")
                return
            self.visitor.page.keyboard.press("Tab")
        raise AssertionError("the keyboard does not get there")

    def press(self, key: str) -> None:
        self.activate(self.visitor.page.get_by_role("button", name=self.say(key), exact=True))

    def to_questions(self, mode: str) -> None:
        """From the promise to the first question."""
        self.press("ui.continue")
        self.visitor.heading(self.say("device.title"))
        if self.hand == "touch":
            self.visitor.page.locator(f"label[for=device-{mode}]").tap()
        else:
            self.visitor.page.keyboard.press("Tab")
            self.visitor.page.keyboard.press("Space")
            if mode == "shared":
                self.visitor.page.keyboard.press("ArrowDown")
        self.press("ui.continue")
        self.visitor.page.locator("fieldset.question").first.wait_for()

    def to_review(self, at: Callable[[str], None] = lambda name: None) -> None:
        """Answers everything: the last class by finger, the first by keyboard; `at` is called on each screen."""
        page = self.visitor.page
        while page.locator("dl.facts").count() == 0:
            self.statements += page.locator("fieldset.question > legend").all_inner_texts()
            self.answer()
            name = page.locator(".progress-count").inner_text()
            self.screens.append(name)
            at(name)
            if self.hand == "touch":
                self.press("ui.next")
            else:  # which stands on the button
                page.keyboard.press("Enter")
            page.wait_for_function("was => document.querySelector('.progress-count')?.innerText !== was", arg=name)
        self.visitor.heading(self.say("review.title"))

    def answer(self) -> None:
        page = self.visitor.page
        if self.hand == "touch":
            for question in page.locator("fieldset.question").all():
                question.locator(".choices:not(.choices-aside) .choice > label").last.tap()
            return
        for _ in range(TABS):
            page.keyboard.press("Tab")
            stop = page.evaluate(
                "(() => { const { type, checked, className } = document.activeElement;"
                " return [type ?? '', Boolean(checked), className]; })()"
            )
            if stop[0] in ("radio", "checkbox") and not stop[1] and self.first_of_its_group():
                page.keyboard.press("Space")
            elif "button-primary" in stop[2]:
                return
        raise AssertionError("the keyboard does not get to the button")

    def first_of_its_group(self) -> bool:
        found = self.visitor.page.evaluate(
            "document.querySelector(`[name='${document.activeElement.name}']`) === document.activeElement"
        )
        return bool(found)

    def words(self, item: ItemTerm) -> str:
        """An item as this group reads it, one of the school's own too."""
        if item.own is not None:
            return OwnItem(code=item.code, texts=item.own).text(self.language)
        return bank(CURRENT).text(item.code, self.group, self.signer.message.level, self.language).text

    def expected_statements(self) -> list[str]:
        """The questions of this form in the words of the bank: by area, then the background."""
        questionnaire, level = bank(CURRENT), self.signer.message.level
        terms = self.signer.message.groups[self.group]
        return [
            *(self.words(item) for item in terms.items),
            *(questionnaire.question_text(code, self.group, self.language, level) for code in terms.background),
        ]
