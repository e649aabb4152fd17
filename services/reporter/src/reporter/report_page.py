"""The school report as one page: its frame, and each section beside the others."""

from collections.abc import Mapping

from reporter import sections, words
from reporter.access import Viewer
from reporter.assembly import SessionView
from reporter.pages import Pages


def report(
    pages: Pages, view: SessionView, campaign: Mapping[str, str], viewer: Viewer, language: str, path: str
) -> bytes:
    """The whole page; `campaign` holds the campaign's names by language, `path` is the page's own address."""
    voice = pages.voice(language, view.questionnaire)
    return pages.render(
        "report.html",
        language,
        (path, ()),
        viewer,
        view=view,
        report=view.report,
        base=f"/v1/schools/{view.school}/sessions/{view.session}",
        voice=voice,
        words=words,
        level=voice.questionnaire.level_name(view.level, language),
        campaign=campaign.get(language, view.campaign),
        school_name=viewer.school_name or view.school,
        when=pages.when(view, language),
        finding=words.finding(voice, view),
        as_of=words.as_of(voice, view),
        **sections.every(voice, view),
    )
