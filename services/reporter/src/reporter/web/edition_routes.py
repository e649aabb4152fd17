"""The interface for programs: editions listed, and the rows of their tables a page at a time or as CSV."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request

from chassis.web import problem
from reporter.files.exports import sheet
from reporter.national import audience
from reporter.national.open_tables import Table
from reporter.readers.access import Viewer
from reporter.report.assembly import stamp
from reporter.web import editions
from reporter.web.answers import PRIVATE, PUBLIC, Kind, ready
from reporter.web.door import Answered, Desk, checked
from reporter.web.schemas import EditionsQuery, TableQuery

FIELDS = ("level", "group", "class", "area", "item")


def listed(desk: Desk) -> Response:
    """The editions of a campaign (of the newest one, if none is named), the newest first, a page at a time."""
    wanted = checked(EditionsQuery, request.args)
    campaign = wanted.get("campaign") or editions.newest(desk.store)
    found = desk.store.editions(campaign, wanted.get("before"), wanted["limit"] + 1) if campaign else []
    shown = found[: wanted["limit"]]
    onward = {"campaign": campaign, "before": shown[-1]["number"], "limit": wanted["limit"]} if shown else {}
    more = len(found) > len(shown)
    body = {
        "campaign": campaign,
        "editions": [editions.entry(head) for head in shown],
        "next": f"/v1/editions?{urlencode(onward)}" if more else None,
    }
    return ready(desk.data, "editions", stamp("editions", body), "json", lambda: orjson.dumps(body), PUBLIC)


def rows(desk: Desk, campaign: str, edition: str, table: str) -> Response:
    """The rows of a table that this reader sees, `limit` of them after the first `after`; all of them as CSV."""
    viewer = _reader(desk)
    name, kind = (table[:-4], "csv") if table.endswith(".csv") else (table, "json")
    head = editions.head(desk.store, campaign, edition)
    if head is None:
        return _missing()
    wanted = checked(TableQuery, request.args)
    scope = audience.name(viewer)
    tag = stamp("table", desk.build, editions.FORMAT, head["_id"], head["digest"], scope, name, kind, wanted)

    def build() -> bytes:
        found = editions.tables(desk.store, desk.editions, head, viewer)
        if name not in found:
            raise Answered(_missing())
        asked = _narrowed(found[name], wanted)
        if kind == "csv":
            return sheet(found[name].columns, asked)
        return orjson.dumps(_page(head, found[name], asked, wanted, scope))

    shown: Kind = "csv" if kind == "csv" else "json"
    return ready(desk.data, "editions", tag, shown, build, PUBLIC if viewer is None else PRIVATE)


def _reader(desk: Desk) -> Viewer | None:
    """Who asks; Answered with 401 for a token that is none or over, rather than less than its holder expects."""
    viewer = desk.sessions.viewer()
    if viewer is None and request.authorization is not None:
        refusal = problem(401, "sign-on", "This token is over or none of ours: get a new one.")
        refusal.headers["WWW-Authenticate"] = "Bearer"
        raise Answered(refusal)
    return viewer


def _narrowed(found: Table, wanted: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
    asked = [(found.columns.index(name), wanted[name]) for name in FIELDS if name in wanted and name in found.columns]
    return [row for row in found.rows if all(row[place] == value for place, value in asked)]


def _page(
    head: Mapping[str, Any], found: Table, rows: Sequence[tuple[Any, ...]], wanted: Mapping[str, Any], scope: str
) -> dict[str, Any]:
    start, limit = wanted["after"], wanted["limit"]
    shown = rows[start : start + limit]
    onward = {**wanted, "after": start + len(shown)}
    address = f"/v1/editions/{head['campaign']}/{head['number']}/{found.name}"
    return {
        **editions.entry(head),
        "table": found.name,
        "part": scope,
        "rows": [dict(zip(found.columns, row, strict=True)) for row in shown],
        "total": len(rows),
        "next": f"{address}?{urlencode(onward)}" if start + len(shown) < len(rows) else None,
    }


def _missing() -> Response:
    return problem(404, "not-found", "There is no such edition or table; /v1/editions lists what there is.")
