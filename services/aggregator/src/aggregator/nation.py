"""A campaign's nation as far as it may be seen: batches wait, are admitted, and add up in every class at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.admission import NATION, Waiting, admit, people_by_school, rule_n
from contracts.messages import Campaign, GroupTerms, SchoolSession

Counts = NDArray[np.int64]
ALL = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The people whom one release added to what is known of a cell: counts by item (8 each) and moments by area."""

    id: str
    session: str
    group: str
    people: int
    items: Mapping[str, Counts]
    moments: Mapping[str, Any]


@dataclass(kw_only=True, slots=True)
class Part:
    """What is admitted of one cell."""

    school: SchoolSession
    terms: GroupTerms
    people: int = 0
    items: dict[str, Counts] = field(default_factory=dict)
    moments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, batch: Batch) -> None:
        self.people += batch.people
        for item, counts in batch.items.items():
            self.items[item] = self.items.get(item, 0) + counts
        for area, moments in batch.moments.items():
            self.moments[area] = plus(self.moments.get(area), moments)


class Nation:
    """Waiting and admitted batches of one campaign."""

    def __init__(self, campaign: Campaign, sessions: Mapping[str, SchoolSession]) -> None:
        self.campaign = campaign
        self._sessions = sessions
        self._waiting: dict[str, Batch] = {}
        self.parts: dict[str, dict[str, Part]] = defaultdict(dict)
        self.rest: dict[str, dict[str, Part]] = defaultdict(dict)

    def wait(self, batch: Batch) -> None:
        """A batch that was released, or the whole of a cell that stayed below k, once the campaign is closed."""
        self._waiting[batch.id] = batch

    def waiting_people(self, group: str) -> int:
        """People in batches of a group that no edition has admitted yet."""
        return sum(batch.people for batch in self._waiting.values() if batch.group == group)

    def groups(self) -> list[str]:
        """Groups of which anything waits or is admitted."""
        return sorted({batch.group for batch in self._waiting.values()} | {*self.parts} | {*self.rest})

    def admissible(self) -> list[str]:
        """The ids of all batches that may enter the next edition."""
        found: list[str] = []
        for group in self.groups():
            rows = [self._row(batch) for _, batch in sorted(self._waiting.items()) if batch.group == group]
            found += [row.id for row in admit(rows)]
        return found

    def would_move_safely(self, ids: Iterable[str]) -> bool:
        """Whether these waiting batches may all enter together."""
        rows: dict[str, list[Waiting]] = defaultdict(list)
        for name in ids:
            batch = self._waiting.get(name)
            if batch is None:
                return False
            rows[batch.group].append(self._row(batch))
        return all(admit(batches) == batches for batches in rows.values())

    def remainder(self) -> list[str]:
        """At the end: ids of what is left of each group that obeys rule N by itself, for the nation alone."""
        found: list[str] = []
        for group in self.groups():
            rows = [self._row(batch) for _, batch in sorted(self._waiting.items()) if batch.group == group]
            if rule_n(people_by_school(rows).values()):
                found += [row.id for row in rows]
        return found

    def enter(self, ids: Iterable[str]) -> None:
        """Adds waiting batches to every class that they belong to."""
        self._move(ids, self.parts)

    def enter_nation_alone(self, ids: Iterable[str]) -> None:
        """Adds waiting batches to the class "all" and to nothing else."""
        self._move(ids, self.rest)

    def classes_of(self, school: SchoolSession) -> Iterator[tuple[str, str]]:
        """(scope, class) of every class that a session's batches move; scope is "all" or the level."""
        stratum = school.stratum
        names = [ALL]
        for breakdown in self.campaign.breakdowns:
            own = str(getattr(stratum, breakdown))
            names.append(f"{breakdown}:{self.campaign.classes.get(breakdown, {}).get(own, own)}")
        for scope in (ALL, school.level):
            for name in names:
                yield scope, name

    def members(self, group: str) -> dict[tuple[str, str], list[Part]]:
        """What is admitted of a group by (scope, class)."""
        found: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for _, part in sorted(self.parts[group].items()):
            for place in self.classes_of(part.school):
                found[place].append(part)
        return found

    def optional_parts(self, group: str, item: str) -> dict[tuple[str, str], list[Part]]:
        """The cells whose answers to an optional item may be shown, by class: those of the schools that asked it
        which obey rule N in every class they are in."""
        asked = {
            session: part
            for session, part in self.parts[group].items()
            if any(term.code == item and term.optional for term in part.terms.items) and item in part.items
        }
        rows = [
            Waiting(id=session, school=part.school.school, people=part.people, classes=self._labels(part.school))
            for session, part in sorted(asked.items())
        ]
        found: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for row in admit(rows):
            for place in self.classes_of(asked[row.id].school):
                found[place].append(asked[row.id])
        return found

    def _move(self, ids: Iterable[str], to: dict[str, dict[str, Part]]) -> None:
        for name in ids:
            batch = self._waiting.pop(name)
            school = self._sessions[batch.session]
            part = to[batch.group].setdefault(batch.session, Part(school=school, terms=school.groups[batch.group]))
            part.add(batch)

    def _row(self, batch: Batch) -> Waiting:
        school = self._sessions[batch.session]
        return Waiting(id=batch.id, school=school.school, people=batch.people, classes=self._labels(school))

    def _labels(self, school: SchoolSession) -> tuple[str, ...]:
        return tuple(f"{scope}/{name}" for scope, name in self.classes_of(school))


def core_items(terms: GroupTerms) -> Sequence[str]:
    """Items of a form that every school of the level is asked."""
    return [item.code for item in terms.items if not item.optional and item.own is None]


def plus(known: Mapping[str, Any] | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """The sum of two areas' moments; those of other items replace nothing and are left out."""
    if known is None:
        return dict(more)
    if list(known["items"]) != list(more["items"]):
        return dict(known)
    return {
        "items": known["items"],
        **{name: [a + b for a, b in zip(known[name], more[name], strict=True)] for name in ("S", "Q")},
        **{name: known[name] + more[name] for name in ("m", "P", "f", "r", "A", "B")},
    }


assert NATION == f"{ALL}/{ALL}"
