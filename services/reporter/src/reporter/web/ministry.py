"""The ministry's pages of an edition: at a glance, where, how schools are spread, how good the data are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from marshmallow import fields, validate

from contracts.questionnaire import AREAS
from reporter import metrics
from reporter.national import audience, glance, nation, quality_page, sight, spread_page, where_page
from reporter.national.sight import Looking
from reporter.readers.access import Viewer
from reporter.report.assembly import stamp
from reporter.web import editions
from reporter.web.answers import Kind, language, message, query, ready
from reporter.web.door import Answered, Desk, checked
from reporter.web.schemas import NationalQuery

PAPER = {"frame": "reporter/national/paper.html", "printing": True}


class MinistryQuery(NationalQuery):
    """Which part of an edition a page shows; left out means the newest, the widest, and what stands out most."""

    area = fields.String(validate=validate.OneOf(AREAS), metadata={"description": "the area on the map"})


def add(app: Flask, desk: Desk) -> None:
    """Adds the ministry's routes to the app."""
    app.add_url_rule("/national", "ministry", lambda: show_glance(desk))
    app.add_url_rule("/national.pdf", "ministry_pdf", lambda: print_glance(desk))
    app.add_url_rule("/national/where", "ministry_where", lambda: show_where(desk))
    app.add_url_rule("/national/spread", "ministry_spread", lambda: show_spread(desk))
    app.add_url_rule("/national/quality", "ministry_quality", lambda: show_quality(desk))


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Who asks for what: the campaign with its edition's head (None before the first), and the names of all."""

    viewer: Viewer
    wanted: Mapping[str, Any]
    campaign: Mapping[str, Any] | None
    head: Mapping[str, Any] | None
    names: Mapping[str, str]
    query: Sequence[tuple[str, str]]

    @property
    def stamp(self) -> list[Any]:
        """What a ready page depends on."""
        head = None if self.head is None else [self.head["_id"], self.head["digest"]]
        return [
            head,
            audience.name(self.viewer),
            self.viewer.role,
            editions.brief(self.campaign),
            self.names,
            dict(self.wanted),
            query(),
        ]


def show_glance(desk: Desk) -> Response:
    """The national page at a glance."""
    return _page(desk, "glance", lambda asked, look: glance.page(desk.pages, look))


def print_glance(desk: Desk) -> Response:
    """The same on paper, in two pages."""

    def build(asked: Asked, look: Looking) -> bytes:
        return desk.printer.pdf(glance.page(desk.pages, look, **PAPER).decode())

    answer = _page(desk, "glance-print", build, "pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="nation-{language()}.pdf"'
    return answer


def show_where(desk: Desk) -> Response:
    """One area and group on the map, and every breakdown."""

    def build(asked: Asked, look: Looking) -> bytes:
        return where_page.page(desk.pages, look, (asked.wanted.get("group"), asked.wanted.get("area")))

    return _page(desk, "where", build)


def show_spread(desk: Desk) -> Response:
    """How school means are spread."""

    def build(asked: Asked, look: Looking) -> bytes:
        head = str((asked.head or {})["_id"])
        bands = [one for level in look.found.levels for one in desk.store.benchmarks(head, level)]
        return spread_page.page(desk.pages, look, bands)

    return _page(desk, "spread", build)


def show_quality(desk: Desk) -> Response:
    """How good the data are."""
    return _page(desk, "quality", lambda asked, look: quality_page.page(desk.pages, look))


def _page(desk: Desk, page: str, build: Callable[[Asked, Looking], bytes], kind: Kind = "html") -> Response:
    """A page of the edition that was asked for, for a ministry role; 404 for what lies outside of its scope."""
    wanted = checked(MinistryQuery, request.args)
    viewer = desk.sessions.viewer()
    if viewer is None:
        metrics.PAGES.labels(page, "refused").inc()
        raise Answered(message(desk.pages, 401, "sign_in", None, "sign-on"))
    if not sight.may_look(viewer, wanted.get("level")):
        metrics.PAGES.labels(page, "refused").inc()
        raise Answered(message(desk.pages, 404, "missing", viewer, "not-found"))
    asked, told = _asked(desk, viewer, wanted), language()

    def made() -> bytes:
        if asked.head is None:
            return desk.pages.render("national/none.html", told, (request.path, asked.query), viewer)
        cells = audience.part(desk.store.edition_cells(asked.head["_id"]), viewer)
        found = nation.read(asked.head, cells, asked.campaign)
        look = Looking(
            found=found,
            cells=cells,
            sight=sight.sight(viewer, found, wanted.get("level")),
            message=asked.campaign,
            names=asked.names,
            viewer=viewer,
            language=told,
            query=asked.query,
        )
        return build(asked, look)

    shelf = desk.prints if kind == "pdf" else desk.shelf
    if kind == "pdf" and asked.head is None:
        raise Answered(message(desk.pages, 404, "missing", viewer, "no-edition"))
    return ready(shelf, page, stamp(desk.build, page, told, asked.stamp), kind, made)


def _asked(desk: Desk, viewer: Viewer, wanted: Mapping[str, Any]) -> Asked:
    campaigns = desk.store.campaigns()
    known = [found["campaign"] for found in campaigns]
    name = wanted.get("campaign") or next((name for name in known if desk.store.edition(name)), None)
    if wanted.get("campaign") and name not in known:
        raise Answered(message(desk.pages, 404, "missing", viewer, "not-found"))
    told = language()
    return Asked(
        viewer=viewer,
        wanted=wanted,
        campaign=next((found for found in campaigns if found["campaign"] == name), None),
        head=desk.store.edition(name) if name else None,
        names={found["campaign"]: found["names"].get(told, found["campaign"]) for found in campaigns},
        query=query(),
    )
