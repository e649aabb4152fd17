"""The tables of docs/access.md: what each role gets on each route."""

import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
EVERYWHERE = frozenset({"/livez", "/readyz", "/metrics"})
"""What operators ask, which no role reaches from outside; and below, files that are the same for everybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A route, such as `GET /sessions/{session}`, and what each role gets: yes, sign-in, a status, or - for no way."""

    method: str
    rule: str
    roles: dict[str, str]

    def at(self, places: dict[str, str]) -> str:
        """The address with its braces filled."""
        return re.sub(r"{(\w+)}", lambda found: places[found[1]], self.rule)


def doors(heading: str) -> list[Door]:
    """The rows below a heading."""
    part = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    names, found = rows[0][1:], []
    for route, *cells in rows[2:]:
        method, _, rule = route.partition(" ")
        found.append(Door(method=method, rule=rule, roles=dict(zip(names, cells, strict=True))))
    return found


def routes(app: Flask) -> set[tuple[str, str]]:
    """(method, rule) of everything that an app answers, in the page's spelling."""
    return {
        (method, re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/static/") and rule.rule not in EVERYWHERE
    }


def outcome(reply: TestResponse) -> str:
    """What was got, as the page says it."""
    if reply.status_code == 303 and reply.headers["Location"].partition("?")[0] == "/sign-in":
        return "sign-in"
    return str(reply.status_code) if reply.status_code in (401, 403, 404) or reply.status_code >= 500 else "yes"
