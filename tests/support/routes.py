"""Every route of the services with pages, as tables: the described interface, and the pages beside it."""

import json
import re
from pathlib import Path
from typing import Any

from flask import Flask

from support.access import EVERYWHERE
from support.tables import Table, escaped

DESCRIBED = Path(__file__).parents[2] / "contracts" / "openapi"
WORD = re.compile(r"<(?:[^<>]*:)?(\w+)>")
METHODS = ("get", "post", "put", "patch", "delete")


class _Anything:
    """Stands for whatever a route would ask when it is called; here none is."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *asked: Any, **named: Any) -> Any:
        return self


def app_of(service: str) -> Flask:
    """An app with every route of a service, nothing behind them."""
    app, anything = Flask(service, static_folder=None), _Anything()
    if service == "identity":
        from identity import api, workspace

        api.register(app)
        workspace.register(app)
    elif service == "collector":
        from collector import page, web

        web.register(app, desk=anything, shelf=anything, directory=anything, clock=anything)  # type: ignore[arg-type]  # never asked
        page.register(app, page.Built(digest="-", files={}, entries={}), operators=anything, identity_origin="")  # type: ignore[arg-type]  # never asked
    else:
        from reporter.web import api as routes

        routes.register(app, _Anything())  # type: ignore[arg-type]  # never asked
    return app


def doors(service: str) -> set[str]:
    """`GET /v1/national` for everything that an app answers but files and what operators ask."""
    return {
        " ".join((method, WORD.sub(r"{\1}", rule.rule)))
        for rule in app_of(service).url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/static/") and rule.rule not in EVERYWHERE
    }


def described(service: str) -> dict[str, Any]:
    """The operations of the OpenAPI document by `GET /v1/national`."""
    paths = json.loads((DESCRIBED / f"{service}.json").read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    }


def interface(service: str) -> Table:
    """What the OpenAPI document describes, with its reply codes; `default` is any other, as problem+json."""
    rows = [
        (f"`{door}`", _codes(found["responses"]), escaped(found.get("summary") or found["description"]))
        for door, found in sorted(described(service).items(), key=lambda row: row[0].partition(" ")[::-1])
    ]
    return Table(heads=("route", "replies", "what it is"), rows=tuple(rows))


def _codes(responses: dict[str, Any]) -> str:
    return ", ".join(code for code in sorted(responses) if code != "default")


def pages(service: str) -> Table:
    """What else the service answers: pages, their forms, files."""
    rest = sorted(doors(service) - set(described(service)), key=lambda door: door.partition(" ")[::-1])
    return Table(heads=("route",), rows=tuple((f"`{door}`",) for door in rest), by_hand="what it is")
