"""The routes of ministry and coordinators; every one but signing in needs a bearer token."""

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, request

from contracts.messages import Campaign
from identity import schemas
from identity.api.place import Routes, check_body, who_may, without_body
from identity.current import the_desk
from identity.desk import accounts, campaigns, conduct, grants, paper, tokens
from identity.limits import LONGEST_IMPORT
from identity.reasons import Refused
from identity.sessions import Wish
from identity.store import campaigns as campaign_store
from identity.store import schools
from look.locale import pick_language

route = Routes("staff", __name__, description="For ministry and coordinators, with a bearer token.")
blueprint = route.blueprint


def _check() -> Response | None:
    if request.endpoint == "staff.post_import":
        request.max_content_length = LONGEST_IMPORT
        return None
    return check_body()


@route(
    "POST",
    "/v1/tokens",
    "Sign in: a token for 15 minutes; a one-time code works once",
    takes=schemas.CredentialsSchema,
    gives=schemas.TokenSchema,
    refuses=("wrong-credentials", "too-many-attempts"),
)
def post_token(data: dict[str, str]) -> dict[str, Any]:
    desk = the_desk()
    person = accounts.sign_in(desk, data["user"], data["password"], data["totp"])
    token = tokens.issue(desk, "bearer", person.user, tokens.BEARER_SECONDS)
    return {"token": token, "expires_in": tokens.BEARER_SECONDS}


@route(
    "POST",
    "/v1/invitations",
    "A coordinator's first sign-up with the printed invitation",
    takes=schemas.SignUpSchema,
    gives=schemas.SignedUpSchema,
    status=201,
    refuses=("unknown-invitation", "invitation-not-yet", "user-exists", "weak-password", "bad-user-name"),
)
def post_sign_up(data: dict[str, str]) -> dict[str, str]:
    made = accounts.sign_up(the_desk(), data["invitation"], data["user"], data["password"])
    return {"user": made.person.user, "totp_secret": made.totp_secret, "otpauth": made.otpauth}


@route(
    "POST",
    "/v1/api-keys",
    "A new API key for the ministry's systems, shown once",
    takes=schemas.ApiKeyRequestSchema,
    gives=schemas.ApiKeySchema,
    status=201,
    signed_in=True,
    refuses=("key-exists", "bad-user-name"),
)
def post_api_key(data: dict[str, str]) -> dict[str, str]:
    who = who_may("api-keys")
    return {"api_key": accounts.add_api_key(the_desk(), who, data["name"])}


@route(
    "POST",
    "/v1/schools/import",
    "Take the register of schools in (CSV, UTF-8, one row a school and level)",
    gives=schemas.ImportedSchema,
    signed_in=True,
    requestBody={"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}},
    refuses=("bad-header", "not-csv"),
)
def post_import() -> dict[str, Any]:
    who = who_may("import")
    try:
        text = request.get_data(cache=False).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not-csv") from error
    found = campaigns.take_register(the_desk(), who, text)
    return {"taken": found.rows_taken, "refused": [asdict(row) for row in found.refused]}


@route(
    "GET",
    "/v1/schools",
    "The register, 50 schools a page",
    query=schemas.PageSchema,
    gives=schemas.SchoolsSchema,
    signed_in=True,
)
def get_schools(query: dict[str, Any]) -> dict[str, Any]:
    who_may("schools")
    rows, total = schools.page(the_desk().place, query["page"], query["q"])
    more = query["page"] * schools.PAGE < total
    return {
        "schools": [{"school": code, **asdict(entry)} for code, entry in rows],
        "next": query["page"] + 1 if more else None,
    }


@route(
    "POST",
    "/v1/schools/<school>/invitations",
    "Print a school's invitation anew",
    gives=schemas.InvitationSchema,
    status=201,
    signed_in=True,
    refuses=("unknown-school",),
)
def post_invitation(school: str) -> dict[str, str]:
    who = who_may("invitations")
    return {"invitation": accounts.invite(the_desk(), who, school), "school": school}


@route(
    "POST",
    "/v1/campaigns",
    "Start a campaign",
    takes=schemas.CampaignRequestSchema,
    gives=schemas.CampaignViewSchema,
    status=201,
    signed_in=True,
    refuses=("campaign-exists", "bad-campaign-name", "bad-dates", "bad-threshold", "unknown-questionnaire"),
)
def post_campaign(data: dict[str, Any]) -> Campaign:
    who = who_may("campaigns")
    return campaigns.create(the_desk(), who, **data)


@route("GET", "/v1/campaigns", "All campaigns, the newest first", gives=schemas.CampaignsSchema, signed_in=True)
def get_campaigns() -> dict[str, Any]:
    who_may("campaigns-read")
    return {"campaigns": campaign_store.every(the_desk().place)}


@route(
    "POST",
    "/v1/campaigns/<campaign>/close",
    "End a campaign now: open sessions are closed, planned ones cancelled",
    gives=schemas.NoneSchema,
    status=202,
    signed_in=True,
    refuses=("unknown-campaign", "campaign-closed"),
)
def post_campaign_close(campaign: str) -> dict[str, Any]:
    who = who_may("campaigns")
    campaigns.close(the_desk(), who, campaign)
    return {}


@route(
    "POST",
    "/v1/sessions",
    "Open a session of the coordinator's school",
    takes=schemas.SessionRequestSchema,
    gives=schemas.SessionSchema,
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


@route("GET", "/v1/sessions", "The sessions of the coordinator's school", gives=schemas.SessionsSchema, signed_in=True)
def get_sessions() -> dict[str, Any]:
    who = who_may("sessions")
    return {"sessions": [shown(view) for view in conduct.views(the_desk(), who)]}


@route(
    "GET",
    "/v1/sessions/<session>",
    "A session with its slip counts",
    gives=schemas.SessionSchema,
    signed_in=True,
    refuses=("unknown-session",),
)
def get_session(session: str) -> dict[str, Any]:
    who = who_may("sessions-read")
    return shown(conduct.view(the_desk(), who, session))


@route(
    "POST",
    "/v1/sessions/<session>/extend",
    "Move a session's end",
    takes=schemas.ExtendSchema,
    gives=schemas.SessionSchema,
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
    gives=schemas.SessionSchema,
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
    gives=schemas.SessionSchema,
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
    takes=schemas.SlipsRequestSchema,
    gives=schemas.CodesSchema,
    signed_in=True,
    refuses=("unknown-session", "unknown-group", "session-closed", "too-many-slips"),
)
def post_slips(data: dict[str, Any], session: str) -> Response:
    who, desk = who_may("slips"), the_desk()
    best = request.accept_mimetypes.best_match(["application/pdf", "application/json"], "application/pdf")
    as_json = desk.settings.slips_as_json and best == "application/json"
    made = conduct.issue(desk, who, session, data["group"], data["count"], data["replace_unused"])
    if as_json:
        return _private(jsonify({"codes": made.codes}))
    lang = pick_language(request.args.get("lang"), None, request.headers.get("Accept-Language"))
    return _private(Response(desk.printer.pdf(paper.sheet(desk, made, lang)), mimetype="application/pdf"))


@route(
    "POST",
    "/v1/grants",
    "A one-time grant with which a client signs in at the reporter",
    takes=schemas.GrantRequestSchema,
    gives=schemas.GrantSchema,
    signed_in=True,
    refuses=("unknown-session",),
)
def post_grant(data: dict[str, str]) -> dict[str, str]:
    who = who_may("grants")
    return {"grant": grants.grant(the_desk(), who, data.get("session"))}


def _not_kept(response: Response) -> Response:
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def shown(view: conduct.View) -> dict[str, Any]:
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


for _endpoint in ("post_invitation", "post_campaign_close", "post_close", "post_cancel"):
    without_body(f"staff.{_endpoint}")
