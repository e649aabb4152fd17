"""The description of the HTTP interface (OpenAPI 3.1), from which others write their clients."""

from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS, LANGUAGES, LEVELS
from reporter.web import data_openapi, plan_openapi

AS_ROWS: Final = ("benchmark", "change", "whole", "advice", "plan", "withheld")
PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "Short code of the reason."},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
SHARE: Final = {
    "type": "object",
    "required": ["kind", "percent"],
    "properties": {
        "kind": {"type": "string", "enum": ["share", "at-most", "at-least", "masked"]},
        "percent": {"type": ["integer", "null"], "description": "Whole per cent; null where masked."},
    },
}
STATUSES: Final = {
    "304": "The client's copy (If-None-Match) is still right.",
    "401": "Nobody is signed on, or the token is over.",
    "429": "Too many requests of one reader at the same time; send the same again after Retry-After seconds.",
    "403": "The grant was used, is over 60 seconds old, or is not identity's; or too few others are published.",
    "404": "There is nothing at this address for this person.",
    "422": "A field is unknown or wrong.",
    "503": "Not possible at this moment; send the same again after Retry-After seconds.",
}
FILE: Final = {"type": "string", "format": "binary"}
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER: Final = {"type": ["number", "null"]}
TEXT: Final = {"type": ["string", "null"]}


def _parameter(name: str, place: str, values: tuple[str, ...] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} if values is None else {"type": "string", "enum": list(values)}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _problems(*statuses: str) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {status: {"description": STATUSES[status], **({} if status == "304" else problem)} for status in statuses}


def _get(summary: str, kinds: dict[str, Any], parameters: list[dict[str, Any]], own: bool) -> dict[str, Any]:
    answers = {
        "200": {
            "description": "The newest release.",
            "content": {kind: {"schema": schema} for kind, schema in kinds.items()},
        }
    }
    return {
        "get": {
            "summary": summary,
            "parameters": parameters,
            "responses": answers | _problems("304", *(("401", "429") if own else ()), "404", "422", "503"),
            **({"security": [{"bearer": []}, {"cookie": []}]} if own else {}),
        }
    }


def document() -> dict[str, Any]:
    """The whole description as JSON-ready values."""
    school = [_parameter("school", "path"), _parameter("session", "path"), _parameter("lang", "query", LANGUAGES)]
    national = [
        _parameter("campaign", "query"),
        _parameter("level", "query", ("all", *LEVELS)),
        _parameter("group", "query", GROUPS),
        _parameter("region", "query"),
        _parameter("lang", "query", LANGUAGES),
    ]
    page, table = (
        {"type": "string"},
        {
            "type": "string",
            "description": "UTF-8 with a byte order mark (unless bom=no); the last row counts the rows.",
        },
    )
    listed = "|".join(GROUPS)
    some = {**_parameter("groups", "query"), "schema": {"type": "string", "pattern": f"^({listed})(,({listed}))*$"}}
    report, figures = {"$ref": "#/components/schemas/Report"}, {"$ref": "#/components/schemas/National"}
    base = "/v1/schools/{school}/sessions/{session}"
    grant = {
        "type": "object",
        "additionalProperties": False,
        "required": ["grant"],
        "properties": {"grant": {"type": "string"}},
    }
    token = {
        "type": "object",
        "required": ["token", "expires_in"],
        "properties": {"token": {"type": "string"}, "expires_in": {"type": "integer"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Güzgü reporter",
            "version": "1",
            "description": "School reports from the shown table, national figures from editions; nothing else.",
        },
        "paths": {
            "/signon": {
                "post": {
                    "summary": "Spend identity's one-time grant; a browser gets a cookie, a JSON client a bearer token",
                    "requestBody": {
                        "required": True,
                        "content": {"application/x-www-form-urlencoded": {"schema": grant}},
                    },
                    "responses": {
                        "200": {"description": "Signed on.", "content": {"application/json": {"schema": token}}},
                        "303": {"description": "Signed on, to /me."},
                        **_problems("403", "422", "503"),
                    },
                }
            },
            "/": _get("The national dashboard", {"text/html": page}, national, own=False),
            "/v1/national": _get("National figures", {"application/json": figures}, national, own=False),
            "/v1/national.json": _get("National figures", {"application/json": figures}, national, own=False),
            "/v1/national.csv": _get("National figures as a table", {"text/csv": table}, national, own=False),
            **data_openapi.paths(_problems),
            "/me": _get("One's own sessions, or the monitor", {"text/html": page}, [school[-1]], own=True),
            f"{base}/report": _get(
                "A school report; the page shows one area, some groups, or items by gap if asked",
                {"text/html": page, "application/json": report},
                [*school, _parameter("area", "query", AREAS), _parameter("sort", "query", ("form", "gap")), some],
                own=True,
            ),
            f"{base}/report.json": _get("A school report as data", {"application/json": report}, school, own=True),
            f"{base}/report.csv": _get(
                "All tables of a school report under one another",
                {"text/csv": table},
                [*school, _parameter("bom", "query", ("yes", "no"))],
                own=True,
            ),
            f"{base}/report.xlsx": _get("A school report as a workbook", {XLSX: FILE}, school, own=True),
            f"{base}/report.pdf": _get("A school report on paper", {"application/pdf": FILE}, school, own=True),
            f"{base}/guide": _get("What a meeting could talk about", {"text/html": page}, school, own=True),
            f"{base}/plan": plan_openapi.operations(school),
            f"{base}/participation": _get(
                "How far a session has come",
                {"text/html": page, "application/json": {"type": "object"}},
                school,
                own=True,
            ),
        },
        "components": {
            "schemas": {"Problem": PROBLEM, "Share": SHARE, "Report": _report(), "National": _national()}
            | plan_openapi.SCHEMAS
            | data_openapi.schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-guzgu-reporter"},
            },
        },
    }


def _report() -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {
            "group": {"type": "string", "enum": list(GROUPS)},
            "code": {"type": "string"},
            "text": {"type": "string"},
            "answers": {"type": "integer"},
            "rated": {"type": ["integer", "null"]},
            "shares": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Share"}, "maxItems": 5},
            "agree_percent": {"type": ["integer", "null"]},
            "reason": TEXT,
            "mean": NUMBER,
            "mean_low": NUMBER,
            "mean_high": NUMBER,
        },
    }
    lists = {
        name: {"type": "array", "items": {"type": "object"}}
        for name in ("groups", "areas", "area_gaps", "item_gaps", "background", *AS_ROWS)
    }
    texts = {
        name: {"type": "string"}
        for name in ("session", "school", "campaign", "level", "questionnaire", "language", "state")
    }
    return {
        "type": "object",
        "properties": {
            **texts,
            "everything_received_is_counted": {"type": "boolean"},
            **lists,
            "items": {"type": "array", "items": item},
            "rows_by_table": {"type": "object", "additionalProperties": {"type": "integer"}},
            "rows": {"type": "integer", "description": "Rows of all tables, as in CSV, XLSX and PDF."},
        },
    }


def _national() -> dict[str, Any]:
    figure = {
        "type": "object",
        "properties": {
            **{name: {"type": "string"} for name in ("level", "group", "class", "area")},
            **{name: {"type": "integer"} for name in ("schools", "answers", "schools_registered", "people_registered")},
            **{name: NUMBER for name in ("agree_percent", "agree_low", "agree_high", "mean")},
        },
    }
    return {
        "type": "object",
        "properties": {
            "campaign": {"type": "string"},
            "edition": {"type": "integer"},
            "as_of": {"type": "string", "format": "date"},
            "final": {"type": "boolean"},
            "digest": {"type": "string"},
            "people": {"type": "object"},
            "in_no_breakdown": {"type": "object"},
            "breakdowns": {"type": "array", "items": {"type": "string"}},
            "breakdowns_left_out": {"type": "object"},
            "figures": {"type": "array", "items": figure},
            "rows": {"type": "integer"},
        },
    }
