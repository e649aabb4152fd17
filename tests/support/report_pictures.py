"""Takes pictures of every page of the reporter, on screen and on paper; paper needs the command pdftoppm."""

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from support import band_world, history_world, nation_world
from support import reporter_world as world
from support.history_world import NOW, THEN
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

BASE = f"/v1/schools/{world.SCHOOL}/sessions"
SMALL, FILLING, PLANNED = "SESS44C4", "SESS33B3", "SESS55D5"
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
PUBLIC = {"national": "/", "national-level": "/?level=upper-secondary", "signed-off": f"{BASE}/{NOW}/report"}
SCHOOL = {
    "me": "/me",
    "report": f"{BASE}/{NOW}/report",
    "report-area": f"{BASE}/{NOW}/report?area=C&sort=gap&groups=teacher,student",
    "report-small": f"{BASE}/{SMALL}/report",
    "report-filling": f"{BASE}/{FILLING}/report",
    "report-planned": f"{BASE}/{PLANNED}/report",
    "participation": f"{BASE}/{FILLING}/participation",
    "plan-empty": f"{BASE}/{NOW}/plan",
    "plan-filled": f"{BASE}/{THEN}/plan",
    "guide": f"{BASE}/{NOW}/guide",
    "guide-none": f"{BASE}/{PLANNED}/guide",
    "missing": "/nowhere",
}
COUNTRY = {"public": "/", "open-data": "/open-data", "docs": "/docs"}
"""What anybody sees of a whole country."""
MINISTRY = {
    "nation": "/national",
    "nation-level": "/national?level=upper-secondary",
    "where": "/national/where",
    "where-level": "/national/where?level=primary&group=teacher&area=D",
    "spread": "/national/spread",
    "quality": "/national/quality",
    "monitor": "/me",
}
"""What an officer sees of it."""
NAMED = {"school": None, "school_name": None}
STEP = {"item": "C3", "goal": "Hər otaqda internet işləyir", "owner": "technician", "due": "2026-05-01"}


def fill(statistics: Any) -> None:
    """A school with an earlier session, at the end of its campaign."""
    history_world.fill(statistics)
    band_world.finish(statistics)


@contextmanager
def listening(database: MongoPart, folder: Path) -> Iterator[tuple[str, Reporter]]:
    """Where a reporter of that school listens; last year's plan is written."""
    with running_reporter(database, folder, fill) as reporter:
        body = {"revision": 0, "steps": [STEP]}
        told = reporter.visitor().put(f"{BASE}/{THEN}/plan", headers=reporter.bearer(), json=body)
        assert told.status_code == 200, told.text
        server = make_server("127.0.0.1", 0, reporter.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", reporter
        finally:
            server.shutdown()
            thread.join(timeout=10)
            server.server_close()


@contextmanager
def country(database: MongoPart, folder: Path) -> Iterator[tuple[str, Reporter]]:
    """Where a reporter of a whole country listens."""
    with running_reporter(database, folder, nation_world.fill) as reporter:
        server = make_server("127.0.0.1", 0, reporter.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", reporter
        finally:
            server.shutdown()
            thread.join(timeout=10)
            server.server_close()


def take_country(folder: Path, browser: Browser, database: MongoPart) -> int:
    """The national pages of officer, agency and public, and their print; how many pictures."""
    taken = 0
    with tempfile.TemporaryDirectory(prefix="reporter-") as parts, country(database, Path(parts)) as (origin, found):
        for language in ("az", "en"):
            people: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
                "": (MINISTRY, {"role": "officer", **NAMED}),
                "agency-": (
                    {"nation": "/national", "monitor": "/me"},
                    {"role": "agency", "scope": {"region": "Qarabağ"}, **NAMED},
                ),
            }
            for name, (places, claims) in people.items():
                context = browser.new_context(java_script_enabled=False)
                page = context.new_page()
                if not name:
                    for state, path in COUNTRY.items():
                        page.goto(f"{origin}{path}?lang={language}")
                        taken += _around(page, folder / "report", f"country-{state}", language)
                grant = found.signer.grant(world.now(), **claims)
                context.request.post(f"{origin}/signon", form={"grant": grant}, max_redirects=0)
                for state, path in places.items():
                    page.goto(f"{origin}{path}{'&' if '?' in path else '?'}lang={language}")
                    taken += _around(page, folder / "report", f"country-{name}{state}", language)
                context.close()
            paper = found.signed_on(role="officer", **NAMED).get(f"/national.pdf?lang={language}")
            taken += _pages(paper.data, folder / "report" / f"paper-{language}", "nation")
    return taken


def take(folder: Path, browser: Browser, database: MongoPart) -> int:
    """Writes FOLDER/report/{device}-{language}-{theme}/{page}.png and FOLDER/report/paper-{language}/; how many."""
    taken = 0

    def look(page: Page, address: str, state: str, language: str) -> None:
        nonlocal taken
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        taken += _around(page, folder / "report", state, language)

    with tempfile.TemporaryDirectory(prefix="reporter-") as parts, listening(database, Path(parts)) as (origin, found):
        for language in ("az", "en"):
            context = browser.new_context(java_script_enabled=False)  # what the server drew is what is looked at
            page = context.new_page()
            for state, path in PUBLIC.items():
                look(page, origin + path, state, language)
            context.request.post(f"{origin}/signon", form={"grant": found.signer.grant(world.now())}, max_redirects=0)
            for state, path in SCHOOL.items():
                look(page, origin + path, state, language)
            page.goto(f"{origin}{SCHOOL['plan-empty']}?lang={language}")
            page.locator("#goal-0").fill(STEP["goal"])
            page.locator("form[method=post] button").last.click()
            taken += _around(page, folder / "report", "plan-faults", language)
            officer = {"role": "officer", "school": None, "school_name": None}
            grant = found.signer.grant(world.now(), **officer)
            context.request.post(f"{origin}/signon", form={"grant": grant}, max_redirects=0)
            look(page, f"{origin}/me", "monitor", language)
            context.close()
            for session in (NOW, SMALL):
                paper = found.signed_on().get(f"{BASE}/{session}/report.pdf?lang={language}")
                taken += _pages(paper.data, folder / "report" / f"paper-{language}", session)
    return taken + take_country(folder, browser, database)


def _around(page: Page, folder: Path, state: str, language: str) -> int:
    for device, size in SIZES.items():
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a width and a height
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=folder / f"{device}-{language}-{theme}" / f"{state}.png", full_page=True)
    return len(SIZES) * 2


def _pages(paper: bytes, folder: Path, name: str) -> int:
    """The sheets of a PDF as pictures, as a printer without colour gives them."""
    folder.mkdir(parents=True, exist_ok=True)
    ask = ("pdftoppm", "-gray", "-png", "-r", "60", "-", str(folder / name))
    subprocess.run(ask, input=paper, check=True)
    return len(list(folder.glob(f"{name}-*.png")))
