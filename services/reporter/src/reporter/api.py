"""The routes: one way in for pages, JSON and CSV, so that all of them pass the same door."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as Plain

from chassis.web import problem
from contracts.questionnaire import bank
from reporter import assembly, exports, me, metrics, openapi, public, report_page, signon
from reporter.access import Viewer
from reporter.answers import Kind, language, message, ready, wants_json
from reporter.assembly import SessionView, stamp
from reporter.door import Answered, Desk, checked, opened
from reporter.schemas import LanguageQuery, SignonForm
from reporter.signon import Refused
from reporter.surroundings import look_around

SCHOOL: Final = "/v1/schools/<school>/sessions/<session>"


def register(app: Flask, desk: Desk) -> None:
    """Adds every route to the app."""
    app.register_error_handler(Answered, lambda found: found.answer)
    app.register_error_handler(404, lambda found: message(desk.pages, 404, "missing", None, "not-found"))
    add = app.add_url_rule
    add("/", "dashboard", lambda: public.dashboard(desk))
    add("/v1/national", "national", lambda: public.figures(desk, "json"))
    add("/v1/national.json", "national_json", lambda: public.figures(desk, "json"))
    add("/v1/national.csv", "national_csv", lambda: public.figures(desk, "csv"))
    add("/me", "me", lambda: me.landing(desk))
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


def _report(desk: Desk, school: str, session: str, asked: Kind | None) -> Response:
    checked(LanguageQuery, request.args)
    viewer, terms = opened(desk, "report", school, session)
    kind: Kind = asked or ("json" if wants_json() else "html")
    told = language()
    counted = desk.store.participation(session)
    snapshots = desk.store.latest_snapshots(session)
    openings = desk.store.openings(session)
    around = look_around(desk.store, viewer, terms)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    campaign = _campaign_names(desk, terms["campaign"])
    found = stamp(
        *(desk.build, kind, told, [snapshot["_id"] for snapshot in snapshots], counted, terms, around.stamp),
        *((openings, campaign, viewer.role, viewer.school_name) if kind == "html" else ()),
    )

    def build() -> bytes:
        view = assembly.view(terms, counted, snapshots, openings, bank(terms["questionnaire"]), around.read(desk.store))
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
    return report_page.report(desk.pages, view, campaign, viewer, told, request.path)


def _participation(desk: Desk, school: str, session: str) -> Response:
    checked(LanguageQuery, request.args)
    viewer, terms = opened(desk, "participation", school, session)
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


def _signon(desk: Desk) -> Response:
    form = checked(SignonForm, request.form)
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
