"""From the slip's link to the report's page, in real Chromium, on a phone in English and at a desk in Azerbaijani."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from support.browsing import DESKTOP, PHONE, Tab, chromium, tab
from support.foreign import answers_to, one_time_code
from support.setting import Session, Setting, until

pytestmark = pytest.mark.integration


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Who goes through it, on what, and which words are met: those of the slip's page, then the coordinator's."""

    language: str
    device: Mapping[str, Any]
    group: str
    k: int
    mode: str
    promise: str
    go_on: str
    ahead: str
    review: str
    send: str
    counted: str
    sign_in: str
    close: str
    word: str
    reports: str


WALKS = {
    "on a phone in English": Walk(
        language="en",
        device=PHONE,
        group="teacher",
        k=5,
        mode="personal",
        promise="What we promise",
        go_on="Continue",
        ahead="Next",
        review="Look over your answers",
        send="Send my answers",
        counted="Counted",
        sign_in="Sign in",
        close="Close now",
        word="close",
        reports="Reports",
    ),
    "at a desk in Azerbaijani": Walk(
        language="az",
        device=DESKTOP,
        group="student",
        k=10,
        mode="shared",
        promise="Nəyə söz veririk",
        go_on="Davam et",
        ahead="Növbəti",
        review="Cavablarınıza bir də baxın",
        send="Cavablarımı göndər",
        counted="Sayıldı",
        sign_in="Daxil ol",
        close="İndi bağla",
        word="bağla",
        reports="Hesabatlar",
    ),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize("who", WALKS)
def test_a_slip_becomes_counted_and_a_school_reads_what_it_may(browser: Browser, setting: Setting, who: str) -> None:
    walk = WALKS[who]
    session = setting.session(setting.school(), walk.group)
    first, *others = setting.respondents(session, walk.group, walk.k + 1)
    site = setting.services.site

    with tab(browser, walk.device, walk.language) as slip:
        slip.page.goto(f"{site.collector}/#s={session.id}&g={walk.group}&c={first.code}&f={session.fingerprint}")
        answer_everything(slip, walk)
        assert first.code not in slip.page.url
        assert first.code not in slip.sent()
        assert slip.context.cookies() == []
        assert slip.origins() == {site.collector, site.identity}
        assert slip.complaints == []
        assert slip.wider_than_the_screen() == 0
    for person in others:
        answers = answers_to(person.questionnaire(), walk.group, 4)
        assert person.submit(person.response(answers)).status_code == 202
    counted = setting.counted(session, walk.group, walk.k + 1)["items"]
    assert {tuple(counts) for counts in counted.values()} == {(0, 0, 0, walk.k + 1, 0, 0, 0, 0)}, "all said 4"

    with tab(browser, walk.device, walk.language) as desk:
        sign_in(desk, walk, setting, session)
        close(desk, walk, session, site.identity)
        until(lambda: (setting.counts(session, walk.group) or {"released": 0})["released"] == walk.k + 1, "a release")
        read_report(desk, walk, setting, session)
        assert desk.origins() == {site.identity, site.reporter}
        assert desk.complaints == []
        assert desk.wider_than_the_screen() == 0


def answer_everything(slip: Tab, walk: Walk) -> None:
    """From the promise to the word that says it is counted; "4" wherever that can be said."""
    slip.heading(walk.promise)
    slip.press(walk.go_on)
    slip.page.locator(f"label[for=device-{walk.mode}]").click()
    slip.press(walk.go_on)
    for _ in range(30):
        slip.page.locator("fieldset.question, dl.facts").first.wait_for()
        if slip.page.locator("dl.facts").count():
            break
        for question in slip.page.locator("fieldset.question[data-item]").all():
            question.locator(".choice > label").nth(3).click()
        told = slip.page.locator(".progress-count").inner_text()
        slip.press(walk.ahead)
        slip.page.wait_for_function("was => document.querySelector('.progress-count').innerText !== was", arg=told)
    slip.heading(walk.review)
    slip.press(walk.send)
    slip.heading(walk.counted)


def sign_in(desk: Tab, walk: Walk, setting: Setting, session: Session) -> None:
    """The coordinator signs in at identity."""
    office = session.school.office
    desk.page.goto(f"{setting.services.site.identity}/sign-in?lang={walk.language}")
    desk.page.fill("#user", office.user)
    desk.page.fill("#password", office.password)
    # The code of this half minute was used when the account was made; its neighbour is taken too.
    desk.page.fill("#code", one_time_code(office.totp_secret, time.time() + 30))
    desk.press(walk.sign_in)
    desk.page.get_by_text(session.school.name).first.wait_for()


def close(desk: Tab, walk: Walk, session: Session, identity: str) -> None:
    """The coordinator ends the session now."""
    desk.page.goto(f"{identity}/sessions/{session.id}")
    desk.page.get_by_role("link", name=walk.close).click()
    desk.page.fill("#word", walk.word)
    desk.press(walk.close)
    desk.page.wait_for_url(f"**/sessions/{session.id}")


def read_report(desk: Tab, walk: Walk, setting: Setting, session: Session) -> None:
    """From the workspace over to the reporter, to the session's report and its figures."""
    desk.page.get_by_role("link", name=walk.reports, exact=True).first.click()
    desk.page.wait_for_url("**/me*")
    desk.page.locator(f"a[href*='{session.id}']").first.click()
    desk.page.wait_for_url(f"**/sessions/{session.id}/report*")
    assert str(walk.k + 1) in desk.page.locator(".state-n").inner_text()
    assert desk.page.locator("figure svg:visible").count() > 0
    found = setting.report(session, lang=walk.language).json()
    assert [group["answers"] for group in found["groups"]] == [walk.k + 1]
    assert len(found["areas"]) > 3
    for area in found["areas"]:
        row = desk.page.locator("tr:visible", has_text=area["name"]).first.inner_text()
        (figure,) = area["figures"]
        shown = str(figure["agree_percent"]) if figure["asked"] else ""
        assert shown in row.replace(area["name"], ""), area["name"]
