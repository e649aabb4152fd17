"""May a school show its report to the ministry, or would too few that do not be left in a published class?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST_LEFT = 5
"""Schools that do not share, in every class that can be published: below that, class minus sharers is too few."""

Sharers = Mapping[str, Mapping[str, Sequence[int | None]]]
"""By group and breakdown: schools that share in the class of the session's own level and in that of all levels; None
where the class has too few schools to be published."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One session of a campaign, cancelled ones left out: its classes in the register by breakdown, the groups asked,
    those of them whose answers are surely in (closed, a slip used), and whether its report is shared."""

    session: str
    school: str
    level: str
    classes: Mapping[str, str]
    asked: frozenset[str]
    answered: frozenset[str]
    shared: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Hindrance:
    """The class in which too few would be left: "all" or a breakdown, its name ("" for all), and the group."""

    breakdown: str
    name: str
    group: str


def hindrance(wanted: Part, parts: Sequence[Part], published: Mapping[str, Mapping[str, str]]) -> Hindrance | None:
    """Why this session may not be shared now, or None. `published` gives each breakdown's published class of a class
    of the register. A class of fewer than five schools is never published, and hinders nobody."""
    for group in sorted(wanted.answered):
        asked = [part for part in parts if group in part.asked]
        for of_level in (True, False):
            scope = [part for part in asked if part.level == wanted.level] if of_level else asked
            for breakdown in ("all", *published):
                merged = published.get(breakdown, {})
                inside = [
                    part for part in scope if _class(part, breakdown, merged) == _class(wanted, breakdown, merged)
                ]
                if _too_few(inside, wanted, group):
                    return Hindrance(breakdown=breakdown, name=_class(wanted, breakdown, merged), group=group)
    return None


def sharers(wanted: Part, parts: Sequence[Part], published: Mapping[str, Mapping[str, str]]) -> Sharers:
    """The schools that share, in each class that can be published and holds this session's answers."""
    found: dict[str, dict[str, list[int | None]]] = {}
    for group in sorted(wanted.answered):
        asked = [part for part in parts if group in part.asked]
        for breakdown in ("all", *published):
            merged = published.get(breakdown, {})
            inside = [part for part in asked if _class(part, breakdown, merged) == _class(wanted, breakdown, merged)]
            of_level = [part for part in inside if part.level == wanted.level]
            found.setdefault(group, {})[breakdown] = [_sharing(of_level, group), _sharing(inside, group)]
    return found


def _sharing(inside: Sequence[Part], group: str) -> int | None:
    if len({part.school for part in inside}) < FEWEST_LEFT:
        return None
    return len({part.school for part in inside if part.shared and group in part.answered})


def _class(part: Part, breakdown: str, merged: Mapping[str, str]) -> str:
    own = part.classes.get(breakdown, "")
    return merged.get(own, own)


def _too_few(inside: Iterable[Part], wanted: Part, group: str) -> bool:
    found = list(inside)
    if len({part.school for part in found}) < FEWEST_LEFT:
        return False
    left = {part.school for part in found if not part.shared and group in part.answered}
    return len(left - {wanted.school}) < FEWEST_LEFT
