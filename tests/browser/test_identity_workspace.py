"""Every page and state of identity's workspaces in real Chromium: axe finds nothing, nothing is cut off."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

import identity
from support.identity import House, house
from support.office import Tour, hold_at_the_door, served
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
PHONE, DESKTOP = {"width": 320, "height": 640}, {"width": 1280, "height": 900}
WAYS = [("az", "dark", PHONE)]
if os.environ.get("GUZGU_TEST_FULL"):
    WAYS = [(lang, theme, size) for lang in ("en", "az") for theme in ("light", "dark") for size in (PHONE, DESKTOP)]
SECONDS = 20_000
FRAMES = {"frame.html", "session_step.html", "questions.html", "log_table.html", "changes.html"}
"""What pages are made of, and no page by itself."""


@dataclass
class Seen:
    """What the app was asked for and what it showed."""

    endpoints: set[str] = field(default_factory=set)
    templates: set[str] = field(default_factory=set)
    last: str = ""


@pytest.fixture
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture
def seen(home: House) -> Iterator[Seen]:
    found = Seen()

    def asked(app: flask.Flask, **more: Any) -> None:
        found.endpoints.add(flask.request.endpoint or "")

    def shown(app: flask.Flask, template: Any, **more: Any) -> None:
        found.last = Path(str(template.name)).name
        found.templates.add(found.last)

    with flask.request_started.connected_to(asked, home.app), flask.template_rendered.connected_to(shown, home.app):
        yield found


@pytest.fixture
def origin(home: House) -> Iterator[str]:
    with served(home) as found:
        yield found


@pytest.mark.parametrize(("language", "theme", "size"), WAYS)
def test_every_page_and_state_is_for_everybody(
    browser: Browser, home: House, seen: Seen, origin: str, language: str, theme: Any, size: Any
) -> None:
    axe, found = Axe(), {}
    context = browser.new_context(viewport=size, color_scheme=theme, accept_downloads=True, reduced_motion="reduce")
    context.set_default_timeout(SECONDS)
    hold_at_the_door(context)
    page = context.new_page()
    complaints: list[str] = []
    looked: set[tuple[str, bool]] = set()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def look(page: Page, state: str) -> None:
        assert page.locator("html").get_attribute("lang") == language, state
        make = (seen.last, page.locator("#error-summary").count() > 0)
        # States of the same make as another one are visited always, and looked at by axe in the full run.
        once_more = make in looked and len(WAYS) == 1
        looked.add(make)
        violations = [] if once_more else axe.run(page).response["violations"]
        problems = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if problems or wider:
            found[state] = (problems, wider)

    Tour(house=home, page=page, origin=origin, language=language, look=look).go_round()
    context.close()
    assert found == {}
    unforeseen = [text for text in complaints if "Failed to load resource" not in text]  # a refusal's status
    assert unforeseen == []
    pages = {name for name in home.app.view_functions if name.startswith("workspace.")}
    assert pages - seen.endpoints == set(), "lead the tour to these, too"
    folder = Path(identity.__file__).parent / "templates" / "workspace"
    templates = {path.name for path in folder.glob("*.html")} - FRAMES
    assert templates - seen.templates == set(), "lead the tour to these, too"
