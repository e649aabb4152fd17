"""The description of open data's routes and of those of editions (OpenAPI 3.1)."""

from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS, LEVELS
from reporter.national import dictionary, package

TYPES: Final = {"string": "string", "integer": "integer", "number": "number"}
ENTRY: Final = {
    "type": "object",
    "required": ["campaign", "edition", "as_of", "final", "digest", "open_data", "description"],
    "properties": {
        "campaign": {"type": "string"},
        "edition": {"type": "integer"},
        "as_of": {"type": "string", "format": "date"},
        "final": {"type": "boolean"},
        "digest": {"type": "string"},
        "open_data": {"type": "string"},
        "description": {"type": "string"},
    },
}
WAYS: Final[list[dict[str, list[str]]]] = [{}, {"bearer": []}, {"cookie": []}]
"""Open to anybody, and with more in it for who is signed on."""


def schemas() -> dict[str, Any]:
    """An edition in a list, a page of editions, and a page of rows."""
    rows = {f"{name.title()}Row": _row(terms) for name, terms in dictionary.tables().items()}
    entry = {"$ref": "#/components/schemas/Edition"}
    onward = {"type": ["string", "null"], "description": "Address of the next page."}
    return {
        "Edition": ENTRY,
        "Editions": {
            "type": "object",
            "properties": {
                "campaign": {"type": ["string", "null"]},
                "editions": {"type": "array", "items": entry},
                "next": onward,
            },
        },
        "Rows": {
            "type": "object",
            "properties": {
                **ENTRY["properties"],  # type: ignore[dict-item]  # a mapping, as written above
                "table": {"type": "string", "enum": list(dictionary.tables())},
                "part": {"type": "string", "description": "public, whole, or an agency's level or region."},
                "rows": {
                    "type": "array",
                    "items": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in rows]},
                },
                "total": {"type": "integer", "description": "Rows on all pages."},
                "next": onward,
            },
        },
        **rows,
    }


def paths(problems: Any) -> dict[str, Any]:
    """The routes; `problems` describes refusals by their status."""
    json = "application/json"
    file = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "enum": _files()}}
    campaign, edition = _text("campaign", "path"), _text("edition", "path", "a number, or latest")
    blob = {json: {}, "text/csv": {"schema": {"type": "string"}}, "text/plain": {"schema": {"type": "string"}}}
    table = {"name": "table", "in": "path", "required": True, "schema": {"type": "string", "enum": _tables()}}
    narrowing = [
        _choice("level", ("all", *LEVELS)),
        _choice("group", GROUPS),
        _text("class", "query", "all, region:…, settlement:…, language:…"),
        _choice("area", AREAS),
        _text("item", "query"),
        _number("after", 0, 10**6, "rows before this page; default 0"),
        _number("limit", 1, 5000, "rows of this page; default 1000"),
    ]
    rows = {json: {"schema": {"$ref": "#/components/schemas/Rows"}}, "text/csv": {"schema": {"type": "string"}}}
    return {
        "/open-data/index.json": _get("Campaigns with their newest editions", {json: {}}, [], problems, ()),
        "/open-data/latest/{name}": _get("A file of the newest edition: leads to it", {}, [file], problems, ("404",)),
        "/open-data/{campaign}/{edition}": _get(
            "An edition: leads to its description", {}, [campaign, edition], problems, ("404",)
        ),
        "/open-data/{campaign}/{edition}/{name}": _get(
            "A file of an edition; under a number the same bytes for ever",
            {**blob, "application/octet-stream": {}},
            [campaign, edition, file],
            problems,
            ("404",),
        ),
        "/open-data/key.pem": _get("The public key that signs now", {"application/x-pem-file": {}}, [], problems, ()),
        "/.well-known/jwks.json": _get("The public keys of signatures", {json: {}}, [], problems, ()),
        "/v1/editions": _get(
            "Editions of a campaign, the newest first",
            {json: {"schema": {"$ref": "#/components/schemas/Editions"}}},
            [
                _text("campaign", "query", "default: the newest with an edition"),
                _number("before", 1, 10**6, "only editions of a lower number"),
                _number("limit", 1, 500, "default 100"),
            ],
            problems,
            ("422",),
        ),
        "/v1/editions/{campaign}/{edition}/{table}": _get(
            "Rows of a table, a page at a time, or all as CSV; more of them for a ministry's token",
            rows,
            [campaign, edition, table, *narrowing],
            problems,
            ("401", "404", "422", "429"),
            security=WAYS,
        ),
    }


def _get(
    summary: str,
    content: dict[str, Any],
    parameters: list[dict[str, Any]],
    problems: Any,
    refusals: tuple[str, ...],
    **more: Any,
) -> dict[str, Any]:
    leads = "leads to" in summary
    answers: dict[str, Any] = {} if leads else {"200": {"description": "Found.", "content": content}}
    if leads or any(part["name"] == "name" for part in parameters):
        answers["302"] = {"description": "The address under the edition's number."}
    return {
        "get": {
            "summary": summary,
            "parameters": parameters,
            "responses": answers | problems(*(() if leads else ("304",)), *refusals, "503"),
            **more,
        }
    }


def _row(terms: dictionary.TableTerms) -> dict[str, Any]:
    def one(column: dictionary.Column) -> dict[str, Any]:
        kind = TYPES[column.type]
        values = {"enum": [*column.values, *(() if column.required else (None,))]} if column.values else {}
        limits = {"minimum": column.minimum, "maximum": column.maximum}
        return {
            "type": kind if column.required else [kind, "null"],
            "description": column.meaning["en"],
            **values,
            **{name: limit for name, limit in limits.items() if limit is not None},
        }

    return {
        "type": "object",
        "description": terms.about["en"],
        "additionalProperties": False,
        "required": [column.name for column in terms.columns],
        "properties": {column.name: one(column) for column in terms.columns},
    }


def _files() -> list[str]:
    return [*package.names(), f"{package.SUMS}.sig"]


def _tables() -> list[str]:
    return [name + kind for name in dictionary.tables() for kind in ("", ".csv")]


def _text(name: str, place: str, words: str = "") -> dict[str, Any]:
    found = {"name": name, "in": place, "required": place == "path", "schema": {"type": "string", "minLength": 1}}
    return {**found, "description": words} if words else found


def _choice(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string", "enum": list(values)}}


def _number(name: str, least: int, most: int, words: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}
