"""The documents of an edition, from what a nation has admitted: exact sums, weighted shares, quality."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import orjson

from aggregator.estimates import Registered, Stratum, Unit, estimate
from aggregator.nation import ALL, Nation, Part, core_items
from aggregator.psychometrics import quality
from contracts.messages import Campaign, StratumTotals

Document = dict[str, Any]
PLACES = 4
_RATINGS = np.arange(1, 6)


def edition_documents(
    nation: Nation, number: int, day: date, final: bool, beside: Sequence[Document] = ()
) -> list[Document]:
    """The head and one document per (level or "all", group) with something admitted; the head comes first, what
    stands `beside` (the benchmark bands of a last edition) last; the digest is over all of them."""
    campaign = nation.campaign
    cells = [cell for group in nation.groups() for cell in _group_documents(nation, group, final)]
    for cell in cells:
        cell |= {
            "_id": f"{campaign.campaign}/{number:06d}/{cell['level']}/{cell['group']}",
            "kind": "cell",
            "campaign": campaign.campaign,
            "number": number,
            "as_of": day.isoformat(),
            "final": final,
        }
    head = {
        "_id": f"{campaign.campaign}/{number:06d}",
        "kind": "head",
        "campaign": campaign.campaign,
        "number": number,
        "as_of": day.isoformat(),
        "final": final,
        "digest": edition_digest([*cells, *beside]),
        "groups": {group: _totals(nation, group, final) for group in nation.groups() if nation.parts[group]},
        "breakdowns": list(campaign.breakdowns),
        "coverage": {
            group: {
                "schools_registered": sum(row.schools for row in campaign.strata),
                "people_registered": sum(_registered_people(row, group) for row in campaign.strata),
            }
            for group in nation.groups()
        },
        "sent": False,
        "ballots_checked": None,
    }
    return [head, *cells, *beside]


def edition_digest(cells: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the documents beside the head as sorted JSON, without the day."""
    rows = [
        {name: value for name, value in cell.items() if name != "as_of"}
        for cell in sorted(cells, key=lambda cell: str(cell["_id"]))
    ]
    return hashlib.sha256(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _group_documents(nation: Nation, group: str, final: bool) -> list[Document]:
    places: dict[str, dict[str, Document]] = defaultdict(dict)
    members = nation.members(group)
    if nation.rest[group]:
        members.setdefault((ALL, ALL), [])
    for (scope, name), parts in members.items():
        rest = list(nation.rest[group].values()) if (scope, name) == (ALL, ALL) else []
        places[scope][name] = class_figures(nation.campaign, group, scope, name, parts, rest)
    if final:
        _add_optional(nation, group, places)
    return [
        {
            "level": scope,
            "group": group,
            "classes": dict(sorted(classes.items())),
            "quality": {} if scope == ALL else _quality(members[scope, ALL]),
        }
        for scope, classes in sorted(places.items())
    ]


def class_figures(
    campaign: Campaign, group: str, scope: str, name: str, parts: Sequence[Part], rest: Sequence[Part] = ()
) -> Document:
    """{schools, school_levels, n, items: {code: [8 counts]}, areas: {area: {share, low, high, mean}}, registered} of
    one class; `school_levels` has a school once for each of its levels, as `registered` counts them."""
    items: dict[str, Any] = {}
    for part in (*parts, *rest):
        for item in core_items(part.terms):
            items[item] = items.get(item, 0) + part.items[item]
    strata = [row for row in campaign.strata if _in_class(campaign, row, scope, name)]
    return {
        "schools": len({part.school.school for part in (*parts, *rest)}),
        "school_levels": len({(part.school.school, part.school.level) for part in (*parts, *rest)}),
        "n": sum(part.people for part in (*parts, *rest)),
        "items": {item: counts.tolist() for item, counts in sorted(items.items(), key=_item_order)},
        "areas": _areas(group, [*parts, *rest], strata),
        "registered": {
            "schools": sum(row.schools for row in strata),
            "people": sum(_registered_people(row, group) for row in strata),
        },
    }


def _item_order(entry: tuple[str, Any]) -> tuple[str, int]:
    return entry[0][0], int(entry[0][1:])


def _areas(group: str, parts: Sequence[Part], strata: Sequence[StratumTotals]) -> Document:
    registry: dict[Stratum, Registered] = {}
    for row in strata:
        key = (row.stratum.level, row.stratum.region)
        known = registry.get(key, Registered(schools=0, weight=0))
        weight = row.schools if group == "leader" else _registered_people(row, group)
        registry[key] = Registered(schools=known.schools + row.schools, weight=known.weight + weight)
    shares: dict[str, list[Unit]] = defaultdict(list)
    means: dict[str, list[Unit]] = defaultdict(list)
    for part in parts:
        for area, (share, spread, mean) in school_areas(part).items():
            registered = max(part.terms.registered, part.people)
            for units, value, deviation in ((shares, share, spread), (means, mean, 0.0)):
                units[area].append(
                    Unit(
                        stratum=(part.school.level, part.school.stratum.region),
                        weight=1.0 if group == "leader" else float(registered),
                        registered=registered,
                        people=part.people,
                        value=value,
                        deviation=deviation,
                    )
                )
    found: Document = {}
    for area in sorted(shares):
        share_of, mean_of = estimate(shares[area], registry), estimate(means[area], registry)
        if share_of is None or mean_of is None:
            continue
        found[area] = {
            "share": round(share_of.value, PLACES),
            "low": None if share_of.low is None else round(max(0.0, share_of.low), PLACES),
            "high": None if share_of.high is None else round(min(1.0, share_of.high), PLACES),
            "mean": round(mean_of.value, PLACES),
        }
    return found


def school_areas(part: Part) -> dict[str, tuple[float, float, float]]:
    """{area: (share of 4 and 5, its bound of the standard deviation between people, mean)}: plain means over the
    area's core items of those who rated; an area that nobody rated is left out."""
    by_area: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for item in core_items(part.terms):
        rated = part.items[item][:5]
        people = int(rated.sum())
        if people:
            share = float(rated[3] + rated[4]) / people
            by_area[item[0]].append((share, math.sqrt(share * (1 - share)), float(rated @ _RATINGS) / people))
    return {
        area: (
            sum(row[0] for row in rows) / len(rows),
            sum(row[1] for row in rows) / len(rows),
            sum(row[2] for row in rows) / len(rows),
        )
        for area, rows in by_area.items()
    }


def _add_optional(nation: Nation, group: str, places: Mapping[str, dict[str, Document]]) -> None:
    offered = {item.code for part in nation.parts[group].values() for item in part.terms.items if item.optional}
    for item in sorted(offered):
        for (scope, name), parts in nation.optional_parts(group, item).items():
            items = places[scope][name]["items"]
            counts = np.sum([part.items[item] for part in parts], axis=0)
            items[item] = (np.array(items.get(item, [0] * 8)) + counts).tolist()


def _quality(parts: Sequence[Part]) -> Document:
    areas: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for part in parts:
        for area, moments in part.moments.items():
            if not areas[area] or areas[area][0]["items"] == moments["items"]:
                areas[area].append(moments)
    found: Document = {}
    for area, rows in sorted(areas.items()):
        figures = quality(rows)
        if figures is not None:
            found[area] = {
                "m": figures.people,
                "schools": figures.schools,
                "alpha": figures.alpha,
                "icc": figures.icc,
                "straightlining": figures.straightlining,
            }
    return found


def _totals(nation: Nation, group: str, final: bool) -> Document:
    parts, rest = list(nation.parts[group].values()), list(nation.rest[group].values())
    # Before the last edition the number that waits would tell the size of single batches.
    outside = nation.waiting_people(group) + sum(part.people for part in rest) if final else 0
    return {
        "schools": len({part.school.school for part in (*parts, *rest)}),
        "people": sum(part.people for part in (*parts, *rest)),
        "in_no_breakdown": outside,
    }


def _in_class(campaign: Campaign, row: StratumTotals, scope: str, name: str) -> bool:
    if scope not in (ALL, row.stratum.level):
        return False
    if name == ALL:
        return True
    breakdown, _, wanted = name.partition(":")
    own = str(getattr(row.stratum, breakdown))
    return campaign.classes.get(breakdown, {}).get(own, own) == wanted


def _registered_people(row: StratumTotals, group: str) -> int:
    return {"leader": row.leaders, "teacher": row.teachers, "student": row.students}.get(group, 0)
