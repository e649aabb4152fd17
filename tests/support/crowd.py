"""Many people who answer over HTTP while things break: everyone repeats what has an unknown outcome until a yes, and
what was said yes to is written down."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from support.foreign import Respondent, blind, key_of, receipt_of, to_bytes, to_text, unblinded
from support.setting import Session, Setting

REPEATABLE = frozenset({429, 502, 503, 504})
PATIENCE_SECONDS = 120.0
DRAWN = 100
"""How many slips are drawn at a time."""
CHOICES: tuple[int | str | None, ...] = (1, 2, 3, 4, 4, 5, 5, "na", "pn", None)
COLUMNS = {1: 0, 2: 1, 3: 2, 4: 3, 5: 4, "na": 5, "pn": 6, None: 7}

Cell = tuple[str, str]
"""(session, group)."""


def until_known(
    send: Callable[[], httpx.Response],
    patience: float = PATIENCE_SECONDS,
    heard: Callable[[httpx.Response], None] = lambda answer: None,
) -> tuple[httpx.Response, bool]:
    """The first answer that says what became of a request, and whether it took more than one try; `heard` is told
    each answer, whatever it says."""
    limit = time.monotonic() + patience
    tried = 0
    while True:
        tried += 1
        with suppress(httpx.TransportError):
            answer = send()
            heard(answer)
            if answer.status_code not in REPEATABLE:
                return answer, tried > 1
        assert time.monotonic() < limit, "nobody said what became of a request"
        time.sleep(0.05 + random.random() / 5)


@dataclass(kw_only=True)
class Known:
    """What the crowd knows to be counted, by receipt; every write is one operation, so threads may share it."""

    accepted: dict[str, tuple[Cell, dict[str, int | str]]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    answers: list[tuple[float, int, bool]] = field(default_factory=list)
    """Every answer of the collector: when, its status, and whether a refusal says when to come back."""

    def hear(self, answer: httpx.Response) -> None:
        """Notes an answer of the collector."""
        status = answer.status_code
        self.answers.append((time.monotonic(), status, status == 202 or int(answer.headers.get("Retry-After", 0)) > 0))

    def between(self, begin: float, end: float) -> list[tuple[float, int, bool]]:
        """The answers of a stretch of time."""
        return [one for one in self.answers if begin <= one[0] < end]

    def lately(self, seconds: int = 10) -> dict[str, int]:
        """How often each status was heard in the last seconds, and how long ago the last word of any kind came."""
        now = time.monotonic()
        found = Counter(str(status) for _, status, _ in self.between(now - seconds, now))
        return {**found, "seconds since": round(now - self.answers[-1][0]) if self.answers else -1}

    def counts(self, items: dict[Cell, Sequence[str]]) -> dict[Cell, dict[str, Any]]:
        """What must be counted of each cell with somebody in it; `items` of each cell by code."""
        found: dict[Cell, dict[str, Any]] = {}
        for cell, answers in self.accepted.values():
            row = found.setdefault(cell, {"n": 0, "items": {code: [0] * 8 for code in items[cell]}})
            row["n"] += 1
            for code in items[cell]:
                row["items"][code][COLUMNS[answers.get(code)]] += 1
        return found


@dataclass(frozen=True, kw_only=True)
class Ready:
    """Somebody who has a ballot and the answers, and only has to hand them in."""

    person: Respondent
    receipt: str
    answers: dict[str, int | str]
    body: bytes = field(repr=False)


class Crowd:
    """People of several sessions, one slip each, who answer in a random order, `hands` at a time."""

    def __init__(
        self,
        setting: Setting,
        sessions: Sequence[Session],
        people: dict[str, int],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Draws the slips: so many `people` of each group in every session; everyone repeats for `patience` seconds."""
        self.known = Known()
        self._patience = patience
        self.items: dict[Cell, Sequence[str]] = {}
        self._keys: dict[Cell, tuple[str, str]] = {}
        self._version = ""
        self._waiting: list[Respondent | Ready] = []
        for session in sessions:
            for group, count in people.items():
                self._waiting += self._drawn(setting, session, group, count)
        random.shuffle(self._waiting)
        self._lock = threading.Lock()
        self._tickets = threading.Semaphore(0)

    def _drawn(self, setting: Setting, session: Session, group: str, count: int) -> list[Respondent]:
        people: list[Respondent] = []
        while len(people) < count:
            people += setting.respondents(session, group, min(DRAWN, count - len(people)))
        document = people[0].questionnaire()
        self._version = document["version"]
        rows = {row["group"]: row for row in json.loads(document["key_card"])["keys"]}
        self._keys[session.id, group] = (rows[group]["key_id"], rows[group]["spki"])
        self.items[session.id, group] = [item["code"] for item in document["groups"][group]["items"]]
        return people

    def heard(self, wanted: int) -> bool:
        """Whether so many have been told yes."""
        return len(self.known.accepted) >= wanted

    def left(self) -> int:
        """How many have not begun."""
        return len(self._waiting)

    def admit(self, count: int) -> None:
        """Lets so many more people begin while `answering`: how fast a machine is does not change how many come."""
        self._tickets.release(count)

    @contextmanager
    def answering(self, hands: int) -> Iterator[None]:
        """Whoever is admitted answers while the block runs; at its end those who have begun finish. Raises what went
        wrong."""
        stopping = threading.Event()

        def answer_on() -> None:
            while not stopping.is_set() and self._waiting:
                if self._tickets.acquire(timeout=0.1):
                    with self._lock:
                        person = self._waiting.pop() if self._waiting else None
                    if person is not None:
                        self._answer(person)

        with ThreadPoolExecutor(hands) as pool:
            running: list[Future[None]] = [pool.submit(answer_on) for _ in range(hands)]
            try:
                yield
            except AssertionError as missing:
                stopping.set()
                early = [one.exception() for one in running if one.done()]
                told = f"{missing}; heard at last: {self.known.lately()}; hands that had ended: {early}"
                raise AssertionError(told) from next(filter(None, early), missing)
            finally:
                stopping.set()
            for one in running:
                one.result()

    def finish(self, hands: int) -> None:
        """Everyone who is left answers."""
        with ThreadPoolExecutor(hands) as pool:
            while self._waiting:
                list(pool.map(self._answer, [self._waiting.pop() for _ in range(min(hands, len(self._waiting)))]))

    def prepare(self, count: int, hands: int) -> None:
        """So many of those who have not begun fetch their ballots now, and are the next to hand in."""
        with self._lock:
            people = [person for person in self._waiting if isinstance(person, Respondent)][-count:]
            chosen = set(map(id, people))
            self._waiting = [person for person in self._waiting if id(person) not in chosen]
        with ThreadPoolExecutor(hands) as pool:
            ready = list(pool.map(self._readied, people))
        with self._lock:
            self._waiting += ready

    def finish_at_once(self, times: int, hands: int) -> None:
        """Everyone who is left hands in the same response `times` times in parallel."""
        with ThreadPoolExecutor(hands) as people, ThreadPoolExecutor(hands * times) as clicks:

            def all_at_once(person: Respondent | Ready) -> None:
                ready = self._readied(person) if isinstance(person, Respondent) else person
                list(clicks.map(self._hand_in, [ready] * times))

            waiting, self._waiting = self._waiting, []
            list(people.map(all_at_once, waiting))

    def _answer(self, person: Respondent | Ready) -> None:
        self._hand_in(self._readied(person) if isinstance(person, Respondent) else person)

    def _readied(self, person: Respondent) -> Ready:
        key_id, spki = self._keys[person.session, person.group]
        key = key_of(to_bytes(spki))
        secret = blind(key)
        given, _ = until_known(lambda: person.trade(secret.blinded), self._patience)
        assert given.status_code == 200, given.text
        ballot = to_text(secret.message)
        chosen = {code: random.choice(CHOICES) for code in self.items[person.session, person.group]}
        answers = {code: value for code, value in chosen.items() if value is not None}
        body = json.dumps(
            {
                "session": person.session,
                "group": person.group,
                "key_id": key_id,
                "ballot": ballot,
                "signature": to_text(unblinded(key, secret, given.json()["blind_signature"])),
                "questionnaire": self._version,
                "language": "az",
                "answers": answers,
                "background": {},
                "padding": "",
            }
        ).encode()
        return Ready(person=person, receipt=receipt_of(key_id, ballot), answers=answers, body=body)

    def _hand_in(self, ready: Ready) -> None:
        person = ready.person
        for _ in range(random.choice((1, 1, 1, 1, 2))):  # some click twice
            said, again = until_known(lambda: person.submit_bytes(ready.body), self._patience, self.known.hear)
            assert said.status_code == 202, said.text
            assert said.json()["receipt"] == ready.receipt
            self.known.accepted[ready.receipt] = ((person.session, person.group), ready.answers)
            if again:
                self.known.repeated.append(ready.receipt)
