"""The API described on a page, from its own OpenAPI document, with a command line to try each route."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, current_app

from identity.current import the_desk
from identity.workspace.frame import blueprint, render

METHODS = ("get", "post")


@blueprint.get("/docs")
def docs() -> Response:
    document = current_app.extensions["identity.openapi"]
    return render("docs.html", routes=list(_routes(document, the_desk().settings.identity_origin)))


def _routes(document: Mapping[str, Any], origin: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                one = methods[method]
                content = one.get("requestBody", {}).get("content", {})
                name = str(content.get("application/json", {}).get("schema", {}).get("$ref", "")).rpartition("/")[2]
                schema = document["components"]["schemas"].get(name, {})
                answers = [
                    (status, answer["description"])
                    for status, answer in one["responses"].items()
                    if "description" in answer and status != "default"
                ]
                command = _command(method, origin + path, schema, content, "security" in one)
                yield path, method, {"summary": one["summary"], "schema": name, "answers": answers, "curl": command}


def _command(method: str, address: str, schema: Mapping[str, Any], content: Mapping[str, Any], secret: bool) -> str:
    parts = ["curl", "" if method == "get" else "-X POST", f"'{address}'"]
    if secret:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if schema:
        fields = {name: one.get("example", "…") for name, one in schema.get("properties", {}).items()}
        parts += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(fields, ensure_ascii=False)}'"]
    elif "text/csv" in content:
        parts.append("--data-binary @register.csv")
    return " ".join(part for part in parts if part)
