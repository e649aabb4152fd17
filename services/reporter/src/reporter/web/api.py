"""The routes: one way in for pages, JSON and CSV, so that all of them pass the same door."""

from dataclasses import replace
from functools import partial
from typing import Final

import orjson
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as Plain

from chassis.web import problem
from contracts.questionnaire import bank
from reporter import metrics
from reporter.files import exports
from reporter.pages import report_page
from reporter.readers import signon
from reporter.readers.access import Viewer
from reporter.readers.sharing import enough_left
from reporter.readers.signon import Refused
from reporter.report import assembly, selection
from reporter.report.assembly import stamp
from reporter.surroundings import look_around
from reporter.web import (
    data_page,
    docs_page,
    edition_routes,
    file_routes,
    guide_routes,
    me,
    ministry,
    open_data_routes,
    openapi,
    plan_routes,
    public,
    turns,
)
from reporter.web.answers import Kind, language, message, ready, wants_json
from reporter.web.door import Answered, Desk, checked, opened
from reporter.web.schemas import LanguageQuery, ReportQuery, SignonForm

SCHOOL: Final = "/v1/schools/<school>/sessions/<session>"


def register(app: Flask, desk: Desk) -> None:
    """Adds every route to the app."""
    turns.limit(app, desk.sessions, turns.Turns())
    app.register_error_handler(Answered, lambda found: found.answer)
    app.register_error_handler(404, lambda found: message(desk.pages, 404, "missing", None, "not-found"))
    add = app.add_url_rule
    add("/", "dashboard", lambda: public.dashboard(desk))
    add("/v1/national", "national", lambda: public.figures(desk, "json"))
    add("/v1/national.json", "national_json", lambda: public.figures(desk, "json"))
    add("/v1/national.csv", "national_csv", lambda: public.figures(desk, "csv"))
    add("/me", "me", lambda: me.landing(desk))
    ministry.add(app, desk)
    add("/signon", "signon", lambda: _signon(desk), methods=["POST"])
    add("/sign-out", "sign_out", lambda: desk.sessions.take(_see_other("/")), methods=["POST"])
    _add_open_data(app, desk)
    add("/docs", "docs", lambda: docs_page.page(desk))
    add("/openapi.json", "openapi", lambda: Response(orjson.dumps(openapi.document()), mimetype="application/json"))
    add(f"{SCHOOL}/report", "report", lambda school, session: _report(desk, school, session))
    for kind in file_routes.KINDS:
        add(f"{SCHOOL}/report.{kind}", f"report_{kind}", file_routes.route(desk, kind))
    add(f"{SCHOOL}/plan", "plan", lambda school, session: plan_routes.show(desk, school, session))
    add(f"{SCHOOL}/plan", "plan_put", lambda school, session: plan_routes.put(desk, school, session), methods=["PUT"])
    add(
        f"{SCHOOL}/plan", "plan_post", lambda school, session: plan_routes.post(desk, school, session), methods=["POST"]
    )
    add(f"{SCHOOL}/guide", "guide", lambda school, session: guide_routes.show(desk, school, session))
    add(f"{SCHOOL}/participation", "participation", lambda school, session: _participation(desk, school, session))


def _add_open_data(app: Flask, desk: Desk) -> None:
    add, one = app.add_url_rule, "/open-data/<campaign>/<edition>"
    add("/open-data", "open_data", lambda: data_page.page(desk))
    add("/open-data/index.json", "open_data_index", lambda: open_data_routes.index(desk))
    add("/open-data/key.pem", "open_data_key", lambda: open_data_routes.pem(desk))
    add("/open-data/latest/<name>", "open_data_latest", lambda name: open_data_routes.newest(desk, name))
    add(one, "open_data_edition", lambda campaign, edition: open_data_routes.described(desk, campaign, edition))
    add(f"{one}/<name>", "open_data_file", lambda **place: open_data_routes.file(desk, **place))
    add("/.well-known/jwks.json", "jwks", lambda: open_data_routes.keys(desk))
    add("/v1/editions", "editions", lambda: edition_routes.listed(desk))
    add("/v1/editions/<campaign>/<edition>/<table>", "table", lambda **place: edition_routes.rows(desk, **place))


def _see_other(place: str) -> Response:
    answer: Plain = redirect(place, 303, Response=Response)
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]  # made as the class that was asked for


def _report(desk: Desk, school: str, session: str) -> Response:
    checked(ReportQuery, _joined())
    chosen = selection.read(_joined())
    viewer, terms = opened(desk, "report", school, session)
    kind: Kind = "json" if wants_json() else "html"
    told = language()
    counted = desk.store.participation(session)
    snapshots = desk.store.latest_snapshots(session)
    around = look_around(desk.store, viewer, terms)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    openings = desk.store.openings(session)  # this one among them, so that the next reader finds the page ready
    campaign = desk.store.campaign_names(terms["campaign"])
    found = stamp(
        *(desk.build, kind, told, [snapshot["_id"] for snapshot in snapshots], counted, terms, around.stamp),
        *((openings, campaign, viewer.role, viewer.school_name, chosen.query()) if kind == "html" else ()),
    )

    def build() -> bytes:
        view = assembly.view(terms, counted, snapshots, openings, bank(terms["questionnaire"]), around.read(desk.store))
        if kind == "html":
            return report_page.report(desk.pages, view, campaign, viewer, told, request.path, chosen)
        return orjson.dumps(exports.school_document(view, bank(view.questionnaire), told))

    return ready(desk.shelf, "report", found, kind, build)


def _joined() -> dict[str, str]:
    """The query; groups may stand in it with commas, or the field once for each, as a form sends it."""
    return {
        name: ",".join(request.args.getlist(name)) if name == "groups" else request.args[name] for name in request.args
    }


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


def _signon(desk: Desk) -> Response:
    form = checked(SignonForm, request.form)
    try:
        viewer = signon.accept(form["grant"], desk.keys, desk.store, desk.clock())
    except Refused as refused:
        metrics.SIGNONS.labels("refused", refused.reason).inc()
        if refused.reason == "no-key":
            return problem(503, "no-key", "Identity's public keys cannot be read now.", headers={"Retry-After": "2"})
        return message(desk.pages, 403, "grant", None, f"grant-{refused.reason}")
    if viewer.ministry and viewer.shared:
        viewer = replace(viewer, shared=frozenset(filter(partial(_leaves_enough, desk, viewer), viewer.shared)))
        if not viewer.shared:
            metrics.SIGNONS.labels("refused", "few-left").inc()
            return message(desk.pages, 403, "few_left", None, "few-left")
    metrics.SIGNONS.labels("accepted", "").inc()
    sealed = signon.seal(viewer, desk.sessions.key, desk.clock())
    if wants_json():
        body = {"token": sealed, "expires_in": int(signon.SESSION.total_seconds())}
        return Response(orjson.dumps(body), mimetype="application/json", headers={"Cache-Control": "no-store"})
    return desk.sessions.give(_see_other("/me"), sealed)


def _leaves_enough(desk: Desk, viewer: Viewer, session: str) -> bool:
    """Whether the published figures minus this session, and whoever else shares, are still those of enough schools."""
    terms, sharers = desk.store.session(session), viewer.sharers.get(session)
    if terms is None or sharers is None:
        return False
    head = desk.store.edition(terms["campaign"])
    return enough_left(terms, sharers, head, desk.store.edition_cells(head["_id"]) if head else ())
