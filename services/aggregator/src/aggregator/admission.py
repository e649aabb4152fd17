"""Which released batches may enter a national edition, so that no class of it ever moves by too few schools.

Every breakdown of an edition is a sum of the same admitted batches: there is nothing to subtract.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NATION = "all/all"
SCHOOLS, PEOPLE = 5, 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A released batch: its id, its school, its people, and every class of the edition that it would move."""

    id: str
    school: str
    people: int
    classes: tuple[str, ...]


def rule_n(people_by_school: Iterable[int]) -> bool:
    """Whether a figure covers enough: 5 schools, 30 people, and twice the largest school and the second largest
    together are at most the whole."""
    people = sorted(people_by_school, reverse=True)
    total = sum(people)
    return len(people) >= SCHOOLS and total >= PEOPLE and 2 * people[0] + people[1] <= total


def admit(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The batches of one group that may enter together, in the order given; often none.

    While some class would move by something that rule N does not allow, the batches in it go back: the class with
    the fewest people first, the nation last, and again from the smallest after every return.
    """
    left = {batch.id: batch for batch in waiting}
    schools: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    members: dict[str, set[str]] = defaultdict(set)
    for batch in waiting:
        for name in batch.classes:
            schools[name][batch.school] += batch.people
            members[name].add(batch.id)
    bad = {name for name, people in schools.items() if not rule_n(people.values())}
    while bad:
        worst = min(bad, key=lambda name: (name == NATION, sum(schools[name].values()), name))
        touched: set[str] = set()
        for gone in sorted(members[worst]):
            batch = left.pop(gone)
            touched.update(batch.classes)
            for name in batch.classes:
                members[name].discard(gone)
                people = schools[name]
                people[batch.school] -= batch.people
                if not people[batch.school]:
                    del people[batch.school]
        for name in touched:
            if schools[name] and not rule_n(schools[name].values()):
                bad.add(name)
            else:
                bad.discard(name)
    return [batch for batch in waiting if batch.id in left]


def people_by_school(batches: Iterable[Waiting]) -> Mapping[str, int]:
    """People of these batches by school."""
    people: dict[str, int] = defaultdict(int)
    for batch in batches:
        people[batch.school] += batch.people
    return people
