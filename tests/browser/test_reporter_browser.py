"""The reporter's pages in real Chromium: charts react under a strict policy, axe finds nothing, no script is needed."""

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from support import nation_world
from support import reporter_world as world
from support.parts import MongoPart
from support.reporting import running_reporter
from support.visiting import launched

pytestmark = pytest.mark.integration
BASE = f"/v1/schools/{world.SCHOOL}/sessions"
PAGES = ("/", "/me", f"{BASE}/SESS22A2/report", f"{BASE}/SESS44C4/report", f"{BASE}/SESS33B3/participation", "/nowhere")
MINISTRY = ("/national", "/national/where", "/national/spread", "/national/quality", "/me", "/open-data", "/docs")
OFFICER = {"role": "officer", "school": None, "school_name": None}
SECONDS = 60_000


class Site:
    """A running reporter and the signer of its grants."""

    def __init__(self, origin: str, signer: world.Signer) -> None:
        self.origin, self.signer = origin, signer

    def sign_on(self, context: BrowserContext, **claims: Any) -> None:
        grant = self.signer.grant(world.now(), **claims)
        context.request.post(f"{self.origin}/signon", form={"grant": grant}, max_redirects=0)


@pytest.fixture(scope="module")
def site(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_reporter(database, tmp_path_factory.mktemp("reporter"), nation_world.fill) as running:
        server = make_server("127.0.0.1", 0, running.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Site(f"http://127.0.0.1:{server.server_port}", running.signer)
        finally:
            server.shutdown()
            thread.join(timeout=10)
            server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launched(playwright)
        yield found
        found.close()


def opened(browser: Browser, site: Site, **options: Any) -> Page:
    context = browser.new_context(**options)
    context.set_default_timeout(SECONDS)
    site.sign_on(context)
    return context.new_page()


def test_charts_react_under_the_strict_policy_and_nothing_foreign_is_asked_for(browser: Browser, site: Site) -> None:
    page = opened(browser, site, viewport={"width": 1200, "height": 900})
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(site.origin) else foreign.append(request.url))
    page.goto(f"{site.origin}{BASE}/SESS22A2/report?lang=en")
    charts = page.locator(".reactive")
    for place in range(charts.count()):
        charts.nth(place).scroll_into_view_if_needed()
        charts.nth(place).locator("[data-drawn]").wait_for()
    chart = page.locator("#area-F .reactive")
    chart.scroll_into_view_if_needed()
    chart.locator(".mark-rect path").first.hover()
    page.locator("#vg-tooltip-element.visible").wait_for()
    assert re.match(r"(Teachers|Students): (Strongly )?(dis)?agree", page.locator("#vg-tooltip-element").inner_text())
    assert complaints == []
    assert foreign == []
    page.context.close()


def test_a_page_is_whole_without_scripts(browser: Browser, site: Site) -> None:
    page = opened(browser, site, java_script_enabled=False)
    page.goto(f"{site.origin}{BASE}/SESS22A2/report?lang=az")
    assert page.locator("figure.chart .chart-wide svg").count() == page.locator("figure.chart").count() > 8
    page.locator("#area-C details summary").first.click()
    assert page.locator("#items-C").is_visible()
    page.context.close()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("az", "dark")])
def test_axe_finds_nothing_on_any_page(browser: Browser, site: Site, language: str, scheme: str) -> None:
    axe, found = Axe(), {}
    page = opened(browser, site, color_scheme=scheme)
    for path in PAGES:
        page.goto(f"{site.origin}{path}?lang={language}")
        if page.locator(".reactive").count():
            page.locator(".reactive").first.scroll_into_view_if_needed()
            page.locator("[data-drawn]").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        problems = axe.run(page).response["violations"]
        if problems:
            found[path] = [f"{problem['id']}: {problem['nodes'][0]['html'][:300]}" for problem in problems]
    page.context.close()
    assert found == {}


def test_the_ministrys_pages_are_clean_narrow_and_whole_without_scripts(browser: Browser, site: Site) -> None:
    language = "az"
    axe, found = Axe(), {}
    context = browser.new_context(color_scheme="dark", viewport={"width": 320, "height": 640})
    site.sign_on(context, **OFFICER)
    page = context.new_page()
    for path in MINISTRY:
        page.goto(f"{site.origin}{path}?lang={language}")
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        problems = axe.run(page).response["violations"]
        if problems:
            found[path] = [f"{problem['id']}: {problem['nodes'][0]['html'][:300]}" for problem in problems]
    page.goto(f"{site.origin}/national/where?lang={language}")
    assert page.locator("figure.chart .chart-narrow svg title").first.text_content()
    page.get_by_label("Sahə").select_option("G")
    page.get_by_role("button", name="Göstər").press("Enter")
    page.wait_for_url("**area=G**")
    context.close()
    assert found == {}


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_small_phone(browser: Browser, site: Site, path: str) -> None:
    page = opened(browser, site, viewport={"width": 320, "height": 640})
    page.goto(f"{site.origin}{path}?lang=az")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


def test_every_link_and_button_can_be_reached_by_keyboard_and_shows_it(browser: Browser, site: Site) -> None:
    page = opened(browser, site, viewport={"width": 1200, "height": 900})
    page.goto(f"{site.origin}{BASE}/SESS44C4/report?lang=en")
    wanted = page.locator("main a[href], main summary").count()
    for _ in range(wanted * 3 + 40):
        page.keyboard.press("Tab")
        mark = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " if (!e.closest('main') || !e.matches('a, summary')) return null; e.dataset.reached = 'yes';"
            " return [e.outerHTML.slice(0, 120), s.outlineStyle !== 'none' || s.boxShadow !== 'none']; })()"
        )
        if mark:
            assert mark[1], mark[0]
    assert page.locator("main [data-reached]").count() == wanted
    page.context.close()
