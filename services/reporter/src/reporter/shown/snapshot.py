"""A released snapshot as it stands in the database; only `disclosure` may import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ANSWER_CLASSES = 5


class BadSnapshot(ValueError):
    """A document of `snapshots` that is not what the aggregator promises."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """`items`: eight counts each (1 to 5, not applicable, preferred not to say, skipped) that sum to `n`."""

    id: str
    group: str
    level: str
    n: int
    final: bool
    as_of: str
    items: Mapping[str, tuple[int, ...]]
    background: Mapping[str, Mapping[str, int]]


def read(document: Mapping[str, Any]) -> Snapshot:
    """The value of a plain document; BadSnapshot names what is wrong with it."""
    try:
        found = Snapshot(
            id=str(document["_id"]),
            group=str(document["group"]),
            level=str(document["level"]),
            n=int(document["n"]),
            final=bool(document["final"]),
            as_of=str(document["as_of"]),
            items={code: tuple(int(count) for count in counts) for code, counts in document["items"].items()},
            background={
                question: {option: int(count) for option, count in counts.items()}
                for question, counts in document.get("background", {}).items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadSnapshot(f"a snapshot lacks a field or holds a wrong one: {error!r}") from error
    for code, counts in found.items.items():
        if len(counts) != ANSWER_CLASSES + 3 or min(counts) < 0 or sum(counts) != found.n:
            raise BadSnapshot(f"the counts of {code} in {found.id} are not eight that sum to n")
    return found
