"""The classes in which a campaign's national figures are published: large enough, and with no few schools beside."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from identity.registry import Entry

BREAKDOWNS = ("region", "settlement", "language")
FEWEST_IN_CLASS = 10
Classes = Mapping[str, Mapping[str, str]]
Reason = Literal["one-class", "leftover"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedClass:
    """A class as it will be published: its name, the register's classes in it, schools in all and by level."""

    name: str
    members: tuple[str, ...]
    schools: int
    levels: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A breakdown that was asked for: its classes, or why it is left out: fewer than two classes remain, or beside a
    class of `beside` one to nine schools would be left over."""

    name: str
    classes: tuple[PublishedClass, ...]
    left_out: Reason | None = None
    beside: str | None = None


def plan(entries: Sequence[Entry], wanted: Sequence[str]) -> tuple[Planned, ...]:
    """Every breakdown asked for, in order, with what will become of it.

    A class of fewer than ten schools joins its smallest neighbour. A breakdown is left out where fewer than two
    classes remain, or where a class of one breakdown holds whole classes of another and one to nine schools beside.
    """
    found: list[Planned] = []
    members: dict[str, dict[str, set[str]]] = {}
    for name in wanted:
        joined = _joined(Counter(str(getattr(entry, name)) for entry in entries))
        published: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            published[joined[getattr(entry, name)]].add(entry.registry_id)
        classes = _classes(entries, name, joined)
        if len(published) < 2:
            found.append(Planned(name=name, classes=classes, left_out="one-class"))
            continue
        clash = (other for other, its in members.items() if _leftover(published, its) or _leftover(its, published))
        if (beside := next(clash, None)) is not None:
            found.append(Planned(name=name, classes=classes, left_out="leftover", beside=beside))
            continue
        found.append(Planned(name=name, classes=classes))
        members[name] = published
    return tuple(found)


def breakdown_classes(entries: Sequence[Entry], wanted: Sequence[str]) -> Classes:
    """The breakdowns that can be published, each with {registry class: published class}."""
    return {
        one.name: {member: made.name for made in one.classes for member in made.members}
        for one in plan(entries, wanted)
        if one.left_out is None
    }


def widened(classes: Classes, entries: Sequence[Entry]) -> Classes:
    """The same classes with a place for every class of the register that came later: in the smallest one, so that no
    class of a few schools appears behind the ministry's back. What has a place keeps it."""
    found: dict[str, Mapping[str, str]] = {}
    for name, published in classes.items():
        sizes = Counter({made: 0 for made in published.values()})
        late = set()
        for entry in entries:
            own = str(getattr(entry, name))
            if own in published:
                sizes[published[own]] += 1
            else:
                late.add(own)
        smallest = min(sizes, key=lambda made: (sizes[made], made), default="")
        found[name] = {**published, **dict.fromkeys(sorted(late), smallest)} if smallest else published
    return found


def _classes(entries: Sequence[Entry], name: str, joined: Mapping[str, str]) -> tuple[PublishedClass, ...]:
    schools: Counter[str] = Counter()
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in entries:
        made = joined[getattr(entry, name)]
        schools[made] += 1
        levels[made].update(entry.levels.keys())
    return tuple(
        PublishedClass(
            name=made,
            members=tuple(sorted(own for own, its in joined.items() if its == made)),
            schools=schools[made],
            levels=dict(levels[made]),
        )
        for made in sorted(schools)
    )


def _joined(sizes: Mapping[str, int]) -> dict[str, str]:
    pools = [(size, [name]) for name, size in sizes.items()]
    while len(pools) > 1:
        pools.sort(key=lambda pool: (pool[0], sorted(pool[1])))
        if pools[0][0] >= FEWEST_IN_CLASS:
            break
        smallest, neighbour = pools[0], pools[1]
        pools[:2] = [(smallest[0] + neighbour[0], smallest[1] + neighbour[1])]
    return {name: " + ".join(sorted(names)) for _, names in pools for name in names}


def _leftover(outer: Mapping[str, set[str]], inner: Mapping[str, set[str]]) -> bool:
    for schools in outer.values():
        inside = set().union(*(members for members in inner.values() if members <= schools))
        if inside and 0 < len(schools - inside) < FEWEST_IN_CLASS:
            return True
    return False
