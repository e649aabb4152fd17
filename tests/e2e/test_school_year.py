"""From the printed invitation to the printed report, and on to the next campaign, all in Chromium: a coordinator opens
two levels, prints slips, people answer, the report opens, a plan is written, and the next session checks it."""

import re
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator

from support.browsing import DESKTOP, PHONE, Tab, chromium, tab
from support.foreign import Office, Respondent, answers_to, one_time_code
from support.setting import LEVEL, School, Session, Setting, until

pytestmark = pytest.mark.integration
PASSWORD = "a long mountain path"
OWN = {"az": "Kitabxanamız rəqəmsaldır.", "en": "Our library is digital."}
STUDENTS, GOAL = 26, "Every class uses the library's tablets once a week"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Coordinator:
    """A coordinator at her desk: identity's pages, and the reporter's where it sends her."""

    def __init__(self, desk: Tab, setting: Setting, school: str, name: str) -> None:
        self.desk, self.page, self.setting = desk, desk.page, setting
        self.school, self.name = school, name
        self.identity, self.reporter = setting.services.site.identity, setting.services.site.reporter
        self.secret = ""

    def joins(self, invitation: str, user: str) -> Office:
        """First sign-up with the letter's code, then in; also a program's sign-in for what takes too long by hand."""
        self.page.goto(f"{self.identity}/join?lang=en")
        for name, value in (("invitation", invitation), ("user", user), ("password", PASSWORD), ("again", PASSWORD)):
            self.page.fill(f"#{name}", value)
        self.desk.press("Sign up")
        self.secret = self.page.locator(".code-block").inner_text().replace(" ", "")
        self.page.goto(f"{self.identity}/sign-in")
        self.page.fill("#user", user)
        self.page.fill("#password", PASSWORD)
        self.page.fill("#code", one_time_code(self.secret))
        self.desk.press("Sign in")
        self.desk.heading(self.name)
        later = time.time() + 30  # this half minute's code is used; its neighbour is taken too
        return Office.signed_in(self.setting.http, self.identity, user, PASSWORD, self.secret, later)

    def opens(self, campaign: str, *levels: str) -> None:
        """The guided act, to the look at what each group is asked, and the opening."""
        self.page.goto(f"{self.identity}/sessions/new")
        self.page.select_option("#campaign", campaign)
        for level in levels:
            self.page.locator(f"input[name=level][value={level}]").check(force=True)
        self.page.locator("input[name=group][value=leader]").uncheck(force=True)
        self.page.fill("[id=closes-day]", (datetime.now(UTC) + timedelta(days=3)).date().isoformat())
        self.desk.press("Continue")
        self.desk.heading("What else do you want to ask?")
        self.page.locator("input[name=optional][value=C10]").check(force=True)
        self.desk.press("Continue")
        for language, text in OWN.items():
            self.page.fill(f"[id=own-1-{language}]", text)
        self.desk.press("Continue")
        self.page.fill(f"[id=expected-{LEVEL}-student]", str(STUDENTS))
        self.desk.press("Continue")
        self.desk.heading("This is what each group will be asked")
        asked = self.page.locator("li", has_text=OWN["en"])
        assert asked.count() == 2 * len(levels), "the own item stands in each group's questionnaire"
        self.desk.press("Open")
        self.desk.heading(self.name)

    def session(self, office: Office, campaign: str, level: str) -> Session:
        """What was opened, as soon as it takes answers."""
        made = next(
            one
            for one in office.get("/v1/sessions")["sessions"]
            if (one["campaign"], one["level"]) == (campaign, level)
        )
        held = School(code=self.school, name=self.name, office=office)
        found = Session(id=made["session"], campaign=campaign, fingerprint=made["fingerprint"], school=held)
        address = f"{self.setting.services.site.collector}/v1/sessions/{found.id}/questionnaire"
        until(
            lambda: (
                (answer := httpx.get(address, trust_env=False)).status_code == 200 and answer.json()["state"] == "open"
            ),
            "the opening",
        )
        return found

    def prints(self, session: Session, group: str, count: int, folder: Path) -> list[str]:
        """The codes on the slips of a PDF that was made while the page showed how far it is."""
        self.page.goto(f"{self.identity}/sessions/{session.id}/slips/{group}")
        self.page.fill("#count", str(count))
        with self.page.expect_download() as saved:
            self.desk.press("Make the slips")
        paper = folder / "slips.pdf"
        saved.value.save_as(paper)
        text = subprocess.run(["pdftotext", str(paper), "-"], capture_output=True, check=True, text=True).stdout
        codes = re.findall(r"\b([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z])\b", text)
        line = re.compile(f"{session.id[:4]}-{session.id[4:]}-[LTSC]")
        found = [code.replace("-", "") for code in codes if not line.fullmatch(code)]
        assert (len(found), len(set(found))) == (count, count)
        return found

    def closes(self, session: Session) -> None:
        self.page.goto(f"{self.identity}/sessions/{session.id}/close")
        self.page.fill("#word", "close")
        self.desk.press("Close now")
        self.page.wait_for_url(f"**/sessions/{session.id}")

    def reads(self, session: Session) -> Locator:
        """Over to the reporter and to the session's report."""
        self.page.goto(f"{self.identity}/sessions/{session.id}")
        self.page.get_by_role("link", name="To the reports").click()
        self.page.wait_for_url("**/me*")
        self.page.goto(self.address(session, "report"))
        return self.page.locator("main")

    def address(self, session: Session, what: str) -> str:
        return f"{self.reporter}/v1/schools/{self.school}/sessions/{session.id}/{what}?lang=en"


def answer(people: list[Respondent], group: str, low: int) -> None:
    """Half of them say `low` to everything, half one more."""
    terms = people[0].questionnaire()

    def send(numbered: tuple[int, Respondent]) -> int:
        number, person = numbered
        return person.submit(person.response(answers_to(terms, group, low + number % 2))).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, enumerate(people))) == {202}


def answers_by_hand(browser: Browser, person: Respondent) -> None:
    """One of them does it on a phone, from the slip's link to the word that says it is counted."""
    with tab(browser, PHONE, "en") as slip:
        where = f"s={person.session}&g={person.group}&c={person.code}&f={person.fingerprint}"
        slip.page.goto(f"{person.collector}/?lang=en#{where}")
        slip.press("Continue")
        slip.page.locator("label[for=device-personal]").click()
        slip.press("Continue")
        while True:
            slip.page.locator("fieldset.question, dl.facts").first.wait_for()
            if slip.page.locator("dl.facts").count():
                break
            for question in slip.page.locator("fieldset.question[data-item]").all():
                question.locator(".choice > label").nth(1).click()
            told = slip.page.locator(".progress-count").inner_text()
            slip.press("Next")
            slip.page.wait_for_function("was => document.querySelector('.progress-count').innerText !== was", arg=told)
        slip.press("Send my answers")
        slip.heading("Counted")


def register(ministry: Office, number: str, name: str) -> str:
    """A school with two levels, by its number in the register; its code."""
    head = f"{number},{name},Baku,urban,Azerbaijani,full-secondary"
    rows = [f"{head},{LEVEL},3,8,{STUDENTS},0", f"{head},primary,3,6,20,0"]
    made = ministry.import_schools(rows)
    assert (made["taken"], made["refused"]) == (2, []), made
    return ministry.school_code(number)


def answered(setting: Setting, session: Session) -> int:
    """How many students have answered, as the school may know it now."""
    token = setting.reporter_token(session)
    where = f"{setting.services.site.reporter}/v1/schools/{session.school.code}/sessions/{session.id}/participation"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    groups = setting.http.get(where, headers=headers).json()["groups"]
    return int(next(group["answers"] for group in groups if group["group"] == "student"))


def test_a_school_goes_from_the_invitation_to_a_plan_that_the_next_campaign_checks(
    browser: Browser, setting: Setting, stack: Any, http: httpx.Client, ministry: Office, tmp_path: Path
) -> None:
    name = f"Sınaq {setting.campaign[-6:]} məktəbi"
    school = register(ministry, f"R-{setting.campaign}", name)
    invitation = ministry.post(f"/v1/schools/{school}/invitations")["invitation"]
    spring = Setting(stack, http, ministry)
    for one in (setting, spring):
        one.open_campaign()

    with tab(browser, DESKTOP, "en") as desk:
        leyla = Coordinator(desk, setting, school, name)
        office = leyla.joins(invitation, f"u{setting.campaign}")
        leyla.opens(setting.campaign, LEVEL, "primary")
        first, primary = (leyla.session(office, setting.campaign, level) for level in (LEVEL, "primary"))
        codes = leyla.prints(first, "student", STUDENTS, tmp_path)
        people = [setting.respondent(first, "student", code) for code in codes]
        answers_by_hand(browser, people[0])
        answer(people[1:7], "student", 2)
        setting.counted(first, "student", 7)
        assert answered(setting, first) == 0, "nothing below k"
        answer(people[7:13], "student", 2)
        until(lambda: answered(setting, first) == 10, "10 of the 13 who answered")
        answer(people[13:], "student", 2)
        until(lambda: answered(setting, first) == 25, "25 of the 26")
        for session in (first, primary):
            leyla.closes(session)
        until(lambda: (setting.counts(first, "student") or {"released": 0})["released"] == STUDENTS, "the release")

        report = leyla.reads(first)
        assert str(STUDENTS) in " ".join(report.locator(".state-n").all_inner_texts())
        assert OWN["en"] in (report.locator("#own").text_content() or "")
        reads_the_paper(leyla, first, tmp_path)
        plans(leyla, first)

        leyla.opens(spring.campaign, LEVEL)
        second = leyla.session(office, spring.campaign, LEVEL)
        answer(spring.respondents(second, "student", 22), "student", 4)
        spring.counted(second, "student", 22)
        leyla.closes(second)
        until(lambda: (spring.counts(second, "student") or {"released": 0})["released"] == 22, "the next release")

        report = leyla.reads(second)
        assert "clearly higher" in report.locator("#change").inner_text()
        followed = report.locator("#last-plan").inner_text()
        assert GOAL in followed
        assert "higher than it would be by itself" in followed
        assert desk.origins() == {leyla.identity, leyla.reporter}
        assert desk.complaints == []


def reads_the_paper(leyla: Coordinator, session: Session, folder: Path) -> None:
    """The printed report."""
    with leyla.page.expect_download() as saved:
        leyla.page.get_by_role("link", name="PDF").first.click()
    paper = folder / "report.pdf"
    saved.value.save_as(paper)
    text = subprocess.run(["pdftotext", str(paper), "-"], capture_output=True, check=True, text=True).stdout
    assert leyla.name in text
    assert OWN["en"] in text


def plans(leyla: Coordinator, session: Session) -> None:
    """An action plan of one step, which the report then shows."""
    leyla.page.goto(leyla.address(session, "plan"))
    leyla.page.select_option("#item-0", "C8")
    leyla.page.fill("#goal-0", GOAL)
    leyla.page.select_option("#owner-0", index=1)
    leyla.page.fill("#due-0", (datetime.now(UTC) + timedelta(days=90)).date().isoformat())
    leyla.desk.press("Save the plan")
    leyla.page.get_by_text("The plan is saved.").wait_for()
    leyla.page.goto(leyla.address(session, "report"))
    assert GOAL in leyla.page.locator("#plan").inner_text()
