"""Leads one browser through every page and state of identity's workspaces, and stops at each to look."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from identity.desk import register
from identity.slips import texts
from identity.staff import Person
from identity.workspace.frame import local
from support.identity import REGISTER, House

Look = Callable[[Page, str], None]
"""Called with the page and the name of the state that stands on it."""
PASSWORD = "a mountain spring"
BAD_ROW = "004,Sınaq,Baku,nowhere,az,full,primary,1,2,3,0\n"


class Quiet(WSGIRequestHandler):
    """Writes no line for every request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return


@contextmanager
def served(house: House) -> Iterator[str]:
    """Serves identity's web app; its origin."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def hold_at_the_door(context: BrowserContext) -> None:
    """The step over to the reports happens at once; here it waits for a look."""
    context.route("**/submit.js", lambda route: route.fulfill(body="", content_type="text/javascript"))


@dataclass
class Tour:
    """Where the tour takes place; `secrets` are the one-time secrets of who has an account."""

    house: House
    page: Page
    origin: str
    language: str
    look: Look
    secrets: dict[str, str] = field(default_factory=dict)

    def go_round(self) -> None:
        """Everything once, in the order in which it happens in a country."""
        self.visitor()
        self.register()
        letter = self.invitation()
        self.join(letter, "leyla")
        self.sign_in("leyla")
        self.empty_school()
        self.ministry()
        self.sign_in("leyla")
        self.guided_act()
        session, planned = self.sessions()
        self.paper(session)
        self.end_of_planned(planned)
        self.more_slips(session)
        self.closing(session)
        self.sharing(session)
        self.handing_over()
        self.keyboard()
        self.register_changes()
        self.auditor()

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

    def visitor(self) -> None:
        for path, state in (("/", "start"), ("/docs", "docs"), ("/nothing", "missing"), ("/sign-in", "sign-in")):
            self.open(path, state)
        self.wrong("sign-in-wrong", user="nobody", password="x", code="1")
        self.open("/join", "join")
        self.wrong("join-wrong", invitation="2222", user="nobody", password=PASSWORD, again=PASSWORD)
        self.wrong("join-differ", invitation="2222", user="nobody", password=PASSWORD, again="x")

    def register(self) -> None:
        self.secrets["officer"] = self.house.officer["totp_secret"]
        self.sign_in("officer")
        self.open("/schools", "schools-none")
        self.open("/campaigns", "campaigns-none")
        self.open("/schools/import", "import")
        self.page.set_input_files("#register", {"name": "r.csv", "mimeType": "text/csv", "buffer": b"\xff"})
        self.wrong("import-wrong")
        register = {"name": "r.csv", "mimeType": "text/csv", "buffer": (REGISTER + BAD_ROW).encode()}
        self.page.set_input_files("#register", register)  # type: ignore[arg-type]  # a file's payload
        self.send("import-look")
        self.open("/schools/import", "import-waiting")
        self.page.locator(".notice a").click()
        self.made("import-taken")
        self.open("/schools", "schools")
        self.open("/schools?q=nowhere", "schools-none-found")

    def made(self, state: str, button: str = "form[data-progress] button[type=submit]") -> None:
        """Starts long work that the page shows, waits for the page that it leads to, and looks."""
        with self.page.expect_navigation(url=re.compile("/schools/imports/")):
            self.page.locator(button).first.click()
        self.page.wait_for_selector(".notice-good")
        self.look(self.page, state)

    def register_changes(self) -> None:
        """A second file: schools that changed, one that closed, one that goes on in another; then by hand."""
        self.sign_in("officer")
        lines = [line for line in REGISTER.splitlines(keepends=True) if not line.startswith("003")]
        new = "005,Yeni məktəb,Baku,urban,ru,full,primary,2,10,90,0\n"
        extra = "006,Köhnə məktəb,Baku,rural,az,full,primary,1,4,30,0\n"
        for text in (extra, "".join(lines).replace("3,24,117", "3,25,121") + new):
            body = text if text.startswith("registry_id") else REGISTER.splitlines(keepends=True)[0] + text
            self.open("/schools/import")
            file = {"name": "r.csv", "mimeType": "text/csv", "buffer": body.encode()}
            self.page.set_input_files("#register", file)  # type: ignore[arg-type]  # a file's payload
            if text is not extra:
                self.page.locator("#whole").check(force=True)
            self.send("import-changes" if text is not extra else None)
            if text is extra:
                self.made("import-one")
        gone, over = self.school("003"), self.school("006")
        self.page.locator(f"[id='fate-{gone}']").select_option("closed")
        self.page.locator(f"[id='fate-{over}']").select_option("follows")
        self.wrong("import-changes-wrong", "form[data-progress] button", **{f"into-{over}": "999", "word": "x"})
        self.page.locator("#word").fill(self.say("confirm.end"))
        self.page.locator(f"[id='into-{over}']").fill("005")
        self.made("import-changed")
        self.open("/schools?show=ended", "schools-ended")
        self.open(f"/schools/{self.school('005')}", "school-entry-after")
        self.open(f"/schools/{gone}", "school-entry-ended")
        self.open(f"/schools/{gone}/end", "school-reopen")
        self.send(None)
        self.open(f"/schools/{gone}/edit", "school-edit")
        self.wrong("school-edit-wrong", name="")
        self.send("school-edited", name="Gəncə Peşə Liseyi", **{"vocational-students": "280"})
        self.open(f"/schools/{gone}/end", "school-end")
        self.wrong("school-end-wrong", word="x")

    def invitation(self) -> str:
        self.open("/schools/invitations", "invitations")
        with self.page.expect_download() as saved:
            self.page.locator("form[data-progress] button").first.click()
        assert Path(saved.value.path()).read_bytes()[:5] == b"%PDF-"
        self.look(self.page, "invitations-made")
        self.open(f"/schools/{self.school()}", "school-entry")
        self.send("invitation", "main form[action$='/invitation'] button")
        return self.page.locator(".participation-code").inner_text()

    def join(self, letter: str, user: str) -> None:
        self.open("/join")
        self.send("joined", invitation=letter.lower(), user=user, password=PASSWORD, again=PASSWORD)
        self.secrets[user] = self.page.locator(".code-block").inner_text().replace(" ", "")

    def empty_school(self) -> None:
        self.open("/school", "school-empty")
        self.open("/sessions/new", "session-none")
        self.open("/schools", "refused")
        self.open("/log", "log")

    def ministry(self) -> None:
        self.sign_in("officer")
        self.open("/campaigns/new", "campaign-new")
        self.wrong("campaign-wrong", campaign="Not A Slug")
        days = {"opens": self.day(0), "closes": self.day(20)}
        self.wrong("campaign-wrong-days", campaign="autumn", **{"name-az": "Payız", "name-en": "Autumn"})
        self.send("campaign-look", campaign="autumn", **{"name-az": "Payız", "name-en": "Autumn"}, **days)
        self.send(None, "main button[value=start]")
        self.house.turn()
        self.open("/campaigns", "campaigns")
        self.open("/campaigns/autumn/close", "campaign-close")
        self.wrong("campaign-close-wrong", word="x")
        self.accounts()
        self.open("/report", "report")

    def accounts(self) -> None:
        self.open("/people", "people")
        add = "form[action='/people'] button"
        self.page.locator("details summary").first.click()
        self.wrong("people-wrong", add, user="x")
        self.page.locator("input[name=role][value=auditor]").check(force=True)
        self.send("person-made", add, user="nigar")
        for deed in ("reset", "end"):
            self.open(f"/people/nigar/{deed}", f"person-{deed}")
            self.wrong(f"person-{deed}-wrong", word="x")
            self.send(None, word=self.say(f"confirm.{deed}"))
        key = "form[action='/keys'] button"
        self.open("/people")
        self.page.locator("details summary").last.click()
        self.wrong("keys-wrong", key, name="x")
        self.send("key-made", key, name="office")
        for deed in ("rotate", "remove"):
            self.open(f"/keys/office/{deed}", f"key-{deed}")
            self.wrong(f"key-{deed}-wrong", word="x")
            self.send(None, word=self.say(f"confirm.{deed}"))

    def auditor(self) -> None:
        self.sign_in("officer")
        self.open("/audit", "audit")
        self.open("/audit?act=school-changed&who=officer", "audit-filtered")
        assert self.page.evaluate("fetch('/audit.csv').then((r) => r.text())").startswith("at,act,")
        officer = Person(user="officer", role="officer")
        places = [(("Baku", "Guba", "Shirvan")[n % 5 // 2], ("rural", "urban")[n % 2]) for n in range(40)]
        rows = [
            f"9{n:02d},Məktəb {n},{region},{settlement},az,full,primary,1,9,80,0"
            for n, (region, settlement) in enumerate(places)
        ]
        register.take(self.house.desk, officer, "\n".join((REGISTER.splitlines()[0], *rows)))
        self.open("/campaigns/new")
        days = {"opens": self.day(30), "closes": self.day(60)}
        self.send("campaign-look-classes", campaign="spring", **{"name-az": "Yaz", "name-en": "Spring"}, **days)
        self.send("campaign-back", "main button[value=back]")
        self.open("/manifest", "manifest")
        row = self.house.desk.place["sessions"].find_one({"school": self.school()})
        assert row is not None
        self.open(f"/manifest?fingerprint={row['fingerprint']}", "manifest-found")
        self.open("/manifest?fingerprint=nothing", "manifest-not-found")

    def guided_act(self) -> None:
        step = "main button[name=go]"
        self.open("/sessions/new", "act-when")
        self.wrong("act-when-wrong", step)
        self.page.locator("input[name=level][value=lower-secondary]").check(force=True)
        self.wrong("act-when-late", step, **{"closes-day": self.day(400)})
        self.send("act-optional", step, **{"closes-day": self.day(9)})
        self.page.locator("input[name=optional]").first.check(force=True)
        self.send("act-own", step)
        self.wrong("act-own-wrong", step, **{"own-1-az": "Kitabxanamız rəqəmsaldır."})
        self.send("act-expected", step, **{"own-1-en": "Our library is digital."})
        self.wrong("act-expected-wrong", step, **{"expected-lower-secondary-student": "many"})
        self.send("act-look", step, **{"expected-lower-secondary-student": "700"})
        self.page.locator("details summary").first.click()
        self.look(self.page, "act-look-open")
        self.send(None, "main button[value=own]")
        assert self.page.locator("[id='own-1-en']").input_value() == "Our library is digital."
        for _ in range(2):
            self.send(None, step)
        assert self.page.locator("strong", has_text=self.say("preview.own")).count() > 0
        self.send("school-print", step)

    def sessions(self) -> tuple[str, str]:
        """The open session, and another that is only planned; the register's second level comes by a new import."""
        more = "002,Bakı 20 saylı məktəb,Baku,urban,az,full secondary,primary,5,20,300,0\n"
        client = self.house.client()
        key = self.house.post("/v1/api-keys", self.house.headers(**self.house.officer), name="tour")["api_key"]
        head = {"Authorization": f"Bearer {key}"}
        taken = client.post(
            "/v1/schools/import", data=(REGISTER + more).encode(), headers=head, content_type="text/csv"
        )
        assert taken.get_json()["refused"] == [], taken.text
        self.sign_in("leyla")
        self.open("/sessions/new")
        self.page.locator("input[name=level][value=primary]").check(force=True)
        self.page.locator("input[name=when][value=later]").check(force=True)
        days = {"opens-day": self.day(3), "closes-day": self.day(9)}
        self.send(None, "main button[name=go]", **days)
        for _ in range(4):
            self.send(None, "main button[name=go]")
        self.house.turn()
        rows = {row["level"]: row["_id"] for row in self.house.desk.place["sessions"].find({"school": self.school()})}
        return str(rows["lower-secondary"]), str(rows["primary"])

    def paper(self, session: str) -> None:
        at = f"/sessions/{session}"
        self.open("/school", "school-sessions")
        self.open(at, "session-open")
        self.open(f"{at}/slips/teacher", "slips-none")
        make = "form[data-progress] button[type=submit]"
        self.wrong("slips-wrong", make, count="9999")
        self.page.locator("#count").fill("9")
        self.page.locator("input[name=each][value='12']").first.check(force=True)
        with self.page.expect_download() as saved:
            self.page.locator(make).first.click()
        assert Path(saved.value.path()).read_bytes()[:5] == b"%PDF-"
        assert saved.value.suggested_filename == f"guzgu-{session}-teacher.pdf"
        self.page.locator("[data-file]:visible").wait_for()
        assert self.page.locator(".progress-count").inner_text() == "9 / 9"
        self.look(self.page, "slips-made")
        self.open(f"{at}/slips/teacher", "slips-some")
        again = "form[data-progress]:has([name=replace]) button[type=submit]"
        self.wrong("slips-replace-wrong", again, word="x")
        self.page.locator("#word").fill(self.say("confirm.replace"))
        with self.page.expect_download():
            self.page.locator(again).click()
        for name in ("board/student", "preview", "note", "close"):
            self.open(f"{at}/{name}", name.partition("/")[0])
        self.wrong("close-wrong", word="x")
        self.open(f"{at}/share", "share-not-closed")
        self.open(f"/parents/{session}", "parents")
        self.open(at)
        extend = "form[action$='/extend'] button"
        self.wrong("extend-wrong", extend, **{"closes-day": self.day(900)})
        self.send("session-slips", extend, **{"closes-day": self.day(8)})

    def end_of_planned(self, planned: str) -> None:
        self.open(f"/sessions/{planned}", "session-planned")
        self.open(f"/sessions/{planned}/cancel", "cancel")
        self.send("session-cancelled", word=self.say("confirm.cancel"))

    def more_slips(self, session: str) -> None:
        self.sign_in("officer")
        self.open(f"/schools/{self.school()}", "school-entry-sessions")
        raised = f"form:has([id='cap-{session}-teacher']) button"
        self.page.locator("details summary").first.click()
        self.wrong("cap-wrong", raised, **{f"cap-{session}-teacher": "1"})
        self.send("cap-raised", raised, **{f"cap-{session}-teacher": "300"})
        self.send("invitation-again", "main form[action$='/invitation'] button")
        self.sign_in("leyla")
        self.open("/school", "school-invited-again")

    def closing(self, session: str) -> None:
        self.open(f"/sessions/{session}/close")
        self.send("session-settling", word=self.say("confirm.close"))
        self.house.turn()
        self.house.clock.move(self.house.settings.settle_seconds + 1)
        self.house.turn()
        self.open(f"/sessions/{session}", "session-closed")
        self.open("/school", "school-report")

    def sharing(self, session: str) -> None:
        at = f"/sessions/{session}/share"
        self.open(at, "share")
        self.wrong("share-wrong", word="x")
        self.send("session-shared", word=self.say("confirm.share"))
        self.sign_in("officer")
        self.open(f"/schools/{self.school()}", "school-entry-shared")
        self.open(f"/report?session={session}", "report-shared")
        self.sign_in("leyla")
        self.open(at, "share-on")
        self.send(None)
        self.crowd(session)
        self.open(at, "share-hindered")
        self.open("/log", "log-full")

    def crowd(self, session: str) -> None:
        """Five other schools of the same classes, of which nobody knows yet whether anybody answered; a slip of ours
        was used."""
        sessions: Any = self.house.desk.place["sessions"]
        sessions.update_one({"_id": session}, {"$set": {"final.teacher.used": 4}})
        row = sessions.find_one({"_id": session})
        for number in range(5):
            sessions.insert_one({**row, "_id": f"OTHER{number}", "school": f"OTHER{number}", "final": {}})

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

    def handing_over(self) -> None:
        self.open("/handover", "handover")
        letter = "form:has(#word) button"
        self.wrong("handover-wrong", letter, word="x")
        self.send("handover-letter", letter, word=self.say("confirm.handover"))
        self.open("/handover", "handover-waiting")
        self.send(None, "form button[name=withdraw]")
        self.send(None, letter, word=self.say("confirm.handover"))
        code = re.sub(r"\s", "", self.page.locator(".participation-code").inner_text())
        self.page.context.clear_cookies()
        self.join(code, "murad")
        self.sign_in("murad")
        self.open("/log", "log-handed-over")
