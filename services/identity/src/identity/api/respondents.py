"""The routes that need no sign-in: ballots, key cards, the manifest, public keys."""

from typing import Any

from flask import Response, g, jsonify, request

from contracts.ballots import b64
from identity import codes, metrics
from identity.api.place import Routes, check_body
from identity.current import the_desk
from identity.desk import ballots, tokens
from identity.reasons import Refused
from identity.schemas.respondents import (
    BallotRequestSchema,
    BallotSchema,
    KeyCardSchema,
    ManifestQuerySchema,
    PublicKeysSchema,
)
from identity.store import counter, records

MOST_LINES = 10_000
route = Routes("respondents", __name__, "For respondents' pages and auditors; no sign-in.")
blueprint = route.blueprint


def _for_the_collectors_page(response: Response) -> Response:
    """Lets the collector's page read ballots and key cards, without credentials."""
    if request.path == "/v1/ballots" or request.path.endswith("/keys"):
        response.headers["Access-Control-Allow-Origin"] = the_desk().settings.collector_origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Vary"] = "Origin"
    if request.path == "/v1/ballots":
        response.headers["Cache-Control"] = "no-store"
        if request.method == "POST" and not g.get("trading", False):
            metrics.BALLOTS.labels("refused", "malformed").inc()
    return response


blueprint.before_request(check_body)
blueprint.after_request(_for_the_collectors_page)


@route("OPTIONS", "/v1/ballots", "What a browser asks before it posts from the collector's page", status=204)
def before_ballots() -> Response:
    headers = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
    }
    return Response(status=204, headers=headers)


@route(
    *("POST", "/v1/ballots", "Trade a participation code for a blind signature"),
    takes=BallotRequestSchema,
    gives=BallotSchema,
    refuses=(
        *("unknown-slip", "code-used", "session-closed", "not-yet-open", "bad-blinded-message", "too-many-attempts"),
    ),
)
def post_ballot(data: dict[str, Any]) -> dict[str, str]:
    g.trading = True  # from here on the trade itself counts what becomes of it
    key_id, signature = ballots.trade(the_desk(), data["session"], data["group"], data["code"], data["blinded"])
    return {"key_id": key_id, "blind_signature": b64(signature)}


@route(
    *("GET", "/v1/sessions/<session>/keys", "The session's key card, canonical JSON, fixed when it was published"),
    gives=KeyCardSchema,
    refuses=("unknown-session",),
)
def get_keys(session: str) -> Response:
    card = counter.card(the_desk().place, codes.normal(session)[:20])
    if card is None:
        raise Refused("unknown-session")
    return Response(card, mimetype="application/json")


@route(
    *("GET", "/v1/manifest", "The signed, hash-chained list of all key cards, JSON Lines; ask on after the last"),
    query=ManifestQuerySchema,
    kind="application/jsonl",
)
def get_manifest(query: dict[str, int]) -> Response:
    lines = records.lines_after(the_desk().place, query["after"], MOST_LINES)
    return Response("".join(f"{line}\n" for line in lines), mimetype="application/jsonl")


@route(
    *("GET", "/.well-known/jwks.json", "Public keys of grants (Ed25519) and of the manifest (P-256)"),
    gives=PublicKeysSchema,
)
def get_jwks() -> Response:
    response = jsonify(tokens.jwks(the_desk()))
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
