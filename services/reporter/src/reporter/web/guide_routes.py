"""The route of the discussion guide: a page of its own, made to be printed."""

from flask import Response, request

from contracts.questionnaire import bank
from reporter.report import assembly
from reporter.report.assembly import stamp
from reporter.surroundings import look_around
from reporter.told import guide_words, words
from reporter.web.answers import language, ready
from reporter.web.door import Desk, checked, opened
from reporter.web.schemas import LanguageQuery


def show(desk: Desk, school: str, session: str) -> Response:
    """The guide of a session, for whoever may read its report."""
    checked(LanguageQuery, request.args)
    viewer, terms = opened(desk, "guide", school, session)
    told = language()
    snapshots = desk.store.latest_snapshots(session)
    around = look_around(desk.store, viewer, terms)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    seen = (viewer.role, viewer.school_name)
    found = stamp(desk.build, "guide", told, [one["_id"] for one in snapshots], terms, around.stamp, seen)

    def build() -> bytes:
        questionnaire = bank(terms["questionnaire"])
        view = assembly.view(terms, None, snapshots, (), questionnaire, around.read(desk.store))
        voice = desk.pages.voice(told, view.questionnaire)
        return desk.pages.render(
            "guide.html",
            told,
            (request.path, ()),
            viewer,
            base=f"/v1/schools/{school}/sessions/{session}",
            level=questionnaire.level_name(view.level, told),
            school_name=viewer.school_name or school,
            as_of=words.as_of(voice, view),
            rules=guide_words.rules(voice),
            topics=guide_words.topics(voice, view),
        )

    return ready(desk.shelf, "guide", found, "html", build)
