"""The pilot as a visitor: the whole script against an installation elsewhere, by its public addresses alone."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx

from country.campaign import fetch_latecomers, hand_in_late, interleaved, play
from country.client import Collector, Identity, Refused
from country.enrol import Contradiction
from country.journey import Journey, Tally
from country.ledger import CellKey, Counts, Ledger, count
from country.script import script
from country.shown import differences
from country.staging import Staged, close, enrolled_schools, staged_sessions, state

WORKERS = 6
"""People who answer at the same time: fewer than identity's signers let wait, so that others always find a place."""
ANSWERS_WITHIN = 120.0
"""Seconds in which a service must answer at all."""
CLOSED_WITHIN = 420.0
"""Seconds from a close to its end: settle time, and the relay's turn."""
REPORTED_WITHIN = 180.0
AS_JSON = {"Accept": "application/json"}

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where the three web services are, as scheme://host[:port]."""

    identity: str
    collector: str
    reporter: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What a visit leaves behind: what must be counted, what went otherwise than expected, and every code in use."""

    cells: Mapping[CellKey, Counts]
    surprises: Sequence[str]
    codes: Sequence[str] = field(repr=False)


def visit(
    http: httpx.Client,
    at: Addresses,
    api_key: str,
    schools: int,
    say: Say,
    *,
    pause: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Truth:
    """Plays the whole script; Contradiction or Refused for whatever makes it stop."""

    def until(ready: Callable[[], bool], what: str, seconds: float) -> None:
        limit = monotonic() + seconds
        while not ready():
            if monotonic() > limit:
                raise Contradiction(f"{what} did not happen within {seconds:g} seconds")
            pause(1.0)

    for address in (f"{at.identity}/.well-known/jwks.json", f"{at.collector}/", f"{at.reporter}/"):
        until(partial(_answers, http, address), f"an answer of {address}", ANSWERS_WITHIN)
    played = script(schools)
    ministry = Identity(http, at.identity).with_api_key(api_key)
    say(f"importing {len(played.schools)} schools, signing up their coordinators")
    enrolled = enrolled_schools(ministry, played, http, at.identity)
    staged = staged_sessions(played, enrolled, http, at.collector, lambda done: None)
    say(f"{len(staged)} sessions are open, slips are drawn")
    ledger, tally = Ledger(), Tally()
    journey = Journey(
        identity=Identity(http, at.identity),
        collector=Collector(http, at.collector),
        ledger=ledger,
        tally=tally,
        random=secrets.token_bytes,
    )
    ended = [one for one in staged if one.cue.ends]
    late = fetch_latecomers(journey, [one.roster for one in ended])
    people = interleaved([one.roster for one in staged], 1)
    play(journey, people, workers=WORKERS, progress=_every(500, lambda done: say(f"{done} of {len(people)} people")))
    say(f"{len(ledger)} responses are accepted")
    for one in ended:
        close(one)
    until(lambda: all(state(one) == "closed" for one in ended), "the closing of sessions", CLOSED_WITHIN)
    hand_in_late(journey, late)
    say(f"{len(ended)} sessions are closed, {tally.total(410)} latecomers were turned away")
    cells = {
        (one.roster.session.id, group): count(ledger.by_cell().get((one.roster.session.id, group), ()), form)
        for one in staged
        for group, form in one.roster.session.forms.items()
        if group in one.roster.session.places
    }
    wrong: list[str] = []

    def all_exact() -> bool:
        wrong[:] = [said for one in ended for said in _shown(http, at.reporter, one, cells)]
        return not wrong

    try:
        until(all_exact, "what reports show", REPORTED_WITHIN)
    except Contradiction as error:
        raise Contradiction(f"{error}: {'; '.join(wrong[:3])}") from error
    say(f"{len(ended)} reports show exactly what was answered")
    codes = [person.code for one in staged for person in (*one.roster.people, *one.roster.latecomers)]
    return Truth(cells=cells, surprises=tuple(tally.surprises), codes=codes)


def _shown(http: httpx.Client, reporter: str, one: Staged, cells: Mapping[CellKey, Counts]) -> Iterator[str]:
    """What the coordinator sees of a session, by a grant of identity, against the truth."""
    session = one.roster.session
    granted = session.enrolled.identity.post("/v1/grants", {"purpose": "reporter", "session": session.id})
    signed_on = http.post(f"{reporter}/signon", data={"grant": granted["grant"]}, headers=AS_JSON)
    if signed_on.status_code != 200:
        raise Refused("the reporter's sign-on", signed_on.status_code, signed_on.text)
    address = f"{reporter}/v1/schools/{session.enrolled.code}/sessions/{session.id}/report"
    headers = {**AS_JSON, "Authorization": f"Bearer {signed_on.json()['token']}"}
    report = http.get(address, headers=headers)
    if report.status_code != 200:
        yield f"the report of {session.id} answers {report.status_code}"
        return
    document: dict[str, Any] = report.json()
    yield from differences(document, {group: counts for (of, group), counts in cells.items() if of == session.id})


def _answers(http: httpx.Client, address: str) -> bool:
    try:
        return http.get(address).status_code == 200
    except httpx.TransportError:
        return False


def _every(number: int, say: Callable[[int], None]) -> Callable[[int], None]:
    """Tells `say` whenever so many more are done."""
    told = 0

    def progress(done: int) -> None:
        nonlocal told
        if done >= told + number:
            told = done - done % number
            say(told)

    return progress
