"""Where people land after signing on: a coordinator's sessions, or the ministry's participation monitor."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from marshmallow import fields, validate

from contracts.questionnaire import bank
from reporter import metrics
from reporter.national import progress_page
from reporter.readers.access import may_open
from reporter.report import assembly
from reporter.report.assembly import stamp
from reporter.told import words
from reporter.web.answers import language, message, query, ready
from reporter.web.door import Desk, checked
from reporter.web.schemas import LanguageQuery


class LandingQuery(LanguageQuery):
    """Which campaign's participation the ministry looks at."""

    campaign = fields.String(validate=validate.Length(min=1, max=80), metadata={"description": "default: the newest"})


def landing(desk: Desk) -> Response:
    """The page of whoever is signed on."""
    wanted = checked(LandingQuery, request.args)
    viewer = desk.sessions.viewer()
    if viewer is None:
        metrics.PAGES.labels("me", "refused").inc()
        return message(desk.pages, 401, "sign_in", None, "sign-on")
    told = language()
    sessions = desk.store.sessions_of(viewer.school) if viewer.school else []
    shown = [terms for terms in sessions if may_open(viewer, viewer.school or "", terms)]
    counted = desk.store.participation_of(viewer.school) if viewer.school else {}
    campaigns = desk.store.campaigns()
    asked = wanted.get("campaign")
    watched = next((found for found in campaigns if asked in (None, found["campaign"])), None)
    totals = desk.store.participation_totals(watched["campaign"]) if watched and viewer.ministry else None

    def build() -> bytes:
        names = {found["campaign"]: found["names"].get(told, found["campaign"]) for found in campaigns}
        cards = [_card(desk, terms, counted.get(terms["session"]), names, told) for terms in shown]
        if viewer.ministry:
            monitor = progress_page.monitor(desk.pages, watched, totals or [], viewer, told) if watched else None
            frame = {"sessions": cards, "monitor": monitor, "names": names}
            return desk.pages.render("monitor.html", told, ("/me", query()), viewer, **frame)
        t = desk.pages.voice(told, bank().version).t
        title = t("me.title", school=viewer.school_name) if viewer.school_name else t("me.title_plain")
        return desk.pages.render("me.html", told, ("/me", ()), viewer, title=title, sessions=cards)

    found = stamp(
        desk.build,
        "me",
        told,
        shown,
        counted,
        campaigns,
        totals,
        asked,
        viewer.role,
        viewer.school_name,
        viewer.level,
        viewer.region,
    )
    return ready(desk.shelf, "me", found, "html", build)


def _card(
    desk: Desk, terms: Mapping[str, Any], counted: Mapping[str, Any] | None, names: Mapping[str, str], told: str
) -> dict[str, Any]:
    voice = desk.pages.voice(told, terms["questionnaire"])
    view = assembly.view(terms, counted, (), (), voice.questionnaire)
    key, instant = {
        "planned": ("me.opens", view.opens),
        "closed": ("me.closed", view.closes),
        "cancelled": ("me.closed", view.closes),
    }.get(view.state, ("me.closes", view.closes))
    return {
        "level": voice.questionnaire.level_name(view.level, told),
        "campaign": names.get(view.campaign, view.campaign),
        "href": f"/v1/schools/{view.school}/sessions/{view.session}/report?lang={told}",
        "state": view.state,
        "when": voice.t(key, when=desk.pages.moment(instant, told)),
        "groups": [(group.group, words.came(voice, group), words.stands(voice, group)) for group in view.groups],
    }
