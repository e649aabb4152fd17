"""Change, plan and discussion guide in real Chromium: written without scripts, on a small phone, axe finds nothing."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from support import history_world
from support import reporter_world as world
from support.history_world import NOW, THEN
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
BASE = f"/v1/schools/{world.SCHOOL}/sessions"
PAGES = (f"{BASE}/{NOW}/report", f"{BASE}/{NOW}/plan", f"{BASE}/{NOW}/guide")
SECONDS = 60_000
Place = tuple[str, Reporter]


@pytest.fixture(scope="module")
def place(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A reporter of a school with an earlier session and its plan, and where it listens."""
    with running_reporter(database, tmp_path_factory.mktemp("reporter"), history_world.fill) as reporter:
        step = {"item": "C3", "goal": "Internet in every room", "owner": "technician", "due": "2026-05-01"}
        body = {"revision": 0, "steps": [step]}
        assert reporter.visitor().put(f"{BASE}/{THEN}/plan", headers=reporter.bearer(), json=body).status_code == 200
        server = make_server("127.0.0.1", 0, reporter.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", reporter
        finally:
            server.shutdown()
            thread.join(timeout=10)
            server.server_close()


def opened(browser: Browser, place: Place, **options: Any) -> Page:
    """A page of the school's coordinator."""
    origin, reporter = place
    expect.set_options(timeout=SECONDS)
    context = browser.new_context(**options)
    context.set_default_timeout(SECONDS)
    context.request.post(f"{origin}/signon", form={"grant": reporter.signer.grant(world.now())}, max_redirects=0)
    return context.new_page()


def test_a_plan_is_begun_from_a_suggestion_and_written_without_scripts(browser: Browser, place: Place) -> None:
    page = opened(browser, place, java_script_enabled=False, viewport={"width": 320, "height": 640})
    page.goto(f"{place[0]}{PAGES[0]}?lang=en")
    assert page.locator("#change figure.chart svg").count() > 0
    page.locator("#advice a").first.click()
    chosen = page.locator("#item-0").input_value()
    page.get_by_role("button", name="Save the plan").click()
    summary = page.locator("#error-summary a")
    expect(summary).to_have_count(3)
    assert ["#goal-0", "#owner-0", "#due-0"] == [link.get_attribute("href") for link in summary.all()]
    assert page.locator("#item-0").input_value() == chosen
    page.locator("#goal-0").fill("Everybody knows whom to ask")
    page.locator("#owner-0").select_option("digital-lead")
    page.locator("#due-0").fill("2027-03-01")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("The plan is saved.")).to_be_visible()
    page.get_by_role("link", name="Back to the report").first.click()
    expect(page.locator("#plan-table")).to_contain_text("Everybody knows whom to ask")
    expect(page.locator("#last-plan-table")).to_contain_text("Internet in every room")
    page.context.close()


@pytest.mark.parametrize(("language", "scheme"), [("en", "dark"), ("az", "light")])
def test_axe_finds_nothing_on_the_report_the_plan_and_the_guide(
    browser: Browser, place: Place, language: str, scheme: str
) -> None:
    axe, found = Axe(), {}
    page = opened(browser, place, color_scheme=scheme)
    for path in (*PAGES, f"{BASE}/SESS55D5/plan", f"{BASE}/SESS55D5/guide"):
        page.goto(f"{place[0]}{path}?lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        problems = axe.run(page).response["violations"]
        if problems:
            found[path] = [f"{problem['id']}: {problem['nodes'][0]['html'][:300]}" for problem in problems]
    page.context.close()
    assert found == {}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_them_is_wider_than_a_small_phone(browser: Browser, place: Place, path: str) -> None:
    page = opened(browser, place, viewport={"width": 320, "height": 640})
    page.goto(f"{place[0]}{path}?lang=az")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_the_guide_is_printed_without_navigation_and_buttons(browser: Browser, place: Place) -> None:
    page = opened(browser, place)
    page.goto(f"{place[0]}{PAGES[2]}?lang=az")
    page.emulate_media(media="print")
    for hidden in ("main .buttons", "main .no-print", "nav"):
        assert not any(part.is_visible() for part in page.locator(hidden).all()), hidden
    assert page.locator("#gap .question").first.is_visible()
    assert page.locator("#next .blank").count() == 9
    page.context.close()
