"""The page of open data: what there is, how it is checked, and what every column means."""

from typing import Any

from flask import Response, request

from contracts.questionnaire import CURRENT
from reporter.national import dictionary, package
from reporter.national.dictionary import Column
from reporter.report.assembly import stamp
from reporter.told.words import Voice
from reporter.web import editions
from reporter.web.answers import PUBLIC, language, query, ready
from reporter.web.door import Desk, checked
from reporter.web.open_data_routes import SIGNED
from reporter.web.schemas import DataQuery

SHOWN = 20


def page(desk: Desk) -> Response:
    """Open data of a campaign (the newest, if none is named), with its last editions and the data dictionary."""
    wanted, told, viewer = checked(DataQuery, request.args), language(), desk.sessions.viewer()
    name = wanted.get("campaign") or editions.newest(desk.store)
    heads = desk.store.editions(name, None, SHOWN) if name else []
    campaigns = {found["campaign"]: found["names"].get(told, found["campaign"]) for found in desk.store.campaigns()}

    def build() -> bytes:
        voice = desk.pages.voice(told, CURRENT)
        frame: dict[str, Any] = {
            "campaign": campaigns.get(name or "", name),
            "newest": _edition(voice, heads[0]) if heads else None,
            "files": _files(heads[0]["campaign"], heads[0]["number"]) if heads else [],
            "earlier": [_edition(voice, head) for head in heads[1:]],
            "tables": [
                {
                    "name": terms.name,
                    "title": terms.title[told],
                    "about": terms.about[told],
                    "rows": _rows(terms, voice),
                }
                for terms in dictionary.tables().values()
            ],
            "licence": package.LICENCE,
        }
        return desk.pages.render("open_data.html", told, ("/open-data", query()), viewer, **frame)

    seen = (viewer.role, viewer.school_name) if viewer else None
    tag = stamp(desk.build, "open-data-page", told, campaigns, [head["_id"] for head in heads], seen, query())
    return ready(desk.shelf, "open-data", tag, "html", build, PUBLIC)


def _edition(voice: Voice, head: Any) -> dict[str, str]:
    key = "data.final" if head["final"] else "data.edition"
    text = voice.t(key, number=head["number"], date=voice.day(head["as_of"]))
    return {"text": text, "href": f"/open-data/{head['campaign']}/{head['number']}/{package.DESCRIPTION}"}


def _files(campaign: str, number: int) -> list[tuple[str, str]]:
    return [(name, f"/open-data/{campaign}/{number}/{name}") for name in (*package.names(), SIGNED)]


def _rows(terms: dictionary.TableTerms, voice: Voice) -> list[list[str]]:
    return [[column.name, column.meaning[voice.language], _range(column, voice)] for column in terms.columns]


def _range(column: Column, voice: Voice) -> str:
    parts = [voice.t(f"data.type_{column.type}")]
    if column.values:
        parts.append(", ".join(column.values))
    if column.unit:
        parts.append(column.unit[voice.language])
    low, high = (None if limit is None else f"{limit:g}" for limit in (column.minimum, column.maximum))
    if low is not None and high is not None:
        parts.append(voice.t("data.between", low=low, high=high))
    elif low is not None:
        parts.append(voice.t("data.at_least", low=low))
    elif high is not None:
        parts.append(voice.t("data.at_most", high=high))
    return "; ".join(parts)
