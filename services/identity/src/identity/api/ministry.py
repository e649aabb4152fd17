"""The routes of the ministry and its systems, and the way in for all staff; all others need a bearer token."""

from dataclasses import asdict
from typing import Any

from flask import Response, request

from contracts.messages import Campaign
from identity.api.place import Routes, check_body, not_kept, who_may, without_body
from identity.current import the_desk
from identity.desk import accounts, campaigns, endings, handover, register, tokens
from identity.desk.scope import within
from identity.limits import LONGEST_IMPORT
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.schemas.campaigns import CampaignRequestSchema, CampaignsSchema, CampaignViewSchema
from identity.schemas.people import (
    ApiKeyRequestSchema,
    ApiKeySchema,
    CredentialsSchema,
    InvitationSchema,
    SignedUpSchema,
    SignUpSchema,
    TokenSchema,
)
from identity.schemas.register import EndedSchema, EndingSchema, ImportedSchema, PageSchema, SchoolsSchema
from identity.schemas.values import NoneSchema
from identity.store import campaigns as campaign_store
from identity.store import schools
from identity.store.schools import School, Wanted

route = Routes("ministry", __name__, description="For staff to sign in, and for the ministry with a bearer token.")
blueprint = route.blueprint


def _check() -> Response | None:
    if request.endpoint == "ministry.post_import":
        request.max_content_length = LONGEST_IMPORT
        return None
    return check_body()


blueprint.before_request(_check)
blueprint.after_request(not_kept)
without_body("ministry.post_invitation")
without_body("ministry.post_campaign_close")


@route(
    "POST",
    "/v1/tokens",
    "Sign in: a token for 15 minutes; a one-time code works once",
    takes=CredentialsSchema,
    gives=TokenSchema,
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
    takes=SignUpSchema,
    gives=SignedUpSchema,
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
    takes=ApiKeyRequestSchema,
    gives=ApiKeySchema,
    status=201,
    signed_in=True,
    refuses=("key-exists", "bad-user-name"),
)
def post_api_key(data: dict[str, str]) -> dict[str, str]:
    who = who_may("api-keys")
    return {"api_key": accounts.add_api_key(the_desk(), who, data["name"], data["purpose"])}


@route(
    "POST",
    "/v1/schools/import",
    "Take the register of schools in (CSV, UTF-8, one row a school and level)",
    gives=ImportedSchema,
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
    arrival, found = register.take(the_desk(), who, text)
    counts = {"new": arrival.new, "changed": arrival.changed, "unchanged": arrival.unchanged}
    return {"taken": found.rows_taken, "refused": [asdict(row) for row in found.refused], **counts}


@route(
    "GET",
    "/v1/schools",
    "The register, 50 schools a page",
    query=PageSchema,
    gives=SchoolsSchema,
    signed_in=True,
)
def get_schools(query: dict[str, Any]) -> dict[str, Any]:
    who = who_may("schools")
    wanted = within(who, Wanted(words=query["q"], ended=query["ended"]))
    rows, total = schools.page(the_desk().place, query["page"], wanted)
    more = query["page"] * schools.PAGE < total
    return {"schools": [_shown(one) for one in rows], "next": query["page"] + 1 if more else None}


def _shown(one: School) -> dict[str, Any]:
    about = {"ended": one.ended, "predecessors": one.predecessors, "successors": one.successors}
    return {"school": one.code, **asdict(one.entry), **about}


@route(
    "POST",
    "/v1/schools/endings",
    "Some schools have ended: closed, merged into one, or split into several",
    takes=EndingSchema,
    gives=EndedSchema,
    signed_in=True,
    refuses=("unknown-school", "bad-ending"),
)
def post_ending(data: dict[str, Any]) -> dict[str, Any]:
    who = who_may("import")
    ending = Ending(ended=tuple(data["ended"]), into=tuple(data["into"]))
    return {"schools": [_shown(one) for one in endings.end(the_desk(), who, ending)]}


@route(
    "POST",
    "/v1/schools/<school>/invitations",
    "Print a school's invitation anew",
    gives=InvitationSchema,
    status=201,
    signed_in=True,
    refuses=("unknown-school", "school-ended"),
)
def post_invitation(school: str) -> dict[str, str]:
    who = who_may("invitations")
    return {"invitation": handover.invite(the_desk(), who, school), "school": school}


@route(
    "POST",
    "/v1/campaigns",
    "Start a campaign",
    takes=CampaignRequestSchema,
    gives=CampaignViewSchema,
    status=201,
    signed_in=True,
    refuses=("campaign-exists", "bad-campaign-name", "bad-dates", "bad-threshold", "unknown-questionnaire"),
)
def post_campaign(data: dict[str, Any]) -> Campaign:
    who = who_may("campaigns")
    return campaigns.create(the_desk(), who, **data)


@route("GET", "/v1/campaigns", "All campaigns, the newest first", gives=CampaignsSchema, signed_in=True)
def get_campaigns() -> dict[str, Any]:
    who_may("campaigns-read")
    return {"campaigns": campaign_store.every(the_desk().place)}


@route(
    "POST",
    "/v1/campaigns/<campaign>/close",
    "End a campaign now: open sessions are closed, planned ones cancelled",
    gives=NoneSchema,
    status=202,
    signed_in=True,
    refuses=("unknown-campaign", "campaign-closed"),
)
def post_campaign_close(campaign: str) -> dict[str, Any]:
    who = who_may("campaigns")
    campaigns.close(the_desk(), who, campaign)
    return {}
