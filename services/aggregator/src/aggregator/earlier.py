"""How a campaign's figures moved since the last edition of the campaign before it, as both print them."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.messages import Campaign

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """The last edition of an earlier campaign: its number, and its cell documents by (level or "all", group)."""

    campaign: Campaign
    number: int
    cells: Mapping[tuple[str, str], Mapping[str, Any]]


def campaign_before(campaign: Campaign, others: Mapping[str, Campaign]) -> Campaign | None:
    """The closed campaign that ended last before this one opened."""
    ended = [one for one in others.values() if one.state == "closed" and one.closes <= campaign.opens]
    ended = [one for one in ended if one.campaign != campaign.campaign]
    return max(ended, key=lambda one: (one.closes, one.campaign), default=None)


def changes(earlier: Earlier, campaign: Campaign, place: tuple[str, str], name: str, now: Document) -> Document:
    """{area: {share, low, high}} of a class that both editions have: the same schools of the register, an area with
    the same items. The interval takes the two for independent: where the same schools answered twice it is wider than
    need be."""
    cell = earlier.cells.get(place)
    then = cell["classes"].get(name) if cell else None
    if cell is None or then is None or _members(campaign, name) != _members(earlier.campaign, name):
        return {}
    found: Document = {}
    for area, figure in now["areas"].items():
        before = then["areas"].get(area)
        if before is not None and _items(now, area) == _items(then, area, cell.get("optional", ())):
            found[area] = _difference(figure, before)
    return found


def _difference(now: Mapping[str, Any], then: Mapping[str, Any]) -> Document:
    share = round(now["share"] - then["share"], 4)
    if None in (now["low"], now["high"], then["low"], then["high"]):
        return {"share": share, "low": None, "high": None}
    half = math.hypot(*(max(one["share"] - one["low"], one["high"] - one["share"]) for one in (now, then)))
    return {"share": share, "low": round(max(-1.0, share - half), 4), "high": round(min(1.0, share + half), 4)}


def _items(figures: Mapping[str, Any], area: str, optional: Collection[str] = ()) -> list[str]:
    return sorted(item for item in figures["items"] if item[0] == area and item not in optional)


def _members(campaign: Campaign, name: str) -> set[str]:
    breakdown, _, wanted = name.partition(":")
    if not wanted:
        return set()
    merges = campaign.classes.get(breakdown, {})
    own = {str(getattr(row.stratum, breakdown)) for row in campaign.strata}
    return {one for one in own if merges.get(one, one) == wanted}
