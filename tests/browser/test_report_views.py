"""A school's report in real Chromium: area, groups and order by address, by form, by keyboard and without scripts."""

import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from support import band_world
from support import reporter_world as world
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
REPORT = f"/v1/schools/{world.SCHOOL}/sessions/SESS22A2/report"
NARROWED = "area=C&sort=gap&groups=teacher,student"
SECONDS = 60_000
Place = tuple[str, Reporter]


@pytest.fixture(scope="module")
def place(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A reporter at its campaign's end, and where it listens."""
    with running_reporter(database, tmp_path_factory.mktemp("reporter"), band_world.fill) as reporter:
        server = make_server("127.0.0.1", 0, reporter.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", reporter
        finally:
            server.shutdown()
            thread.join(timeout=10)
            server.server_close()


def opened(browser: Browser, place: Place, query: str, **options: Any) -> Page:
    origin, reporter = place
    expect.set_options(timeout=SECONDS)
    context = browser.new_context(**options)
    context.set_default_timeout(SECONDS)
    context.request.post(f"{origin}/signon", form={"grant": reporter.signer.grant(world.now())}, max_redirects=0)
    page = context.new_page()
    page.goto(f"{origin}{REPORT}?{query}")
    return page


def asked(page: Page) -> dict[str, str]:
    """The query of the page's address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def items(page: Page) -> list[str]:
    """The items of area C in the order of its table."""
    cells = page.locator("#items-C tbody th").all_text_contents()
    return list(dict.fromkeys(cell.strip().split(" · ")[0] for cell in cells))


def test_an_address_shows_area_groups_and_order_without_scripts_in_both_languages(
    browser: Browser, place: Place
) -> None:
    page = opened(browser, place, f"{NARROWED}&lang=en", java_script_enabled=False)
    expect(page.locator("h1")).to_contain_text("Infrastructure and equipment")
    assert ["teacher", "student"] == [
        box.get_attribute("value") for box in page.locator("[name=groups]").all() if box.is_checked()
    ]
    by_gap = items(page)
    assert ["C8", "C3", "C5"] == by_gap[:3]
    page.locator(".languages a").click()
    assert {"area": "C", "sort": "gap", "groups": "teacher,student", "lang": "az"} == asked(page)
    expect(page.locator("h1")).to_contain_text("İnfrastruktur və avadanlıq")
    page.locator("#view-teacher").uncheck()
    page.locator("#view-form").check()
    page.locator("#view button").click()
    assert "student" == asked(page)["groups"]
    assert sorted(items(page), key=lambda code: int(code[1:])) == items(page) == ["C3", "C5", "C8"]
    assert "Müəllimlər" not in page.locator("#area-C").inner_text()
    page.context.close()


def test_views_change_without_loading_the_page_and_back_brings_the_last_one_again(
    browser: Browser, place: Place
) -> None:
    page = opened(browser, place, "lang=en", viewport={"width": 1200, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.evaluate("window.same = true")
    heads = page.locator("#overview-table thead")
    expect(heads).to_contain_text("Teachers")
    page.locator("#view-teacher").focus()
    page.keyboard.press("Space")
    expect(heads).not_to_contain_text("Teachers")
    assert "leader,student" == asked(page)["groups"]
    assert "view-teacher" == page.evaluate("document.activeElement.id")
    expect(page.locator("body > [role=status]")).to_have_text(page.locator("h1").inner_text())
    assert "Teachers" not in page.locator(".chart-wide svg").all_inner_texts()
    assert 0 == page.locator("#bench-teacher").count() < page.locator("#bench-student").count()
    page.locator("#overview-table tbody a", has_text="Pedagogy: in the classroom").click()
    expect(page.locator("#area-F.area-alone")).to_be_visible()
    assert "F" == asked(page)["area"]
    assert "H1" == page.evaluate("document.activeElement.tagName")
    assert "groups=leader%2Cstudent" in str(page.locator(".languages a").get_attribute("href"))
    page.locator("[data-drawn]").first.wait_for()
    page.go_back()
    expect(page.locator("#overview-table")).to_be_visible()
    expect(heads).not_to_contain_text("Teachers")
    page.go_back()
    expect(heads).to_contain_text("Teachers")
    expect(page.locator("#view-teacher")).to_be_checked()
    assert page.evaluate("window.same")
    assert [] == complaints
    page.context.close()


def test_arrow_keys_say_each_mark_of_a_chart_and_escape_stops(browser: Browser, place: Place) -> None:
    page = opened(browser, place, f"{NARROWED}&lang=en")
    chart = page.locator("#area-C .chart-drawing")
    chart.locator("[data-drawn]").first.wait_for()
    chart.focus()
    said = []
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "End"):
        page.keyboard.press(key)
        said.append(page.locator(".mark-words").inner_text())
    assert said[0] == said[2] != said[1]
    assert all(
        re.match(r"(Teachers|Students): (Strongly |Slightly )?(dis)?agree, ", one, re.IGNORECASE) for one in said
    )
    page.keyboard.press("Escape")
    assert 0 == page.locator(".mark-words").count()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert 0 == page.locator(".mark-words").count()
    page.context.close()


@pytest.mark.parametrize(
    ("query", "scheme"),
    [(f"{NARROWED}&lang=az", "dark"), (f"{NARROWED}&lang=en", "light"), ("groups=student&lang=az", "light")],
)
def test_axe_finds_nothing_in_a_view_and_it_fits_a_small_phone(
    browser: Browser, place: Place, query: str, scheme: Any
) -> None:
    page = opened(browser, place, query, color_scheme=scheme, viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator(".reactive .chart-narrow").first.scroll_into_view_if_needed()
    page.locator("[data-drawn]").first.wait_for()
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    problems = Axe().run(page).response["violations"]
    assert [] == [f"{problem['id']}: {problem['nodes'][0]['html'][:300]}" for problem in problems]
    page.context.close()


def test_an_address_with_what_is_not_known_is_refused_and_what_a_report_lacks_is_left_out(place: Place) -> None:
    client = place[1].signed_on()
    for wrong in ("area=Z", "sort=name", "groups=parents", "groups=teacher,,student", "colour=red"):
        assert 422 == client.get(f"{REPORT}?{wrong}").status_code
    assert 200 == client.get(f"{REPORT}?area=C&groups=trainer&lang=en").status_code
    tags = [client.get(f"{REPORT}?{query}").headers["ETag"] for query in ("area=C", "area=C&sort=form", "area=B")]
    assert tags[0] == tags[1] != tags[2]
