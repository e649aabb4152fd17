"""One person's way through a session: code, ballot, answers, receipt; and what each step must be answered."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from contracts.ballots import b64, unb64
from country import ballots
from country.client import Collector, Identity, Reply, padded
from country.conduct import Conduct, broken
from country.ledger import Answers, Background, Entry, Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one answers: a group of a session, with its key."""

    session: str
    group: str
    key_id: str
    spki: bytes
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with a code and something to say."""

    place: Place
    code: str
    language: str
    answers: Answers
    background: Background
    conduct: Conduct


class Tally:
    """How often which status was met, and a sentence for each answer that was none of the expected ones."""

    def __init__(self) -> None:
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.surprises: list[str] = []
        self._lock = threading.Lock()

    def met(self, conduct: str, reply: Reply, expected: int) -> bool:
        """Writes a reply down; whether it was the expected one."""
        with self._lock:
            self.statuses[conduct, reply.status] += 1
            if reply.status != expected:
                reason = reply.body.get("title", "")
                self.surprises.append(f"{conduct}: {reply.status} {reason} instead of {expected}".replace("  ", " "))
        return reply.status == expected

    def total(self, status: int) -> int:
        """How many submissions were answered with this status."""
        return sum(times for (_, met), times in self.statuses.items() if met == status)


@dataclass(frozen=True, kw_only=True, slots=True)
class Journey:
    """What every person's way needs: the two services, a ledger, a tally and random bytes."""

    identity: Identity
    collector: Collector
    ledger: Ledger
    tally: Tally
    random: Callable[[int], bytes] = field(repr=False)

    def fetch(self, person: Person) -> ballots.Ballot | None:
        """Trades the code for a ballot; None, and a surprise in the tally, if identity will not."""
        place = person.place
        key = ballots.public_key(place.spki)
        secret = ballots.blind(key, ballots.prepare(self.random), self.random)
        reply = self.identity.ballot(place.session, place.group, person.code, b64(secret.blinded))
        if not self.tally.met("ballot", reply, 200):
            return None
        return ballots.finalize(key, secret, unb64(reply.body["blind_signature"]))

    def answer(self, person: Person) -> None:
        """Fetches a ballot and hands in the answers in this person's way, once or more often; counted once."""
        ballot = self.fetch(person)
        if ballot is None:
            return
        response = self.response(person, ballot)
        if (first := broken(person.conduct, response)) is not None:
            self.tally.met(person.conduct, self.collector.submit(first[0]), first[1])
        body = padded(response)
        if person.conduct == "twins":
            with ThreadPoolExecutor(2) as both:
                replies = list(both.map(self.collector.submit, (body, body)))
        else:
            replies = [self.collector.submit(body) for _ in range(2 if person.conduct == "repeat" else 1)]
        for reply in replies:
            self._accepted(person, reply)

    def answer_late(self, person: Person, ballot: ballots.Ballot) -> None:
        """Hands in a ballot after its session closed: refused for good, and not counted."""
        self.tally.met("late", self.collector.submit(padded(self.response(person, ballot))), 410)

    def response(self, person: Person, ballot: ballots.Ballot) -> dict[str, Any]:
        """The submission as it travels, without its padding."""
        return {
            "session": person.place.session,
            "group": person.place.group,
            "key_id": person.place.key_id,
            "ballot": b64(ballot.message),
            "signature": b64(ballot.signature),
            "questionnaire": person.place.version,
            "language": person.language,
            "answers": dict(person.answers),
            "background": dict(person.background),
        }

    def _accepted(self, person: Person, reply: Reply) -> None:
        if self.tally.met(person.conduct, reply, 202):
            entry = Entry(
                session=person.place.session,
                group=person.place.group,
                answers=person.answers,
                background=person.background,
            )
            self.ledger.accepted(reply.body["receipt"], entry)
