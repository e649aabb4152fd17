"""The school's pages as HTML: everything readable without scripts, each chart with its table."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.questionnaire import bank
from look import locale, page, paths, texts
from reporter.drawn import drawing
from reporter.drawn.drawing import Drawing
from reporter.readers.access import Viewer
from reporter.report.assembly import SessionView
from reporter.told import words
from reporter.told.words import Voice

HERE: Final = Path(__file__).parents[1]
TEXTS: Final = texts.load(HERE / "texts.yaml")
MINISTRY: Final = (
    ("nav.results", "/national"),
    ("nav.where", "/national/where"),
    ("nav.spread", "/national/spread"),
    ("nav.quality", "/national/quality"),
    ("nav.monitor", "/me"),
    ("nav.public", "/"),
)
"""The pages of a ministry role and their names."""


class Pages:
    """Renders every page in one of the two languages; `timezone` is what people read."""

    def __init__(self, timezone: str, identity_origin: str, chart_script: str) -> None:
        self._timezone = timezone
        self._identity = identity_origin
        self._environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(HERE / "templates"), FileSystemLoader(paths.TEMPLATES)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(page.constants(), chart_script=chart_script, own_version=_own_version())
        self._environment.filters["spec"] = _data_block
        self._environment.filters["paper"] = drawing.on_paper

    def render(
        self,
        template: str,
        language: str,
        address: tuple[str, Sequence[tuple[str, str]]],
        viewer: Viewer | None,
        **names: Any,
    ) -> bytes:
        """One page; `address` is its path and query, kept by the language switch."""
        speaking = page.speaking(TEXTS, language, address[0], address[1], self._timezone)
        frame = _frame(speaking["t"], viewer, address[0], self._identity)
        text = self._environment.get_template(f"reporter/{template}").render(**speaking, **frame, **names)
        return text.encode()

    def voice(self, language: str, questionnaire: str) -> Voice:
        """The words of a language."""
        speaking = page.speaking(TEXTS, language, timezone=self._timezone)
        return Voice(
            language=language,
            t=speaking["t"],
            percent=speaking["percent"],
            number=speaking["number"],
            date=speaking["date"],
            questionnaire=bank(questionnaire),
        )

    def moment(self, instant: str, language: str) -> str:
        """A stored UTC instant in people's own time."""
        return locale.datetime(parsed(instant), language, self._timezone)

    def participation(self, view: SessionView, viewer: Viewer, language: str, path: str) -> bytes:
        """How far a session has come, in steps of 5."""
        voice = self.voice(language, view.questionnaire)
        return self.render(
            "participation.html",
            language,
            (path, ()),
            viewer,
            view=view,
            voice=voice,
            words=words,
            level=voice.questionnaire.level_name(view.level, language),
            school_name=viewer.school_name or view.school,
            when=self.when(view, language),
        )

    def when(self, view: SessionView, language: str) -> str:
        """How a session stands: planned, open until, closed since, cancelled."""
        t = TEXTS.bind(language)
        if view.state == "cancelled":
            return t("report.cancelled")
        if view.state == "planned":
            return t("report.planned", when=self.moment(view.opens, language))
        key = "report.closed_since" if view.state == "closed" else "report.open_until"
        return t(key, when=self.moment(view.closes, language))


def parsed(instant: str) -> datetime:
    """A stored UTC instant."""
    return datetime.strptime(instant, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _frame(t: Any, viewer: Viewer | None, path: str, identity: str) -> dict[str, Any]:
    places: tuple[tuple[str, str], ...] = (("nav.national", "/"),)
    if viewer is not None and viewer.ministry:
        places = MINISTRY
    elif viewer is not None:
        places = (*places, ("nav.sessions", "/me"))
    items = [{"text": t(key), "href": place, "current": path == place} for key, place in places]
    if viewer is not None:
        items.append({"text": t("nav.workspace"), "href": identity + "/", "current": False})
    menu: dict[str, Any] | None = None
    if viewer is not None:
        name = viewer.school_name or t(f"role.{viewer.role}")
        menu = {"name": name, "links": [], "sign_out": "/sign-out"}
    ministry = viewer is not None and viewer.ministry
    return {
        "service_name": t("service.name"),
        "nav_items": items,
        "user_menu": menu,
        "identity": identity,
        "own_name": t("nav.monitor" if ministry else "nav.sessions"),
    }


def _own_version() -> str:
    """Changes with the reporter's own style sheet and scripts, so that a page never meets those of another release."""
    digest = hashlib.sha256()
    for file in sorted((HERE / "static").iterdir()):
        if file.is_file():
            digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def _data_block(drawing: Drawing) -> Markup:
    """A chart's definitions as text that may stand inside a script element of data."""
    text = orjson.dumps(drawing.specs).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  # escaped
