"""What a new file of the register would change: schools that are new, that differ, and that are not in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.values import LEVELS
from identity.registry import NUMBER_OF, Entry, Numbers

ABOUT = ("name", "region", "settlement", "language", "type")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field of a school before and after; `level` "" for what is not a number of people; "" for nothing."""

    field: str
    level: str = ""
    before: str
    after: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A file beside the register: new schools, those that differ with their differences, how many are as they were,
    and the register's ids of schools that are not in the file."""

    new: tuple[Entry, ...]
    changed: tuple[tuple[Entry, tuple[Difference, ...]], ...]
    unchanged: int
    missing: tuple[str, ...]


def merged(before: Entry | None, after: Entry, whole: bool) -> Entry:
    """The school as it will stand: levels that a file does not name stay, unless the file is the whole register."""
    if before is None or whole:
        return after
    return replace(after, levels={**before.levels, **after.levels})


def differences(before: Entry, after: Entry) -> tuple[Difference, ...]:
    """What differs between two states of a school, in the order of the register's columns."""
    found = [
        Difference(field=name, before=str(getattr(before, name)), after=str(getattr(after, name)))
        for name in ABOUT
        if getattr(before, name) != getattr(after, name)
    ]
    for level in LEVELS:
        old, new = before.levels.get(level), after.levels.get(level)
        for name in NUMBER_OF.values():
            was, now = _written(old, name), _written(new, name)
            if was != now:
                found.append(Difference(field=name, level=level, before=was, after=now))
    return tuple(found)


def _written(numbers: Numbers | None, name: str) -> str:
    return "" if numbers is None else str(getattr(numbers, name))


def compare(held: Mapping[str, Entry], file: Sequence[Entry], whole: bool) -> Comparison:
    """The file beside the schools of the register, by their ids."""
    new, changed, unchanged = [], [], 0
    for entry in file:
        before = held.get(entry.registry_id)
        if before is None:
            new.append(entry)
        elif found := differences(before, merged(before, entry, whole)):
            changed.append((entry, found))
        else:
            unchanged += 1
    named = {entry.registry_id for entry in file}
    missing = tuple(sorted(set(held) - named)) if whole else ()
    return Comparison(new=tuple(new), changed=tuple(changed), unchanged=unchanged, missing=missing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Schools of the register that have ended, and those that go on in their place: one for a merger, several for a
    split, none for a closure. Register's ids."""

    ended: tuple[str, ...]
    into: tuple[str, ...] = ()


def fault(ending: Ending, registered: Iterable[str]) -> str | None:
    """Why such an ending cannot be, as a reason code, or None: every school must be in the register, a merger has one
    successor or a split one predecessor, and nothing is named twice."""
    known = set(registered)
    if not ending.ended or len(set(ending.ended)) < len(ending.ended) or len(set(ending.into)) < len(ending.into):
        return "bad-ending"
    if not {*ending.ended, *ending.into} <= known:
        return "unknown-school"
    if len(ending.ended) > 1 and len(ending.into) > 1:
        return "bad-ending"
    if len(ending.ended) == 1 and ending.ended == ending.into:
        return "bad-ending"
    return None
