"""The routes of a school's coordinator: sessions, slips, and the step over to the reports."""

from typing import Any

from flask import Response, jsonify, request

from identity.api.place import Routes, check_body, not_kept, who_may, without_body
from identity.current import the_desk
from identity.desk import conduct, grants, issuing, paper, sharing, views
from identity.schemas.people import GrantRequestSchema, GrantSchema
from identity.schemas.sessions import (
    CodesSchema,
    ExtendSchema,
    SessionRequestSchema,
    SessionSchema,
    SessionsSchema,
    SharingSchema,
    SlipCapSchema,
    SlipsRequestSchema,
)
from identity.sessions import Wish
from look.locale import pick_language

route = Routes("coordinator", __name__, description="For coordinators, with a bearer token.")
blueprint = route.blueprint
blueprint.before_request(check_body)
blueprint.after_request(not_kept)
without_body("coordinator.post_close")
without_body("coordinator.post_cancel")


@route(
    "POST",
    "/v1/sessions",
    "Open a session of the coordinator's school",
    takes=SessionRequestSchema,
    gives=SessionSchema,
    status=201,
    signed_in=True,
    refuses=(
        "session-exists",
        "unknown-campaign",
        "campaign-closed",
        "bad-dates",
        "unknown-level",
        "unknown-group",
        "unknown-item",
        "bad-own-item",
    ),
)
def post_session(wanted: tuple[str, Wish]) -> dict[str, Any]:
    who = who_may("sessions")
    return shown(conduct.create(the_desk(), who, *wanted))


@route("GET", "/v1/sessions", "The sessions of the coordinator's school", gives=SessionsSchema, signed_in=True)
def get_sessions() -> dict[str, Any]:
    who = who_may("sessions")
    return {"sessions": [shown(view) for view in views.views(the_desk(), who)]}


@route(
    "GET",
    "/v1/sessions/<session>",
    "A session with its slip counts",
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session",),
)
def get_session(session: str) -> dict[str, Any]:
    who = who_may("sessions-read")
    return shown(views.view(the_desk(), who, session))


@route(
    "POST",
    "/v1/sessions/<session>/extend",
    "Move a session's end",
    takes=ExtendSchema,
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session", "already-closing", "changed-meanwhile", "bad-dates"),
)
def post_extend(data: dict[str, Any], session: str) -> dict[str, Any]:
    who = who_may("sessions")
    return shown(conduct.extend(the_desk(), who, session, data["closes"]))


@route(
    "POST",
    "/v1/sessions/<session>/close",
    "End an open session now",
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session", "already-closing", "changed-meanwhile", "not-open"),
)
def post_close(session: str) -> dict[str, Any]:
    who = who_may("sessions")
    return shown(conduct.close(the_desk(), who, session))


@route(
    "POST",
    "/v1/sessions/<session>/cancel",
    "Cancel a planned session",
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session", "not-planned", "changed-meanwhile"),
)
def post_cancel(session: str) -> dict[str, Any]:
    who = who_may("sessions")
    return shown(conduct.cancel(the_desk(), who, session))


@route(
    "POST",
    "/v1/sessions/<session>/slips",
    "Print fresh slips of a group: a PDF; codes as JSON where the demo allows it",
    takes=SlipsRequestSchema,
    gives=CodesSchema,
    signed_in=True,
    refuses=("unknown-session", "unknown-group", "session-closed", "too-many-slips"),
)
def post_slips(data: dict[str, Any], session: str) -> Response:
    who, desk = who_may("slips"), the_desk()
    best = request.accept_mimetypes.best_match(["application/pdf", "application/json"], "application/pdf")
    as_json = desk.settings.slips_as_json and best == "application/json"
    order = issuing.Order(session=session, **data)
    if as_json:
        return jsonify({"codes": list(issuing.issue(desk, who, order).codes)})
    lang = pick_language(request.args.get("lang"), None, request.headers.get("Accept-Language"))
    made = issuing.draw(desk, issuing.check(desk, who, order), order)
    written = desk.printer.pdf(paper.sheet(desk, made, lang))
    issuing.count_in(desk, who, made)
    return Response(written, mimetype="application/pdf")


@route(
    "POST",
    "/v1/sessions/<session>/slip-cap",
    "The ministry allows a group more slips than the register's number does",
    takes=SlipCapSchema,
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session", "unknown-group", "session-closed", "bad-slip-cap"),
)
def post_slip_cap(data: dict[str, Any], session: str) -> dict[str, Any]:
    who = who_may("caps")
    return shown(issuing.raise_cap(the_desk(), who, session, data["group"], data["cap"]))


@route(
    "POST",
    "/v1/sessions/<session>/sharing",
    "The school shares a closed session's report with the ministry, or stops sharing it",
    takes=SharingSchema,
    gives=SessionSchema,
    signed_in=True,
    refuses=("unknown-session", "not-closed", "sharing-shows-others"),
)
def post_sharing(data: dict[str, bool], session: str) -> dict[str, Any]:
    who = who_may("sessions")
    act = sharing.share if data["shared"] else sharing.unshare
    return shown(act(the_desk(), who, session))


@route(
    "POST",
    "/v1/grants",
    "A one-time grant with which a client signs in at the reporter",
    takes=GrantRequestSchema,
    gives=GrantSchema,
    signed_in=True,
    refuses=("unknown-session",),
)
def post_grant(data: dict[str, str]) -> dict[str, str]:
    who = who_may("grants")
    return {"grant": grants.grant(the_desk(), who, data.get("session"))}


def shown(view: views.View) -> dict[str, Any]:
    """A session as the API gives it."""
    timetable = view.message.timetable
    return {
        "session": view.message.session,
        "campaign": view.message.campaign,
        "level": view.message.level,
        "state": timetable.state,
        "opens": timetable.opens,
        "closes": timetable.closes,
        "grace": timetable.grace,
        "revision": timetable.revision,
        "fingerprint": view.fingerprint,
        "shared": view.shared,
        "groups": {
            group: {
                "key_id": one.key_id,
                "k": one.k,
                "registered": one.registered,
                "expected": one.expected,
                "slips": {
                    name: getattr(one, name) for name in ("registered", "issued", "reissued", "revoked", "used", "cap")
                },
            }
            for group, one in view.groups.items()
        },
    }
