"""The description of the action plan's route (OpenAPI 3.1)."""

from typing import Any, Final

from reporter.report.plan import LONGEST_GOAL, MOST_STEPS, OWNERS

STEP: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["item", "goal", "owner", "due"],
    "properties": {
        "item": {"type": "string", "description": "Code of an item that this session asks."},
        "goal": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_GOAL,
            "description": "One line of plain text; no names.",
        },
        "owner": {"type": "string", "enum": list(OWNERS)},
        "due": {
            "type": "string",
            "format": "date",
            "description": "From the day the session opened, at most five years later.",
        },
    },
}
STEPS: Final = {"type": "array", "maxItems": MOST_STEPS, "items": {"$ref": "#/components/schemas/PlanStep"}}
REVISION: Final = {"type": "integer", "minimum": 0}
SCHEMAS: Final = {
    "PlanStep": STEP,
    "Plan": {
        "type": "object",
        "required": ["session", "revision", "steps"],
        "properties": {"session": {"type": "string"}, "revision": REVISION, "steps": STEPS},
    },
    "PlanBody": {
        "type": "object",
        "additionalProperties": False,
        "required": ["revision", "steps"],
        "properties": {"revision": REVISION, "steps": STEPS},
    },
}
STATUSES: Final = {
    "401": "Nobody is signed on.",
    "403": "Only the school's coordinator writes a plan; with a cookie only with the token of its form.",
    "404": "There is nothing at this address for this person.",
    "409": "The plan was changed meanwhile; `revision` is the newest one.",
    "422": "A field is unknown or wrong; `errors` names each by its pointer.",
    "429": "Too many requests of one reader at the same time; send the same again after Retry-After seconds.",
    "503": "Not possible at this moment; send the same again after Retry-After seconds.",
}
PROBLEM: Final = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
WAYS: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"cookie": []}]


def operations(parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """GET, PUT and POST of `/plan`; `parameters` are those of every route of a school."""
    plan = {"application/json": {"schema": {"$ref": "#/components/schemas/Plan"}}}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/PlanBody"}}}
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
    page = {"text/html": {"schema": {"type": "string"}}}
    places = [one for one in parameters if one["in"] == "path"]
    begins = [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in (
            ("item", {"type": "string", "minLength": 1, "maxLength": 8}),
            ("carry", {"type": "string", "enum": ["yes"]}),
            ("saved", {"type": "string", "enum": ["yes"]}),
        )
    ]
    token = {"name": "X-Form-Token", "in": "header", "required": False, "schema": {"type": "string"}}
    return {
        "get": {
            "summary": "The action plan; the page is its form",
            "parameters": [*parameters, *begins],
            "responses": {
                "200": {"description": "The plan.", "content": page | plan},
                **_problems("401", "404", "422"),
            },
            "security": WAYS,
        },
        "put": {
            "summary": "Put a whole plan in place of a known revision",
            "parameters": [*places, token],
            "requestBody": {"required": True, "content": body},
            "responses": {
                "200": {"description": "Kept, under the next revision.", "content": plan},
                **_problems("401", "403", "404", "409", "422"),
            },
            "security": WAYS,
        },
        "post": {
            "summary": "The form of the plan's page",
            "parameters": parameters,
            "requestBody": {"required": True, "content": form},
            "responses": {
                "303": {"description": "Kept; to the plan's page."},
                "409": {"description": "Changed meanwhile: the form again, with both.", "content": page},
                "422": {"description": "A field is wrong: the form again, with the reasons.", "content": page},
                **_problems("401", "403", "404"),
            },
            "security": WAYS,
        },
    }


def _problems(*statuses: str) -> dict[str, Any]:
    return {status: {"description": STATUSES[status], "content": PROBLEM} for status in (*statuses, "429", "503")}
