"""What anyone may see: the national page and its figures as JSON and CSV, in which a ministry role finds more."""

import orjson
from flask import Response, request

from chassis.web import problem
from reporter.national import audience, dashboards, nation, open_data
from reporter.national.nation import EVERY
from reporter.report.assembly import stamp
from reporter.web import editions
from reporter.web.answers import PRIVATE, PUBLIC, Kind, language, query, ready
from reporter.web.door import Desk, checked
from reporter.web.schemas import NationalQuery


def figures(desk: Desk, kind: Kind) -> Response:
    """The newest edition of a campaign as far as this reader sees it, whole or narrowed, as JSON or CSV."""
    wanted = checked(NationalQuery, request.args)
    viewer = desk.sessions.viewer()
    campaign = wanted.get("campaign") or _newest(desk)
    head = desk.store.edition(campaign) if campaign else None
    if head is None:
        return problem(404, "no-edition", "There is no edition of this campaign yet.")
    narrowed = {name: wanted.get(name) for name in ("level", "group", "region")}

    def build() -> bytes:
        message_ = next((found for found in desk.store.campaigns() if found["campaign"] == campaign), None)
        seen = audience.part(desk.store.edition_cells(head["_id"]), viewer)
        part = nation.narrowed(nation.read(head, seen, message_), **narrowed)
        return open_data.national_sheet(part) if kind == "csv" else orjson.dumps(open_data.national_document(part))

    found = stamp(desk.build, kind, head["_id"], head["digest"], narrowed, audience.name(viewer))
    return ready(desk.shelf, "national", found, kind, build, PUBLIC if audience.name(viewer) == "public" else PRIVATE)


def _newest(desk: Desk) -> str | None:
    """The campaign to show: the newest with an edition, else the newest."""
    campaigns = [message_["campaign"] for message_ in desk.store.campaigns()]
    return next((name for name in campaigns if desk.store.edition(name)), campaigns[0] if campaigns else None)


def dashboard(desk: Desk) -> Response:
    """The national page."""
    wanted = checked(NationalQuery, request.args)
    viewer, told = desk.sessions.viewer(), language()
    campaigns = desk.store.campaigns()
    name = wanted.get("campaign") or _newest(desk)
    campaign = next((found for found in campaigns if found["campaign"] == name), None)
    head = desk.store.edition(name) if name else None
    schools = desk.store.participating_schools(name) if name else None
    level = wanted.get("level", EVERY)

    def build() -> bytes:
        part = nation.read(head, audience.part(desk.store.edition_cells(head["_id"]), None), campaign) if head else None
        return dashboards.dashboard(desk.pages, part, campaign, campaigns, schools, level, viewer, told, query())

    seen = (viewer.role, viewer.school_name) if viewer else None
    known = [editions.brief(one) for one in campaigns]
    found = stamp(desk.build, "dashboard", told, head, known, schools, level, seen, query())
    return ready(desk.shelf, "national", found, "html", build, PUBLIC)
