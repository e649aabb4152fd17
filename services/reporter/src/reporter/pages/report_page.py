"""The school report as one page, or one area of it: its frame, and each section beside the others."""

from collections.abc import Mapping
from typing import Any

from reporter.pages import sections
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.report.assembly import SessionView
from reporter.report.selection import WHOLE, Selection, fitting, narrowed
from reporter.told import words
from reporter.told.words import Voice


def report(
    pages: Pages,
    view: SessionView,
    campaign: Mapping[str, str],
    viewer: Viewer,
    language: str,
    path: str,
    asked: Selection = WHOLE,
    **more: Any,
) -> bytes:
    """The page of what is `asked`; `campaign` holds the campaign's names by language, `path` is the page's address,
    `more` are names that the frame of another medium reads."""
    voice = pages.voice(language, view.questionnaire)
    chosen = fitting(asked, view.report)
    shown = narrowed(view, chosen)
    area = chosen.area
    if area is None:
        template, finding = "report.html", words.finding(voice, shown)
        parts = sections.every(voice, shown, viewer, chosen.by_gap)
    else:
        template, finding = "area.html", words.area_finding(voice, shown, area)
        parts = sections.one_area(voice, shown, area, chosen.by_gap)
    return pages.render(
        template,
        language,
        (path, chosen.query()),
        viewer,
        view=shown,
        report=shown.report,
        base=f"/v1/schools/{view.school}/sessions/{view.session}",
        voice=voice,
        words=words,
        level=voice.questionnaire.level_name(view.level, language),
        campaign=campaign.get(language, view.campaign),
        school_name=viewer.school_name or view.school,
        when=pages.when(view, language),
        finding=finding,
        as_of=words.as_of(voice, shown),
        looking=_looking(voice, view, chosen, path),
        **parts,
        **more,
    )


def paper(
    pages: Pages, view: SessionView, campaign: Mapping[str, str], viewer: Viewer, language: str, rows: int
) -> str:
    """The whole page to be printed, every table open, `rows` of figures in them; it needs nothing from anywhere."""
    frame: dict[str, Any] = {"frame": "reporter/print/frame.html", "printing": True, "rows": rows}
    return report(pages, view, campaign, viewer, language, "", **frame).decode()


def _looking(voice: Voice, view: SessionView, chosen: Selection, path: str) -> Mapping[str, Any]:
    """What the view bar offers: where it leads, every shown group, and what is chosen of them."""
    return {
        "path": path,
        "chosen": chosen,
        "groups": list(view.report.groups),
        "areas": list(view.report.areas),
        "to": lambda **changes: _address(path, voice.language, chosen, **changes),
    }


def _address(path: str, language: str, chosen: Selection, area: str | None) -> str:
    kept = [(name, value) for name, value in chosen.query() if name != "area"]
    query = [*([("area", area)] if area else []), *kept, ("lang", language)]
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in query)}"
