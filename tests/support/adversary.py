"""Who reads every edition and wants a few schools' answers: takes editions and classes from each other in every way
that by the register gives a set of schools, and is told by an insider what the rest covers.

The reader sees documents alone (`readings`), or what else gives counts by edition, level, group and class. The insider
knows which batches each edition admitted. `attacks` finds each difference that obeys no rule N, or is not what the
insider knows it to be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aggregator.nation import Batch
from contracts.messages import Campaign, SchoolSession

ALL = "all"
Key = tuple[str, str, str]
"""(level or "all", group, class)"""
Place = tuple[str, ...]
"""(level, published class in each breakdown)"""
Reading = Mapping[str, Sequence[int]]
"""Eight counts by item, and the number of people under "n"."""
MOST_SETS = 20_000
OPTIONAL = frozenset({"D4"})
"""Items of which a class shows the counts of some schools only; judged by their own test."""


def rule_n(people: Iterable[int]) -> bool:
    """Privacy.md's rule once more, in words of its own: 5 schools, 30 people, twice the largest and the second largest
    at most the total."""
    ranked = sorted((count for count in people if count), reverse=True)
    return len(ranked) >= 5 and sum(ranked) >= 30 and ranked[0] * 2 + ranked[1] <= sum(ranked)


def readings(documents: Iterable[Mapping[str, Any]]) -> dict[Key, Reading]:
    """What one edition's documents say in exact numbers."""
    found: dict[Key, Reading] = {}
    for cell in documents:
        if cell["kind"] == "cell":
            for name, figures in cell["classes"].items():
                found[cell["level"], cell["group"], name] = {"n": [figures["n"]], **figures["items"]}
    return found


@dataclass(kw_only=True)
class Insider:
    """Knows all batches, and in which order they were admitted."""

    campaign: Campaign
    sessions: Mapping[str, SchoolSession]
    batches: dict[str, Batch] = field(default_factory=dict)
    steps: list[tuple[list[str], list[str]]] = field(default_factory=list)

    def places(self) -> dict[Place, int]:
        """Where the register has schools."""
        found: dict[Place, int] = {}
        for row in self.campaign.strata:
            place = self._place(row.stratum.level, row.stratum)
            found[place] = found.get(place, 0) + row.schools
        return found

    def step(self, number: int, group: str) -> dict[Place, dict[str, int]]:
        """People by place and school whom edition `number` (from 1 on) added, but for those in the nation alone."""
        found: dict[Place, dict[str, int]] = {}
        for name in self.steps[number - 1][0]:
            batch = self.batches[name]
            if batch.group == group:
                school = self.sessions[batch.session]
                people = found.setdefault(self._place(school.level, school.stratum), {})
                people[school.school] = people.get(school.school, 0) + batch.people
        return found

    def rest(self, group: str) -> dict[str, int]:
        """People by school who joined the nation alone."""
        people: dict[str, int] = {}
        for name in self.steps[-1][1]:
            batch = self.batches[name]
            if batch.group == group:
                school = self.sessions[batch.session].school
                people[school] = people.get(school, 0) + batch.people
        return people

    def whole(self, group: str) -> dict[Place, dict[str, int]]:
        """The same of all editions together."""
        found: dict[Place, dict[str, int]] = {}
        for number in range(1, len(self.steps) + 1):
            for place, people in self.step(number, group).items():
                known = found.setdefault(place, {})
                for school, count in people.items():
                    known[school] = known.get(school, 0) + count
        return found

    def counts(self, number: int, key: Key, item: str) -> list[int]:
        """What a class must say of an item by edition `number`: "n" or one that every school of the level is asked."""
        level, group, name = key
        total = np.zeros(1 if item == "n" else 8, np.int64)
        for entered, rest in self.steps[:number]:
            for one in (*entered, *(rest if (level, name) == (ALL, ALL) else ())):
                batch = self.batches[one]
                session = self.sessions[batch.session]
                if batch.group == group and level in (ALL, session.level) and self._inside(session, name):
                    total += batch.people if item == "n" else batch.items.get(item, 0)
        return list(map(int, total))

    def _inside(self, session: SchoolSession, name: str) -> bool:
        if name == ALL:
            return True
        breakdown, _, wanted = name.partition(":")
        return self._class(breakdown, session.stratum) == wanted

    def _class(self, breakdown: str, stratum: Any) -> str:
        own = str(getattr(stratum, breakdown))
        return self.campaign.classes.get(breakdown, {}).get(own, own)

    def _place(self, level: str, stratum: Any) -> Place:
        return (level, *(self._class(breakdown, stratum) for breakdown in self.campaign.breakdowns))


def derivable(places: Iterable[Place], breakdowns: Sequence[str]) -> dict[frozenset[Place], str]:
    """Every set of places whose sum follows from published classes by taking whole classes from one that holds them,
    again and again, with a word on how; levels stand apart, since all levels together are their sum."""
    found: dict[frozenset[Place], str] = {}
    for level in sorted({place[0] for place in places}):
        inside = frozenset(place for place in places if place[0] == level)
        classes = {inside: f"{level}/all"}
        for at, breakdown in enumerate(breakdowns, 1):
            for name in sorted({place[at] for place in inside}):
                members = frozenset(place for place in inside if place[at] == name)
                classes.setdefault(members, f"{level}/{breakdown}:{name}")
        sets, fresh = dict(classes), dict(classes)
        while fresh:
            more: dict[frozenset[Place], str] = {}
            for outer, how in fresh.items():
                for inner, name in classes.items():
                    if inner < outer and outer - inner not in sets:
                        more.setdefault(outer - inner, f"{how} - {name}")
            sets |= more
            fresh = more if len(sets) < MOST_SETS else {}
        found |= sets
    return found


def attacks(insider: Insider, read: Sequence[Mapping[Key, Reading]]) -> Iterator[str]:
    """A sentence for each reading that is not what was admitted, and each set of schools that a difference of editions
    or of classes shows although rule N does not allow it. `read` has the editions in order."""
    yield from _untrue(insider, read)
    sets = derivable(insider.places(), insider.campaign.breakdowns)
    for group in sorted({group for reading in read for _, group, _ in reading}):
        moves = [insider.step(number, group) for number in range(1, len(read) + 1)]
        spans = [(f"step {number}", move) for number, move in enumerate(moves, 1)]
        spans.append(("all editions", insider.whole(group)))
        for title, move in spans:
            for places, how in sets.items():
                people: dict[str, int] = {}
                for place in places:
                    for school, count in move.get(place, {}).items():
                        people[school] = people.get(school, 0) + count
                if people and not rule_n(people.values()):
                    yield f"{group}, {title}: {how} is {len(people)} schools and {sum(people.values())} people"
        rest = insider.rest(group)
        if rest and not rule_n(rest.values()):
            yield f"{group}: the nation less its classes is {len(rest)} schools and {sum(rest.values())} people"


def _untrue(insider: Insider, read: Sequence[Mapping[Key, Reading]]) -> Iterator[str]:
    before: Mapping[Key, Reading] = {}
    for number, reading in enumerate(read, 1):
        last = number == len(read)
        for key, items in reading.items():
            if last or before.get(key) != items:
                judged = [item for item in items if item not in OPTIONAL]
                wrong = [item for item in judged if list(items[item]) != insider.counts(number, key, item)]
                if wrong:
                    yield f"edition {number}, {key}: {', '.join(wrong)} is not what was admitted"
        before = reading
