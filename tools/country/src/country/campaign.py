"""A run of the country: who answers in which session, in which order and how fast, and who comes too late."""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from country import truth
from country.ballots import Ballot
from country.conduct import conduct_of
from country.enrol import Session, draw_slips
from country.journey import Journey, Person

LATECOMERS = 1
"""People of a group of students who fetch a ballot in time and hand it in after the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Roster:
    """One session's people: who answers, who will be late, and codes that the run itself never uses."""

    session: Session
    people: Sequence[Person]
    latecomers: Sequence[Person]
    reserved: Mapping[str, Sequence[str]]


def roster(session: Session, seed: int, reserve: Mapping[str, int], turnout: float = 1.0) -> Roster:
    """Draws the session's people from the truth, gets them codes, and puts `reserve` codes of each group aside
    (fewer where the limit of slips leaves no more)."""
    school = session.enrolled.school
    people: list[Person] = []
    latecomers: list[Person] = []
    reserved: dict[str, list[str]] = {}
    for group, place in session.places.items():
        registered = school.levels[session.level].of(group)
        known = truth.cell(seed, school.registry_id, session.level, group, registered, session.forms[group], turnout)
        numbers = list(known.respondents())
        late = LATECOMERS if group == "student" else 0
        spare = min(reserve.get(group, 0), slips_at_most(registered) - len(numbers) - late)
        codes = draw_slips(session, group, len(numbers) + late + spare)
        reserved[group] = codes[len(numbers) + late :]
        for at, number in enumerate([*numbers, *numbers[:late]]):
            person = Person(
                place=place,
                code=codes[at],
                language=("az", "en")[number % 5 == 0],
                answers=known.answers(number),
                background=known.background(number),
                conduct=conduct_of(seed, school.registry_id, session.level, group, number),
            )
            (people if at < len(numbers) else latecomers).append(person)
    random.Random(seed).shuffle(people)  # noqa: S311  # a simulation, not a secret
    return Roster(session=session, people=people, latecomers=latecomers, reserved=reserved)


def slips_at_most(registered: int) -> int:
    """How many slips a coordinator may draw for a group with so many registered people."""
    return registered * 11 // 10 + 2


def interleaved(rosters: Iterable[Roster], seed: int) -> list[Person]:
    """The people of several sessions, mixed as they come in from all over the country."""
    mixed = [person for one in rosters for person in one.people]
    random.Random(seed).shuffle(mixed)  # noqa: S311  # a simulation, not a secret
    return mixed


def play(
    journey: Journey,
    people: Sequence[Person],
    *,
    workers: int,
    per_second: float | None = None,
    progress: Callable[[int], None] = lambda done: None,
    pause: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Lets people answer, `workers` at a time and at most `per_second`; the first exception of one ends the run."""
    started = monotonic()
    waiting: set[Future[None]] = set()
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        try:
            for number, person in enumerate(people):
                if per_second is not None and (ahead := started + number / per_second - monotonic()) > 0:
                    pause(ahead)
                waiting.add(pool.submit(journey.answer, person))
                if len(waiting) >= 2 * workers:
                    finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    done += _settled(finished)
                    progress(done)
            done += _settled(wait(waiting).done)
            progress(done)
        finally:
            for future in waiting:
                future.cancel()


def fetch_latecomers(journey: Journey, rosters: Iterable[Roster]) -> list[tuple[Person, Ballot]]:
    """Lets the latecomers of sessions fetch their ballots while there is time."""
    fetched = [(person, journey.fetch(person)) for one in rosters for person in one.latecomers]
    return [(person, ballot) for person, ballot in fetched if ballot is not None]


def hand_in_late(journey: Journey, late: Iterable[tuple[Person, Ballot]]) -> None:
    """Lets them hand their answers in when their session is closed."""
    for person, ballot in late:
        journey.answer_late(person, ballot)


def _settled(futures: Iterable[Future[None]]) -> int:
    number = 0
    for future in futures:
        future.result()
        number += 1
    return number
