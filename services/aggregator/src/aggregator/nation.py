"""A campaign's nation as far as it may be seen: batches wait, are admitted, and add up in every class at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.admission import NATION, Waiting, admit, may_move
from aggregator.leftovers import Place, leftovers
from contracts.messages import Campaign, GroupTerms, SchoolSession, Stratum

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

    def __add__(self, other: "Part") -> "Part":
        """Both together, of the same cell."""
        whole = Part(school=self.school, terms=self.terms)
        for part in (self, other):
            whole.add(
                Batch(
                    id="",
                    session=self.school.session,
                    group="",
                    people=part.people,
                    items=part.items,
                    moments=part.moments,
                )
            )
        return whole

    def add(self, batch: Batch) -> None:
        self.people += batch.people
        for item, counts in batch.items.items():
            self.items[item] = self.items.get(item, 0) + counts
        for area, moments in batch.moments.items():
            self.moments[area] = plus(self.moments.get(area), moments)


class Nation:
    """Waiting and admitted batches of one campaign. `moves` lists the cells, (group, session), that ever grew, in the
    order in which they did: who has read it so far knows what is new."""

    def __init__(self, campaign: Campaign, sessions: Mapping[str, SchoolSession]) -> None:
        self._campaign = campaign
        self._left = _left(campaign)
        self._sessions = sessions
        self._waiting: dict[str, Batch] = {}
        self.parts: dict[str, dict[str, Part]] = defaultdict(dict)
        self.rest: dict[str, dict[str, Part]] = defaultdict(dict)
        self.moves: list[tuple[str, str]] = []

    @property
    def campaign(self) -> Campaign:
        """The campaign's newest message. Once something is admitted its classes stay as they were, whatever it says:
        the same batches in other classes could be subtracted from each other."""
        return self._campaign

    @campaign.setter
    def campaign(self, message: Campaign) -> None:
        if self.moves:
            message = replace(message, breakdowns=self._campaign.breakdowns, classes=self._campaign.classes)
        self._campaign = message
        self._left = _left(message)

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
        return all(len(admit(batches)) == len(batches) for batches in rows.values())

    def remainder(self) -> list[str]:
        """At the end: ids of what is left of each group that obeys rule N by itself, for the nation alone."""
        found: list[str] = []
        for group in self.groups():
            rows = [self._row(batch) for _, batch in sorted(self._waiting.items()) if batch.group == group]
            if may_move(rows):
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
        names = [ALL]
        for breakdown in self._campaign.breakdowns:
            own = str(getattr(school.stratum, breakdown))
            names.append(f"{breakdown}:{self.class_of(breakdown, own)}")
        for scope in (ALL, school.level):
            for name in names:
                yield scope, name

    def class_of(self, breakdown: str, own: str) -> str:
        """The published class of a class of the register."""
        return self._campaign.classes.get(breakdown, {}).get(own, own)

    def optional_parts(self, group: str, item: str) -> dict[tuple[str, str], list[Part]]:
        """The cells whose answers to an optional item may be shown, by class: those of the schools that asked it
        which obey rule N in every class they are in."""
        asked = {
            session: part
            for session, part in self.parts[group].items()
            if any(term.code == item and term.optional for term in part.terms.items) and item in part.items
        }
        rows = [
            Waiting(
                id=session,
                school=part.school.school,
                people=part.people,
                classes=self._labels(part.school),
                cell=session,
                weight=weight_of(group, part.terms, part.people),
            )
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
            self.moves.append((batch.group, batch.session))

    def _row(self, batch: Batch) -> Waiting:
        school = self._sessions[batch.session]
        return Waiting(
            id=batch.id,
            school=school.school,
            people=batch.people,
            classes=self._labels(school),
            cell=batch.session,
            weight=weight_of(batch.group, school.groups[batch.group], batch.people),
        )

    def _labels(self, school: SchoolSession) -> tuple[str, ...]:
        shown = [f"{scope}/{name}" for scope, name in self.classes_of(school)]
        place = _place(self._campaign, school.level, school.stratum)
        return (*shown, *self._left.get(place, ()))


def as_begun(campaign: Campaign, heads: Sequence[Mapping[str, Any]]) -> Campaign:
    """The campaign with the classes that its first edition had; those of the message before there is one, and where
    release 0.1.0 made it, which did not write them down."""
    if not heads:
        return campaign
    classes = heads[0].get("classes", campaign.classes)
    return replace(campaign, breakdowns=tuple(heads[0]["breakdowns"]), classes=classes)


def _left(campaign: Campaign) -> Mapping[Place, tuple[str, ...]]:
    return leftovers(_place(campaign, row.stratum.level, row.stratum) for row in campaign.strata)


def _place(campaign: Campaign, level: str, stratum: Stratum) -> Place:
    classes = []
    for breakdown in campaign.breakdowns:
        own = str(getattr(stratum, breakdown))
        classes.append(campaign.classes.get(breakdown, {}).get(own, own))
    return level, *classes


def weight_of(group: str, terms: GroupTerms, people: int) -> float:
    """What a cell counts for in weighted figures: its registered people, where leaders answered one school."""
    return 1.0 if group == "leader" else float(max(terms.registered, people))


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
