"""Which schools and sessions the pilot has, who answers first, and which sessions end early."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from country.people import School, country
from country.pilot import PLACES, pilot

SEED = 2026
HANDED_OUT: Mapping[str, int] = {"leader": 2, "teacher": 2, "student": 10, "trainer": 2}
"""Codes of each group that the demo hands out to anyone's client and never uses itself."""
RESERVED: Mapping[str, int] = {**HANDED_OUT, "student": HANDED_OUT["student"] + 1}
"""The same, and one student's code for the link that is printed."""
AHEAD, ENDED = 6, 5
"""So many schools are past their first release early on, and so many of those close their sessions."""
PEOPLE_PER_SCHOOL = 45
"""How many people of a school answer on average when the country is larger than the pilot."""
LEVELS = ("lower-secondary", "upper-secondary", "vocational", "primary")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """One session to open: of which school, at which level. `act` 1 and 2 are filled before anything is handed out,
    3 while one watches; `ends` says that it is closed as soon as it is filled."""

    school: School
    level: str
    act: int
    ends: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """The whole demo; `turnout` scales how many of the registered people answer."""

    schools: Sequence[School]
    cues: Sequence[Cue]
    turnout: float


def script(schools: int) -> Script:
    """The pilot for up to twelve schools, else a country in which each school asks at one level."""
    if schools <= len(PLACES):
        chosen: Sequence[School] = pilot(SEED)[:schools]
        return Script(schools=chosen, cues=_pilot_cues(chosen), turnout=1.0)
    chosen = list(country(schools, SEED))
    early = max(AHEAD, schools // 10)
    cues = [
        Cue(school=school, level=_level(school), act=1 if at < early else 3, ends=at < early - 1)
        for at, school in enumerate(chosen)
    ]
    people = sum(cue.school.levels[cue.level].students for cue in cues)
    return Script(schools=chosen, cues=cues, turnout=min(1.0, PEOPLE_PER_SCHOOL * schools / people))


def _pilot_cues(schools: Sequence[School]) -> list[Cue]:
    """Lower secondary first: six schools fill, five of them close; then the same five at upper secondary.

    Of a smaller pilot half of the schools close, so that there is always a session to answer in."""
    ended = min(ENDED, len(schools) // 2)
    cues = [
        Cue(school=school, level="lower-secondary", act=1 if at < AHEAD else 3, ends=at < ended)
        for at, school in enumerate(schools)
    ]
    cues += [
        Cue(school=school, level="upper-secondary", act=2 if at < ended else 3, ends=at < ended)
        for at, school in enumerate(schools)
        if "upper-secondary" in school.levels
    ]
    return cues


def _level(school: School) -> str:
    return next(level for level in LEVELS if level in school.levels)
