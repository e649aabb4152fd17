"""What all routes of the API share: the desk, who is asking, body checks, the OpenAPI document."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from flask import Response, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema
from werkzeug.exceptions import HTTPException

from chassis.web import problem
from identity.current import the_desk
from identity.desk import accounts, tokens
from identity.limits import LONGEST_BODY
from identity.reasons import STATUS, Refused
from identity.schemas.values import ProblemSchema
from identity.staff import Person
from identity.store import staff


def refused(refusal: Refused) -> Response:
    """A refusal as problem+json."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return problem(refusal.status, refusal.reason, refusal.detail, headers=headers)


def who_may(right: str) -> Person:
    """The person or API key behind the bearer token; Refused without one, or without the right."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = _person(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Refused("not-signed-in")
    if not found.may(right):
        raise Refused("not-allowed")
    return found


def _person(token: str) -> Person | None:
    desk = the_desk()
    if token.startswith(accounts.KEY_PREFIX):
        return staff.key_owner(desk.place, accounts.api_key_hash(token))
    claims = tokens.read(desk, "bearer", token)
    return accounts.current(desk, claims["sub"], claims["iat"]) if claims else None


def check_body() -> Response | None:
    """Before a route with a JSON body: 413, then 415, then 400 where it is not a JSON object."""
    if request.method != "POST":
        return None
    if (request.content_length or 0) > LONGEST_BODY:
        return problem(413, "too-large", f"At most {LONGEST_BODY} bytes.")
    request.max_content_length = LONGEST_BODY
    body = request.get_data(cache=True)
    if not body:
        return None if request.endpoint in _BODILESS else problem(400, "not-json", "A JSON object is needed.")
    if request.mimetype != "application/json":
        return problem(415, "not-json-type", "Send application/json.")
    if not isinstance(request.get_json(silent=True), dict):
        return problem(400, "not-json", "A JSON object is needed.")
    return None


def not_kept(response: Response) -> Response:
    """After a staff route: nothing of it may stay in a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


_BODILESS: set[str] = set()


def without_body(endpoint: str) -> None:
    """Says that an endpoint may be posted to with nothing."""
    _BODILESS.add(endpoint)


F = TypeVar("F", bound=Callable[..., Any])


class Routes:
    """A blueprint whose routes say in one line what they take and give; flask-smorest knows no types."""

    def __init__(self, name: str, import_name: str, description: str) -> None:
        self.blueprint: Any = Blueprint(name, import_name, description=description)

    def __call__(
        self,
        method: str,
        rule: str,
        summary: str,
        *,
        takes: type[Schema] | None = None,
        query: type[Schema] | None = None,
        gives: type[Schema] | None = None,
        status: int = 200,
        kind: str | None = None,
        signed_in: bool = False,
        refuses: Sequence[str] = (),
        **doc: Any,
    ) -> Callable[[F], F]:
        """A decorator: `takes` is the JSON body, `query` the address's, `gives` the answer, `kind` its media type,
        `refuses` the reasons beside those that every route has."""

        def add(view: F) -> F:
            made: Any = self.blueprint.response(status, gives, **({"content_type": kind} if kind else {}))(view)
            for schema, location in ((takes, "json"), (query, "query")):
                if schema is not None:
                    made = self.blueprint.arguments(schema, location=location)(made)
            asked = ("not-signed-in", "not-allowed") if signed_in else ()
            for code, words in _refusals((*asked, *refuses)).items():
                made = self.blueprint.alt_response(
                    code, schema=ProblemSchema, description=words, content_type="application/problem+json"
                )(made)
            security: dict[str, Any] = {"security": [{"bearer": []}]} if signed_in else {}
            self.blueprint.route(rule, methods=[method])(self.blueprint.doc(summary=summary, **security, **doc)(made))
            return view

        return add


def _refusals(reasons: Sequence[str]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for reason in reasons:
        status, words = STATUS[reason]
        found.setdefault(status, []).append(f"{reason}: {words}")
    return {status: " · ".join(lines) for status, lines in sorted(found.items())}


class ProblemApi(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest, answering errors as everything else here does."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        if error.response is not None:
            return cast(Response, error.response)
        data = getattr(error, "data", None) or {}
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        if error.code == 422:
            found = pointers(data.get("messages", {}))
            return problem(422, "bad-fields", "Some fields are missing, unknown or of a wrong type.", errors=found)
        reason = (error.name or "error").lower().replace(" ", "-")
        return problem(error.code or 500, reason, error.description or "", headers=kept)


def pointers(messages: Any) -> list[dict[str, str]]:
    """marshmallow's messages as a list of {pointer, code}."""
    found: list[dict[str, str]] = []
    for place in messages.values():  # json, query
        _walk(place, "", found)
    return found


def _walk(messages: Any, path: str, found: list[dict[str, str]]) -> None:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = str(key).replace("~", "~0").replace("/", "~1")
            _walk(inner, path if key in ("value", "key", "_schema") else f"{path}/{step}", found)
    else:
        for text in messages:
            codes = {"Unknown field.": "unknown-field", "Missing data for required field.": "missing-field"}
            found.append({"pointer": path or "/", "code": codes.get(str(text), "bad-value")})


API_SETTINGS = {
    "API_TITLE": "Güzgü identity",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {"description": "Registry of schools, sessions, participation codes and blind-signed ballots."},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    },
}
