"""The school's pages as HTML: everything readable without scripts, each chart with its table."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.questionnaire import bank
from look import locale, page, paths, texts
from reporter import charts, words
from reporter.access import Viewer
from reporter.assembly import SessionView
from reporter.figures import item_mean
from reporter.tables import ShownGroup, ShownItem
from reporter.words import Voice

HERE: Final = Path(__file__).parent
TEXTS: Final = texts.load(HERE / "texts.yaml")
GAPS_SHOWN: Final = 8


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
        self._environment.globals.update(page.constants(), chart_script=chart_script)
        self._environment.filters["spec"] = _data_block

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

    def report(self, view: SessionView, campaign: Mapping[str, str], viewer: Viewer, language: str, path: str) -> bytes:
        """The school report."""
        voice = self.voice(language, view.questionnaire)
        report = view.report
        every = [gap for gaps in report.item_gaps.values() for gap in gaps]
        gaps = sorted(every, key=lambda gap: (-round(gap.width, 6), gap.code))[:GAPS_SHOWN]
        return self.render(
            "report.html",
            language,
            (path, ()),
            viewer,
            view=view,
            voice=voice,
            words=words,
            level=voice.questionnaire.level_name(view.level, language),
            campaign=campaign.get(language, view.campaign),
            school_name=viewer.school_name or view.school,
            when=self._when(view, language),
            finding=words.finding(voice, view),
            as_of=words.as_of(voice, view),
            overview=_overview(voice, view),
            drawn_groups=[group for group, table in report.groups.items() if table.bands is None],
            gaps=[(gap, words.shared_text(voice, view, gap.code, gap.groups)) for gap in gaps],
            gap_chart=_gap_chart(voice, view, gaps),
            areas=[_area(voice, view, area) for area in report.areas] if report.groups else [],
            own=_own(voice, view),
            scale=_key(voice),
        )

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
            when=self._when(view, language),
        )

    def _when(self, view: SessionView, language: str) -> str:
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
    items = [{"text": t("nav.national"), "href": "/", "current": path == "/"}]
    if viewer is not None:
        own = "nav.monitor" if viewer.ministry else "nav.sessions"
        items.append({"text": t(own), "href": "/me", "current": path == "/me"})
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


def _data_block(drawing: charts.Drawing) -> Markup:
    """A chart's definitions as text that may stand inside a script element of data."""
    text = orjson.dumps(drawing.specs).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704  # escaped


def _key(voice: Voice) -> list[tuple[str, str]]:
    labels = voice.questionnaire.scale("agree", voice.language)
    return [*((str(place), label) for place, label in enumerate(labels, 1)), ("na", voice.t("area.hatched"))]


def _overview(voice: Voice, view: SessionView) -> charts.Drawing | None:
    lines = words.overview(voice, view)
    if not lines:
        return None
    told = "; ".join(f"{area}: " + ", ".join(dot.words for dot in dots) for area, dots in lines)
    sentence = voice.t("overview.words", list=told)
    return charts.dots(lines, voice.t("overview.axis"), voice.t("overview.heading"), sentence, "overview")


def _gap_chart(voice: Voice, view: SessionView, gaps: Sequence[Any]) -> charts.Drawing | None:
    if not gaps:
        return None
    lines = words.gap_lines(voice, view, gaps)
    told = "; ".join(f"{item}: " + ", ".join(dot.words for dot in dots) for item, dots in lines)
    sentence = voice.t("gaps.words", list=told)
    return charts.dots(lines, voice.t("overview.axis"), voice.t("gaps.heading"), sentence, "gaps")


def _area(voice: Voice, view: SessionView, area: str) -> dict[str, Any]:
    core = [code for code in voice.questionnaire.items if code[0] == area]
    rows = words.bars(voice, view, core)
    finding = words.area_finding(voice, view, area)
    return {
        "area": area,
        "question": voice.questionnaire.area_question(area, voice.language),
        "finding": finding,
        "chart": _bars_chart(voice, rows, finding, f"area-{area}"),
        "gaps": [gap for gap in view.report.area_gaps if gap.code == area],
        "rows": _item_rows(voice, view, core, own=False),
    }


def _own(voice: Voice, view: SessionView) -> dict[str, Any] | None:
    codes = sorted(
        {code for table in view.report.groups.values() for code in table.own}, key=lambda code: int(code[1:])
    )
    if not codes:
        return None
    rows = words.bars(voice, view, codes, own=True)
    return {
        "chart": _bars_chart(voice, rows, voice.t("own.heading"), "own"),
        "rows": _item_rows(voice, view, codes, own=True),
    }


def _bars_chart(voice: Voice, rows: list[tuple[str, list[charts.Bar]]], title: str, name: str) -> charts.Drawing | None:
    if not any(bar.segments for _, group in rows for bar in group):
        return None
    told = "; ".join(
        f"{item}: " + ", ".join(part.words for bar in group for part in bar.segments if part.label)
        for item, group in rows
    )
    return charts.likert(rows, title, voice.t("area.words", list=told), name)


def _item_rows(voice: Voice, view: SessionView, codes: Sequence[str], own: bool) -> list[dict[str, Any]]:
    found = []
    for code in codes:
        for group, table in view.report.groups.items():
            item = (table.own if own else table.items).get(code)
            if item is not None:
                found.append(_item_row(voice, view, table, item) | {"group": group})
    return found


def _item_row(voice: Voice, view: SessionView, table: ShownGroup, item: ShownItem) -> dict[str, Any]:
    mean = item_mean(item, table.n)
    return {
        "code": item.code,
        "text": words.item_text(voice, view, item.code, table.group),
        "n": table.n,
        "rated": item.rated,
        "shares": None if item.shares is None else [words.share(voice, share) for share in item.shares],
        "reason": words.reason(voice, item.reason, table.k) if item.shares is None else None,
        "mean": None if mean is None else voice.number(round(mean.value, 1), 1),
    }
