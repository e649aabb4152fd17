"""The routes: one way in for pages, JSON and CSV, so that all of them pass the same door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from flask import Flask, Response, redirect, request
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response as Plain

from chassis.web import problem
from contracts.questionnaire import bank
from reporter import assembly, exports, metrics, nation, national_pages, openapi, signon, words
from reporter.access import Viewer, may_open
from reporter.answers import PUBLIC, Kind, Sessions, language, message, query, ready, wants_json
from reporter.assembly import SessionView, stamp
from reporter.nation import EVERY
from reporter.pages import Pages
from reporter.schemas import LanguageQuery, NationalQuery, SignonForm
from reporter.shelf import Shelf
from reporter.signon import Keys, Refused
from reporter.store import Store

SCHOOL: Final = "/v1/schools/<school>/sessions/<session>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What the routes work with; `build` changes with the program, so that no page of an older one is served."""

    store: Store
    pages: Pages
    shelf: Shelf
    sessions: Sessions
    keys: Keys
    clock: Callable[[], datetime]
    build: str


class _Answered(Exception):
    """An answer found on the way."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


def register(app: Flask, desk: Desk) -> None:
    """Adds every route to the app."""
    app.register_error_handler(_Answered, lambda found: found.answer)
    app.register_error_handler(404, lambda found: message(desk.pages, 404, "missing", None, "not-found"))
    add = app.add_url_rule
    add("/", "dashboard", lambda: _dashboard(desk))
    add("/v1/national", "national", lambda: _national(desk, "json"))
    add("/v1/national.json", "national_json", lambda: _national(desk, "json"))
    add("/v1/national.csv", "national_csv", lambda: _national(desk, "csv"))
    add("/me", "me", lambda: _me(desk))
    add("/signon", "signon", lambda: _signon(desk), methods=["POST"])
    add("/sign-out", "sign_out", lambda: desk.sessions.take(_see_other("/")), methods=["POST"])
    add("/openapi.json", "openapi", lambda: Response(orjson.dumps(openapi.document()), mimetype="application/json"))
    add(f"{SCHOOL}/report", "report", lambda school, session: _report(desk, school, session, None))
    for kind in ("json", "csv"):
        add(f"{SCHOOL}/report.{kind}", f"report_{kind}", _report_as(desk, kind))
    add(f"{SCHOOL}/participation", "participation", lambda school, session: _participation(desk, school, session))


def _report_as(desk: Desk, kind: Kind) -> Callable[[str, str], Response]:
    return lambda school, session: _report(desk, school, session, kind)


def _see_other(place: str) -> Response:
    answer: Plain = redirect(place, 303, Response=Response)
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]  # made as the class that was asked for


def _checked(schema: type[Schema], values: Mapping[str, str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = schema().load(dict(values))
    except ValidationError as error:
        pointers = [{"pointer": f"/{name}", "code": "not-understood"} for name in error.messages_dict]
        raise _Answered(problem(422, "content", "A field is unknown or wrong.", errors=pointers)) from error
    return found


def _opened(desk: Desk, page: str, school: str, session: str) -> tuple[Viewer, dict[str, Any]]:
    """The viewer and the session's terms, or one answer for everything that is not theirs."""
    viewer = desk.sessions.viewer()
    if viewer is None:
        metrics.PAGES.labels(page, "refused").inc()
        raise _Answered(message(desk.pages, 401, "sign_in", None, "sign-on"))
    terms = desk.store.session(session) if viewer.school == school else None
    if terms is None or not may_open(viewer, school, terms):
        metrics.PAGES.labels(page, "refused").inc()
        raise _Answered(message(desk.pages, 404, "missing", viewer, "not-found"))
    return viewer, terms


def _report(desk: Desk, school: str, session: str, asked: Kind | None) -> Response:
    _checked(LanguageQuery, request.args)
    viewer, terms = _opened(desk, "report", school, session)
    kind: Kind = asked or ("json" if wants_json() else "html")
    told = language()
    counted = desk.store.participation(session)
    snapshots = desk.store.latest_snapshots(session)
    openings = desk.store.openings(session)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    campaign = _campaign_names(desk, terms["campaign"])
    found = stamp(
        *(desk.build, kind, told, [snapshot["_id"] for snapshot in snapshots], counted, terms),
        *((openings, campaign, viewer.role, viewer.school_name) if kind == "html" else ()),
    )

    def build() -> bytes:
        view = assembly.view(terms, counted, snapshots, openings, bank(terms["questionnaire"]))
        return _written(desk, view, kind, told, viewer, campaign)

    answer = ready(desk.shelf, "report", found, kind, build)
    if asked is not None:
        answer.headers["Content-Disposition"] = f'attachment; filename="report-{session}.{kind}"'
    return answer


def _written(
    desk: Desk, view: SessionView, kind: Kind, told: str, viewer: Viewer, campaign: Mapping[str, str]
) -> bytes:
    questionnaire = bank(view.questionnaire)
    if kind == "csv":
        return exports.school_sheet(view, questionnaire, told)
    if kind == "json":
        return orjson.dumps(exports.school_document(view, questionnaire, told))
    return desk.pages.report(view, campaign, viewer, told, request.path)


def _participation(desk: Desk, school: str, session: str) -> Response:
    _checked(LanguageQuery, request.args)
    viewer, terms = _opened(desk, "participation", school, session)
    kind: Kind = "json" if wants_json() else "html"
    told = language()
    counted = desk.store.participation(session)

    def build() -> bytes:
        view = assembly.view(terms, counted, (), (), bank(terms["questionnaire"]))
        if kind == "json":
            groups = [exports.group_document(group) for group in view.groups]
            return orjson.dumps({"session": session, "complete": view.complete, "state": view.state, "groups": groups})
        return desk.pages.participation(view, viewer, told, request.path)

    found = stamp(desk.build, "participation", kind, told, counted, terms, viewer.role, viewer.school_name)
    return ready(desk.shelf, "participation", found, kind, build)


def _campaign_names(desk: Desk, campaign: str) -> Mapping[str, str]:
    names = (message_["names"] for message_ in desk.store.campaigns() if message_["campaign"] == campaign)
    return next(names, {})


def _national(desk: Desk, kind: Kind) -> Response:
    wanted = _checked(NationalQuery, request.args)
    campaign = wanted.get("campaign") or _newest(desk)
    head = desk.store.edition(campaign) if campaign else None
    if head is None:
        return problem(404, "no-edition", "There is no edition of this campaign yet.")
    narrowed = {name: wanted.get(name) for name in ("level", "group", "region")}

    def build() -> bytes:
        message_ = next((found for found in desk.store.campaigns() if found["campaign"] == campaign), None)
        whole = nation.read(head, desk.store.edition_cells(head["_id"]), message_)
        part = nation.narrowed(whole, **narrowed)
        return exports.national_sheet(part) if kind == "csv" else orjson.dumps(exports.national_document(part))

    return ready(
        desk.shelf, "national", stamp(desk.build, kind, head["_id"], head["digest"], narrowed), kind, build, PUBLIC
    )


def _newest(desk: Desk) -> str | None:
    """The campaign to show: the newest with an edition, else the newest."""
    campaigns = [message_["campaign"] for message_ in desk.store.campaigns()]
    return next((name for name in campaigns if desk.store.edition(name)), campaigns[0] if campaigns else None)


def _dashboard(desk: Desk) -> Response:
    wanted = _checked(NationalQuery, request.args)
    viewer, told = desk.sessions.viewer(), language()
    campaigns = desk.store.campaigns()
    name = wanted.get("campaign") or _newest(desk)
    campaign = next((found for found in campaigns if found["campaign"] == name), None)
    head = desk.store.edition(name) if name else None
    schools = desk.store.participating_schools(name) if name else None
    level = wanted.get("level", EVERY)

    def build() -> bytes:
        whole = nation.read(head, desk.store.edition_cells(head["_id"]), campaign) if head else None
        return national_pages.dashboard(desk.pages, whole, campaign, campaigns, schools, level, viewer, told, query())

    seen = (viewer.role, viewer.school_name) if viewer else None
    found = stamp(desk.build, "dashboard", told, head, campaigns, schools, level, seen, query())
    return ready(desk.shelf, "national", found, "html", build, PUBLIC)


def _me(desk: Desk) -> Response:
    _checked(LanguageQuery, request.args)
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
                national_pages.monitor(desk.pages, rows, key, viewer, told) | {"name": names[key]}
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


def _signon(desk: Desk) -> Response:
    form = _checked(SignonForm, request.form)
    try:
        viewer = signon.accept(form["grant"], desk.keys, desk.store, desk.clock())
    except Refused as refused:
        metrics.SIGNONS.labels("refused", refused.reason).inc()
        if refused.reason == "no-key":
            return problem(503, "no-key", "Identity's public keys cannot be read now.", headers={"Retry-After": "2"})
        return message(desk.pages, 403, "grant", None, f"grant-{refused.reason}")
    metrics.SIGNONS.labels("accepted", "").inc()
    sealed = signon.seal(viewer, desk.sessions.key, desk.clock())
    if wants_json():
        body = {"token": sealed, "expires_in": int(signon.SESSION.total_seconds())}
        return Response(orjson.dumps(body), mimetype="application/json", headers={"Cache-Control": "no-store"})
    return desk.sessions.give(_see_other("/me"), sealed)
