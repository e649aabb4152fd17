"""The interface described on a page, from its own OpenAPI document, with a command line to try each route."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from flask import Response, request

from reporter.report.assembly import stamp
from reporter.web import openapi
from reporter.web.answers import PUBLIC, language, ready
from reporter.web.door import Desk, checked
from reporter.web.schemas import LanguageQuery

METHODS: Final = ("get", "post", "put")


def page(desk: Desk) -> Response:
    """Every route with its parameters and answers."""
    checked(LanguageQuery, request.args)
    told, viewer = language(), desk.sessions.viewer()

    def build() -> bytes:
        routes = list(_routes(openapi.document(), desk.origin))
        return desk.pages.render("docs.html", told, ("/docs", ()), viewer, routes=routes, origin=desk.origin)

    seen = (viewer.role, viewer.school_name) if viewer else None
    return ready(desk.shelf, "docs", stamp(desk.build, "docs", told, seen), "html", build, PUBLIC)


def _routes(document: Mapping[str, Any], origin: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                one = methods[method]
                yield (
                    path,
                    method,
                    {
                        "summary": one["summary"],
                        "parameters": [_parameter(found) for found in one.get("parameters", ())],
                        "answers": [(status, answer["description"]) for status, answer in one["responses"].items()],
                        "open": method == "get" and "{" not in path and "security" not in one,
                        "curl": _command(method, origin + path, one),
                    },
                )


def _parameter(found: Mapping[str, Any]) -> tuple[str, str, str]:
    schema = found["schema"]
    words = found.get("description") or ", ".join(map(str, schema.get("enum", ())))
    return found["name"], found["in"], words


def _command(method: str, address: str, one: Mapping[str, Any]) -> str:
    parts = ["curl", "" if method == "get" else f"-X {method.upper()}", f"'{address}'"]
    if "security" in one:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    content = one.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        parts.append("-H 'Content-Type: application/json' -d '{…}'")
    elif content:
        parts.append("-d 'grant=…'" if address.endswith("/signon") else "-d '…'")
    return " ".join(part for part in parts if part)
