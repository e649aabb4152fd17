"""The documents of an edition, from what a nation has admitted. A press keeps what it made: the next edition costs what
has changed since, and is the same as one made from the beginning."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import orjson

from aggregator.classes import Registry, class_figures, quality_figures, registered_people, registry_of
from aggregator.earlier import Earlier, changes
from aggregator.estimates import Stratum
from aggregator.gaps import gaps, pairs, with_intervals
from aggregator.nation import ALL, Nation, Part
from aggregator.slices import Slice, Slices
from contracts.messages import Campaign

Document = dict[str, Any]
_Place = tuple[str, str, str]
"""(group, scope, class); the scope is "all" or a level"""
_ALL = (ALL, ALL)
_REGION = "region:"


def edition_documents(
    nation: Nation,
    number: int,
    day: date,
    final: bool,
    beside: Sequence[Document] = (),
    earlier: Earlier | None = None,
) -> list[Document]:
    """An edition made from the beginning, see `Press.documents`."""
    return Press(nation, earlier).documents(number, day, final, beside)


def edition_digest(cells: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the documents beside the head as sorted JSON, without the day."""
    rows = [
        {name: value for name, value in cell.items() if name != "as_of"}
        for cell in sorted(cells, key=lambda cell: str(cell["_id"]))
    ]
    return hashlib.sha256(orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Press:
    """Makes the editions of one nation; `made` counts the classes whose figures were computed."""

    def __init__(self, nation: Nation, earlier: Earlier | None = None) -> None:
        self._nation = nation
        self._earlier = earlier
        self._read = 0
        self._slices: dict[str, Slices] = {}
        self._classes: dict[_Place, Document | None] = {}
        self._quality: dict[_Place, Document] = {}
        self._registry: dict[_Place, Registry] = {}
        self._campaign: Campaign = nation.campaign
        self.made = 0

    @property
    def slices_made(self) -> int:
        """How often a slice was summed."""
        return sum(slices.made for slices in self._slices.values())

    def documents(self, number: int, day: date, final: bool, beside: Sequence[Document] = ()) -> list[Document]:
        """The head and one document per (level or "all", group) with something admitted; the head comes first, what
        stands `beside` (the benchmark bands of a last edition) last; the digest is over all of them."""
        self._take_in()
        campaign = self._nation.campaign
        made: dict[_Place, Document] = {}
        for place in sorted(self._classes):
            if final:
                made[place] = self._figures(place, final=True)
            else:
                kept = self._classes[place]
                made[place] = self._classes[place] = self._figures(place, final=False) if kept is None else kept
        cells = self._cells(made, final)
        for cell in cells:
            cell |= {
                "_id": f"{campaign.campaign}/{number:06d}/{cell['level']}/{cell['group']}",
                "kind": "cell",
                "campaign": campaign.campaign,
                "number": number,
                "as_of": day.isoformat(),
                "final": final,
            }
        return [self._head(number, day, final, made, [*cells, *beside]), *cells, *beside]

    def _take_in(self) -> None:
        """Notes what moved since the last time."""
        nation = self._nation
        if nation.campaign is not self._campaign:  # other totals in the register: other weights everywhere
            self._campaign = nation.campaign
            self._registry.clear()
            self._classes = dict.fromkeys(self._classes)
        asked = {group: slices.not_asked() for group, slices in self._slices.items()}
        for group, session in dict.fromkeys(nation.moves[self._read :]):
            if (part := nation.parts[group].get(session)) is not None:
                slices = self._slices.setdefault(group, Slices(group))
                places = list(nation.classes_of(part.school))
                slices.take(part, dict.fromkeys(name for _, name in places if not name.startswith(_REGION)))
                for scope, name in places:
                    self._classes[group, scope, name] = None
                    self._quality.pop((group, scope, name), None)
            elif session in nation.rest[group]:
                self._classes[group, ALL, ALL] = None
        self._read = len(nation.moves)
        for group, slices in self._slices.items():
            if asked.get(group) != slices.not_asked():  # another level has come, or another form
                self._classes.update(dict.fromkeys(place for place in self._classes if place[0] == group))

    def _figures(self, place: _Place, *, final: bool) -> Document:
        group, scope, name = place
        if place not in self._registry:
            self._registry[place] = registry_of(self._campaign, group, scope, name)
        slices = self._slices.get(group) or Slices(group)
        within = slices
        if (scope, name) == _ALL and self._nation.rest[group]:
            within = _whole(group, self._nation.parts[group], self._nation.rest[group])
        self.made += 1
        found = class_figures(
            _members(self._campaign, within, scope, name), self._registry[place], within.not_asked(), final
        )
        if self._earlier is not None:
            for area, change in changes(self._earlier, self._campaign, (scope, group), name, found).items():
                found["areas"][area]["change"] = change
        return found

    def _cells(self, made: Mapping[_Place, Document], final: bool) -> list[Document]:
        places: dict[tuple[str, str], dict[str, Document]] = defaultdict(dict)
        for (group, scope, name), figures in made.items():
            places[group, scope][name] = figures
        cells = []
        for (group, scope), classes in sorted(places.items()):
            cell: Document = {
                "level": scope,
                "group": group,
                "classes": classes,
                "quality": {},
                "quality_by_class": {},
                "gaps": {
                    other: self._gaps(scope, group, other, classes, places[other, scope], final)
                    for one, other in pairs([found for found, place in places if place == scope])
                    if one == group and ALL in classes and ALL in places[other, scope]
                },
                "optional": [],
            }
            if scope != ALL:
                told = {name: self._quality_of((group, scope, name)) for name in classes if _has_quality(name)}
                cell["quality"] = told.pop(ALL, {})
                cell["quality_by_class"] = {name: row for name, row in sorted(told.items()) if row}
            cells.append(cell)
        if final:
            self._add_optional(cells)
        return cells

    def _quality_of(self, place: _Place) -> Document:
        if place not in self._quality:
            group, scope, name = place
            members = _members(self._campaign, self._slices[group], scope, name)
            self._quality[place] = quality_figures([members[stratum] for stratum in sorted(members)])
        return self._quality[place]

    def _gaps(
        self, scope: str, group: str, other: str, mine: Mapping[str, Any], theirs: Mapping[str, Any], final: bool
    ) -> Document:
        found = gaps(mine[ALL]["items"], theirs[ALL]["items"])
        if not final:
            return found
        return with_intervals(found, *(self._admitted(one, scope) for one in (group, other)))

    def _admitted(self, group: str, scope: str) -> dict[str, Part]:
        parts = dict(self._nation.parts[group])
        if scope != ALL:
            return {session: part for session, part in parts.items() if part.school.level == scope}
        for session, part in self._nation.rest[group].items():
            parts[session] = parts[session] + part if session in parts else part
        return parts

    def _add_optional(self, cells: Sequence[Document]) -> None:
        by_place = {(cell["group"], cell["level"]): cell for cell in cells}
        for group, parts in self._nation.parts.items():
            offered = {item.code for part in parts.values() for item in part.terms.items if item.optional}
            for item in sorted(offered):
                for (scope, name), asked in self._nation.optional_parts(group, item).items():
                    cell = by_place[group, scope]
                    counts = np.sum([part.items[item] for part in asked], axis=0)
                    items = cell["classes"][name]["items"]
                    items[item] = (np.array(items.get(item, [0] * 8)) + counts).tolist()
                    if item not in cell["optional"]:
                        cell["optional"].append(item)

    def _totals(self, group: str, made: Mapping[_Place, Document], final: bool) -> Document:
        whole, rest = made[group, ALL, ALL], self._nation.rest[group].values()
        # Before the last edition the number that waits would tell the size of single batches.
        outside = self._nation.waiting_people(group) + sum(part.people for part in rest) if final else 0
        return {"schools": whole["schools"], "people": whole["n"], "in_no_breakdown": outside}

    def _head(
        self, number: int, day: date, final: bool, made: Mapping[_Place, Document], beside: Sequence[Document]
    ) -> Document:
        nation, campaign = self._nation, self._nation.campaign
        return {
            "_id": f"{campaign.campaign}/{number:06d}",
            "kind": "head",
            "campaign": campaign.campaign,
            "number": number,
            "as_of": day.isoformat(),
            "final": final,
            "digest": edition_digest(beside),
            "groups": {group: self._totals(group, made, final) for group, scope, name in made if (scope, name) == _ALL},
            "breakdowns": list(campaign.breakdowns),
            "classes": {name: dict(campaign.classes.get(name, {})) for name in campaign.breakdowns},
            "since": None
            if self._earlier is None
            else {"campaign": self._earlier.campaign.campaign, "number": self._earlier.number},
            "coverage": {
                group: {
                    "schools_registered": sum(row.schools for row in campaign.strata),
                    "people_registered": sum(registered_people(row, group) for row in campaign.strata),
                }
                for group in nation.groups()
            },
            "sent": False,
            "ballots_checked": None,
        }


def _members(campaign: Campaign, slices: Slices, scope: str, name: str) -> dict[Stratum, Slice]:
    """The slices of a class by stratum; a class of regions holds whole strata."""
    if not name.startswith(_REGION):
        strata = [stratum for stratum in slices.strata(name) if scope in (ALL, stratum[0])]
        return {stratum: slices.of(name, stratum) for stratum in strata}
    merges = campaign.classes.get("region", {})
    return {
        stratum: slices.of(ALL, stratum)
        for stratum in slices.strata(ALL)
        if scope in (ALL, stratum[0]) and merges.get(stratum[1], stratum[1]) == name.removeprefix(_REGION)
    }


def _has_quality(name: str) -> bool:
    return name == ALL or name.startswith(_REGION)


def _whole(group: str, parts: Mapping[str, Part], rest: Mapping[str, Part]) -> Slices:
    """The class "all" with what joined the nation alone; a cell may have people in both."""
    slices = Slices(group)
    for session in sorted({*parts, *rest}):
        both = [found[session] for found in (parts, rest) if session in found]
        slices.take(both[0] if len(both) == 1 else both[0] + both[1], [ALL])
    return slices
