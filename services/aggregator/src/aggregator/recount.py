"""The log counted once more, slowly and plainly: one response at a time, nothing shared with the fold's arithmetic.

`verify` compares what is stored with this; tests compare the fold with it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aggregator import intake
from aggregator.forms import Form
from aggregator.release import MORE_ANSWERS, Rule, Withheld
from aggregator.terms import CellTerms, Lookup, Terms
from chassis.errors import Rejected
from chassis.kafka import Record
from contracts.messages import ResponseSubmitted

CATEGORIES: tuple[int | str, ...] = (1, 2, 3, 4, 5, "na", "pn", "skipped")


@dataclass(kw_only=True, slots=True)
class Pile:
    """Some people's answers: how many people, (item, category) and (question, option) counts, their ratings."""

    people: int = 0
    answers: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    background: Counter[tuple[str, str]] = field(default_factory=Counter)
    ratings: list[tuple[tuple[int, ...], ...]] = field(default_factory=list)

    def add(self, other: "Pile") -> None:
        self.people += other.people
        self.answers.update(other.answers)
        self.background.update(other.background)
        self.ratings.extend(other.ratings)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A snapshot that must exist: its number, people, cumulative counts, whether it is the last; moments by area."""

    seq: int
    n: int
    batch: int
    upto: int
    final: bool
    items: Mapping[str, list[int]]
    background: Mapping[str, Mapping[str, int]]
    moments: Mapping[str, Any]


@dataclass(kw_only=True, slots=True)
class Tale:
    """One cell as the log tells it."""

    terms: CellTerms
    buffer: Pile = field(default_factory=Pile)
    held: Pile = field(default_factory=Pile)
    released: Pile = field(default_factory=Pile)
    upto: int = -1
    withheld: Withheld | None = None
    shown: list[Shown] = field(default_factory=list)

    def whole(self) -> Pile:
        return _together(self.buffer, self.held, self.released)

    def unreleased(self) -> Pile:
        return _together(self.buffer, self.held)


@dataclass(kw_only=True, slots=True)
class Account:
    """One partition as the log tells it."""

    next: int = 0
    folded: int = 0
    duplicates: int = 0
    buried: int = 0
    markers: int = 0
    ids: set[bytes] = field(default_factory=set)


class Recount:
    """Counts records given in offset order."""

    def __init__(
        self,
        lookup: Lookup,
        accounts: Mapping[int, Account] | None = None,
        carried: Mapping[str, frozenset[bytes]] | None = None,
        closed: Iterable[str] = (),
    ) -> None:
        """`accounts`: what was purged of each partition; `carried`: sessions that no longer stand whole in the log,
        of which a response counts if its id is given; `closed`: those of them whose close marker was purged."""
        self._lookup = lookup
        self._carried = carried or {}
        self.accounts: dict[int, Account] = dict(accounts or {})
        self.tales: dict[tuple[str, str], Tale] = {}
        self.closed: set[str] = set(closed)
        self.sessions: dict[str, Terms] = {}

    def add(self, record: Record) -> None:
        """Counts one record."""
        account = self.accounts.setdefault(record.partition, Account(next=record.offset))
        account.next = record.offset + 1
        try:
            read = intake.read(record.value, record.partition, self._lookup)
            if isinstance(read, intake.Placed):
                self._respond(read, account, record.offset)
                return
            account.markers += 1
            if isinstance(read, intake.Closing) and read.terms.session not in self.closed:
                self._close(read, record.offset)
        except Rejected:
            account.buried += 1

    def _respond(self, read: intake.Placed, account: Account, offset: int) -> None:
        if read.key in account.ids:
            account.duplicates += 1
            return
        if read.terms.session in self.closed:
            raise Rejected("late")
        _, marks = read.rows()
        carried = self._carried.get(read.terms.session)
        if carried is not None and read.key not in carried:
            account.duplicates += 1
            return
        account.ids.add(read.key)
        account.folded += 1
        if carried is not None:
            return
        self.sessions[read.terms.session] = read.terms
        tale = self._tale(read.terms, read.group)
        tale.buffer.add(_pile(read.cell.form, read.response, marks))
        rule = read.cell.rule
        if rule.stepped and tale.buffer.people >= _needed(rule, tale.held.people + tale.released.people):
            if tale.held.people:
                self._show(tale, tale.held, tale.upto, final=False)
            tale.held, tale.buffer, tale.upto = tale.buffer, Pile(), offset

    def _tale(self, terms: Terms, group: str) -> Tale:
        return self.tales.setdefault((terms.session, group), Tale(terms=terms.groups[group]))

    def _show(self, tale: Tale, batch: Pile, upto: int, final: bool) -> None:
        tale.released.add(batch)
        form = tale.terms.form
        tale.shown.append(
            Shown(
                seq=len(tale.shown) + 1,
                n=tale.released.people,
                batch=batch.people,
                upto=upto,
                final=final,
                items=item_counts(form, tale.released),
                background=background_counts(form, tale.released),
                moments=pile_moments(form, batch),
            )
        )

    def _close(self, read: intake.Closing, offset: int) -> None:
        self.closed.add(read.terms.session)
        if read.terms.session in self._carried:
            return
        self.sessions[read.terms.session] = read.terms
        tales = {group: self._tale(read.terms, group) for group in read.terms.groups}
        over = any(tale.whole().people > read.groups[group].used for group, tale in tales.items())
        for tale in tales.values():
            if over:
                tale.withheld = MORE_ANSWERS
            elif tale.whole().people < tale.terms.rule.k:
                tale.withheld = "below-k"
            else:
                rest = tale.held
                rest.add(tale.buffer)
                tale.held, tale.buffer = Pile(), Pile()
                self._show(tale, rest, offset, final=True)


def recount(records: Iterable[Record], lookup: Lookup) -> Recount:
    """Everything that these records say."""
    counted = Recount(lookup)
    for record in records:
        counted.add(record)
    return counted


def item_counts(form: Form, pile: Pile) -> dict[str, list[int]]:
    """{item: [counts of 1, 2, 3, 4, 5, "na", "pn", skipped]}."""
    return {item: [pile.answers[item, category] for category in CATEGORIES] for item in form.items}


def background_counts(form: Form, pile: Pile) -> dict[str, dict[str, int]]:
    """{question: {option: count, "pn": count, "skipped": count}} without options that nobody chose."""
    found: dict[str, dict[str, int]] = {question: {"pn": 0, "skipped": 0} for question in form.background}
    for (question, option), count in sorted(pile.background.items()):
        found[question][option] = count
    return {question: dict(sorted(options.items())) for question, options in found.items()}


def _together(*parts: Pile) -> Pile:
    pile = Pile()
    for part in parts:
        pile.add(part)
    return pile


def _needed(rule: Rule, sealed: int) -> int:
    quarters = [rule.registered, sealed]
    return max([rule.k, *((number + 3) // 4 for number in quarters)])


def _pile(form: Form, response: ResponseSubmitted, marks: list[tuple[str, str]]) -> Pile:
    pile = Pile(people=1, background=Counter(marks))
    for item in form.items:
        pile.answers[item, response.answers.get(item, "skipped")] += 1
    ratings = []
    for area in form.areas:
        given = [response.answers.get(form.items[column]) for column in area.columns]
        ratings.append(tuple(rating if isinstance(rating, int) else 0 for rating in given))
    pile.ratings = [tuple(ratings)]
    return pile


def pile_moments(form: Form, pile: Pile) -> dict[str, Any]:
    """The moments of these people by area, see `moments`."""
    found, people = {}, pile.ratings
    for at, area in enumerate(form.areas):
        count = len(area.columns)
        full = [person[at] for person in people if all(person[at])]
        half = [[rating for rating in person[at] if rating] for person in people]
        scaled = [840 * sum(rated) // len(rated) for rated in half if rated and 2 * len(rated) >= count]
        found[area.name] = {
            "items": [form.items[column] for column in area.columns],
            "m": len(full),
            "S": [sum(person[item] for person in full) for item in range(count)],
            "Q": [sum(person[item] ** 2 for person in full) for item in range(count)],
            "P": sum(sum(person) ** 2 for person in full),
            "f": sum(len(set(person)) == 1 for person in full),
            "r": len(scaled),
            "A": sum(scaled),
            "B": sum(value**2 for value in scaled),
        }
    return found
