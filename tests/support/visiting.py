"""A respondent in real Chromium: opens the slip's link, answers, sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from contracts import ballots
from support.ballots import Signer
from support.collecting import Collector

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
LETTERS = {"leader": "L", "teacher": "T", "student": "S", "trainer": "C"}
STORED = """async () => {
  const rows = await new Promise((done) => {
    const opening = indexedDB.open("guzgu", 1);
    opening.onupgradeneeded = () => { opening.transaction.abort(); };
    opening.onerror = () => done([]);
    opening.onsuccess = () => {
      const all = opening.result.transaction("rows").objectStore("rows").getAll();
      all.onsuccess = () => { opening.result.close(); done(all.result.map((row) => Object.keys(row).sort())); };
    };
  });
  return {rows, tab: {...sessionStorage}, local: {...localStorage}, cookie: document.cookie};
}"""
# Notes in `window.kept` what stood in the record that reached the disk last, before it was sealed.
WATCHED = """if (isSecureContext) {
const open = new WeakMap();
const { encrypt } = SubtleCrypto.prototype;
SubtleCrypto.prototype.encrypt = async function (how, key, plain) {
  const sealed = await encrypt.call(this, how, key, plain);
  open.set(sealed, new TextDecoder().decode(plain));
  return sealed;
};
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (row) {
  const plain = open.get(row.sealed);
  if (plain) this.transaction.addEventListener("complete", () => { window.kept = JSON.parse(plain); });
  return put.call(this, row);
};
}"""
KEPT = """() => window.kept && window.kept.step === (history.state?.step ?? 0)
&& [...document.querySelectorAll("fieldset.question")].every((asked) => {
  const { item, question } = asked.dataset;
  const chosen = asked.querySelector("input:checked")?.value;
  return item ? String(window.kept.answers.items[item]) === String(chosen)
              : (window.kept.answers.background[question] !== undefined) === (chosen !== undefined);
})"""


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def fingerprint(signer: Signer) -> str:
    keys = {group: terms.spki for group, terms in signer.message.groups.items()}
    return ballots.fingerprint(ballots.key_card(signer.message.session, keys))


@dataclass
class Visitor:
    """One tab; complaints are what the browser's console and policy said."""

    page: Page
    collector: Collector
    complaints: list[str] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)

    def open(self, signer: Signer, group: str, code: str, card: str | None = None) -> None:
        link = f"s={signer.message.session}&g={LETTERS[group]}&c={code}&f={card or fingerprint(signer)}"
        self.page.goto(f"{self.collector.origin}/?lang=en#{link}")

    def heading(self, text: str) -> None:
        """Waits for the screen with this heading."""
        self.page.get_by_role("heading", level=1, name=text, exact=True).wait_for()

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=text, exact=True).click()

    def to_questions(self, mode: str) -> None:
        """From the promise to the first question."""
        self.heading("What we promise")
        self.press("Continue")
        self.heading("Whose device is this?")
        self.page.locator(f"label[for=device-{mode}]").click()
        self.press("Continue")
        self.page.locator("fieldset.question").first.wait_for()

    def answer_page(self, place: int = 0) -> None:
        """Chooses the option at `place` of every question on the screen."""
        for question in self.page.locator("fieldset.question").all():
            question.locator(".choice > label").nth(place).click()

    def next_page(self, place: int | None = None) -> None:
        """Chooses the option at `place`, if any, and goes to the next screen."""
        if place is not None:
            self.answer_page(place)
        was = self.page.locator(".progress-count").inner_text()
        self.press("Next")
        self.page.wait_for_function("was => document.querySelector('.progress-count')?.innerText !== was", arg=was)

    def to_review(self, place: int | None = 0) -> int:
        """Answers everything, or nothing; returns the number of screens."""
        screens = 0
        while self.page.locator("dl.facts").count() == 0:
            self.next_page(place)
            screens += 1
        return screens

    def type_slip(self, signer: Signer, code: str, letter: str = "S") -> None:
        """Types what stands on the slip and goes on."""
        self.page.get_by_label("Session").fill(f"{signer.message.session}{letter}")
        self.page.get_by_label("Participation code").fill(code)
        self.press("Continue")

    def kept(self) -> None:
        """Waits until this device keeps what is chosen on the screen."""
        self.page.wait_for_function(KEPT)

    def stored(self) -> Any:
        """What this browser keeps for the page: fields of its records, the tab's storage, the site's, cookies."""
        return self.page.evaluate(STORED)

    def send(self) -> None:
        self.heading("Look over your answers")
        self.press("Send my answers")


@contextmanager
def visiting(browser: Browser, collector: Collector, **options: Any) -> Iterator[Visitor]:
    """A fresh browser profile with one tab; at the end the console must have been silent."""
    context: BrowserContext = browser.new_context(**{"viewport": {"width": 320, "height": 640}, **options})
    context.set_default_timeout(15_000)
    if options.get("java_script_enabled", True):
        context.add_init_script(WATCHED)
    visitor = Visitor(page=context.new_page(), collector=collector)
    visitor.page.on("console", lambda message: visitor.complaints.append(message.text))
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    context.on("request", lambda request: visitor.requests.append(request))
    try:
        yield visitor
    finally:
        context.unroute_all(behavior="ignoreErrors")  # an answer may be on its way through a test's own hands
        context.close()
