"""The description of the HTTP interface (OpenAPI 3.1), from which others write their clients."""

from dataclasses import dataclass
from typing import Any

from collector.schemas import GROUPS
from contracts.questionnaire import LANGUAGES

ANSWER = {"oneOf": [{"type": "integer", "minimum": 1, "maximum": 5}, {"type": "string", "enum": ["na", "pn"]}]}
BACKGROUND = {
    "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "uniqueItems": True}],
    "description": 'An option code, a list of them for tick lists ([] is none of these), "1" to "10", or "pn".',
}


def _text(pattern: str | None = None, description: str | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", **more}
    if pattern:
        found["pattern"] = pattern
    if description:
        found["description"] = description
    return found


RESPONSE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("session", "group", "key_id", "ballot", "signature", "questionnaire", "language", "answers", "background"),
    ],
    "properties": {
        "session": _text("^[2-9A-HJKMNP-Z]{8}$", "Session code in upper case, without hyphens."),
        "group": {"type": "string", "enum": list(GROUPS)},
        "key_id": _text("^[A-Za-z0-9_-]{16}$", "The key of this session and group, as the key card names it."),
        "ballot": _text("^[A-Za-z0-9_-]{86}$", "The prepared message of 64 bytes, base64url without padding."),
        "signature": _text("^[A-Za-z0-9_-]{342}$", "Its unblinded signature of 256 bytes, base64url without padding."),
        "questionnaire": _text(None, "The version that the session uses.", maxLength=1000),
        "language": _text(None, "Language of the page; not kept.", maxLength=35),
        "answers": {
            "type": "object",
            "additionalProperties": ANSWER,
            "description": "Answers by item code; a skipped item is absent.",
        },
        "background": {"type": "object", "additionalProperties": BACKGROUND},
        "padding": _text(None, "Anything, ignored; the page fills the body to 8,192 bytes."),
    },
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": _text(None, "Short code of the reason."),
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code"],
                "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}},
            },
        },
    },
}

STATUSES = {
    "400": "The body is not a JSON object.",
    "401": "The key is not that of this session and group, or the ballot's signature is not valid.",
    "404": "There is no such session.",
    "410": "The session is closed or cancelled.",
    "413": "The body has more than 32,768 bytes.",
    "415": "The body is not application/json.",
    "422": "A member is missing, unknown, of a wrong type, or of a content that cannot be taken; each is listed.",
    "425": "The session is not yet open.",
    "429": "Too many requests; send the same again after Retry-After seconds.",
    "503": "Not possible at this moment; nothing was spent. Send the same again after Retry-After seconds.",
}


def _problems(*statuses: str) -> dict[str, Any]:
    return {
        status: {
            "description": STATUSES[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            **(
                {"headers": {"Retry-After": {"schema": {"type": "integer"}}}} if status in ("425", "429", "503") else {}
            ),
        }
        for status in statuses
    }


def document() -> dict[str, Any]:
    """The whole description as JSON-ready values."""
    receipt = {"type": "object", "required": ["receipt"], "properties": {"receipt": _text("^[0-9a-f]{32}$")}}
    session = {"name": "session", "in": "path", "required": True, "schema": {"type": "string"}}
    language = {"name": "lang", "in": "query", "schema": {"type": "string", "enum": list(LANGUAGES)}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Güzgü collector",
            "version": "1",
            "description": "Hands out questionnaires and takes responses. No account, no cookie, no access log.",
        },
        "paths": {
            "/v1/responses": {
                "post": {
                    "operationId": "sendResponse",
                    "summary": "Send a finished questionnaire, paid for with a ballot",
                    "description": "A repeat of the same ballot is answered 202 again and counted once. "
                    "A refusal spends nothing.",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Response"}}},
                    },
                    "responses": {
                        "202": {
                            "description": "Every in-sync copy of the log has it; the receipt is the response's id.",
                            "content": {"application/json": {"schema": receipt}},
                        },
                        **_problems(*STATUSES),
                    },
                }
            },
            "/v1/sessions/{session}/questionnaire": {
                "get": {
                    "operationId": "getQuestionnaire",
                    "summary": "The forms of all groups of a session, in one language",
                    "parameters": [session, language],
                    "responses": {
                        "200": {
                            "description": "The questionnaire; its state says whether responses are taken now.",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Questionnaire"}}},
                        },
                        "304": {"description": "Unchanged since the ETag that was sent."},
                        **_problems("404", "503"),
                    },
                }
            },
        },
        "components": {
            "schemas": {"Response": RESPONSE, "Questionnaire": _questionnaire(), "Problem": PROBLEM},
        },
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One request of the interface, as the page that describes it shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]


def operations() -> list[Operation]:
    """Every request, in the order of the description."""
    return [
        Operation(
            id=told["operationId"],
            method=method.upper(),
            path=path,
            summary=told["summary"],
            description=told.get("description", ""),
            parameters=tuple(parameter["name"] for parameter in told.get("parameters", ())),
            statuses=tuple((status, answer["description"]) for status, answer in told["responses"].items()),
        )
        for path, methods in document()["paths"].items()
        for method, told in methods.items()
    ]


EXAMPLE: dict[str, Any] = {
    "session": "7K2M9PXA",
    "group": "teacher",
    "key_id": "16 characters of the key card",
    "ballot": "64 bytes in base64url",
    "signature": "256 bytes in base64url",
    "questionnaire": "2026-1",
    "language": "az",
    "answers": {"A1": 4, "C3": "na", "H1": "pn"},
    "background": {"years": "3-5", "barriers": ["money", "time"]},
    "padding": "",
}


def _questionnaire() -> dict[str, Any]:
    strings = {"type": "object", "additionalProperties": {"type": "string"}}
    item = {
        "type": "object",
        "required": ["code", "area", "text", "language", "hint", "scale"],
        "properties": {
            **{name: {"type": "string"} for name in ("code", "area", "text")},
            "language": _text(None, "Of `text`: a school may have written an item of its own in one language alone."),
            **{name: {"type": "string"} for name in ("hint", "scale")},
        },
    }
    option = {
        "type": "object",
        "required": ["code", "text"],
        "properties": {"code": {"type": "string"}, "text": {"type": "string"}},
    }
    question = {
        "type": "object",
        "required": ["code", "kind", "text", "options"],
        "properties": {
            "code": {"type": "string"},
            "kind": {"enum": ["one", "many", "ten"]},
            "text": {"type": "string"},
            "options": {"type": "array", "items": option},
        },
    }
    group = {
        "type": "object",
        "required": ["k", "items", "background"],
        "properties": {
            "k": {"type": "integer"},
            "items": {"type": "array", "items": item},
            "background": {"type": "array", "items": question},
        },
    }
    properties: dict[str, Any] = {
        **{name: {"type": "string"} for name in ("session", "version", "language", "level")},
        "state": {"enum": ["planned", "open", "closed", "cancelled"], "description": "By the server's clock."},
        "opens": {"type": "string", "format": "date-time"},
        "closes": {"type": "string", "format": "date-time"},
        "grace": {"type": "integer", "description": "Seconds after `closes` in which responses are still taken."},
        "key_card": _text(None, "Canonical JSON as one string; its fingerprint stands on every slip."),
        "operators": strings,
        "groups": {"type": "object", "additionalProperties": group},
        "scale": {"type": "object", "additionalProperties": strings},
        "texts": {"type": "object"},
    }
    return {"type": "object", "required": list(properties), "properties": properties}
