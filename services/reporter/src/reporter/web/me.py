"""Where people land after signing on: a coordinator's sessions, or the ministry's participation monitor."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from contracts.questionnaire import bank
from reporter import metrics
from reporter.national import dashboards
from reporter.readers.access import may_open
from reporter.report import assembly
from reporter.report.assembly import stamp
from reporter.told import words
from reporter.web.answers import language, message, ready
from reporter.web.door import Desk, checked
from reporter.web.schemas import LanguageQuery


def landing(desk: Desk) -> Response:
    """The page of whoever is signed on."""
    checked(LanguageQuery, request.args)
    viewer = desk.sessions.viewer()
    if viewer is None:
        metrics.PAGES.labels("me", "refused").inc()
        return message(desk.pages, 401, "sign_in", None, "sign-on")
    told = language()
    sessions = desk.store.sessions_of(viewer.school) if viewer.school else []
    shown = [terms for terms in sessions if may_open(viewer, viewer.school or "", terms)]
    counted = desk.store.participation_of(viewer.school) if viewer.school else {}
    campaigns = desk.store.campaigns()
    totals = {found["campaign"]: desk.store.participation_totals(found["campaign"]) for found in campaigns[:3]}

    def build() -> bytes:
        names = {found["campaign"]: found["names"].get(told, found["campaign"]) for found in campaigns}
        cards = [_card(desk, terms, counted.get(terms["session"]), names, told) for terms in shown]
        if viewer.ministry:
            monitors = [
                dashboards.monitor(desk.pages, rows, key, viewer, told) | {"name": names[key]}
                for key, rows in totals.items()
            ]
            return desk.pages.render("monitor.html", told, ("/me", ()), viewer, sessions=cards, monitors=monitors)
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
        totals if viewer.ministry else None,
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
        "groups": [(group.group, words.brief(voice, group)) for group in view.groups],
    }
