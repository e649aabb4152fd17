"""May the ministry open a shared report beside the figures that are published? identity lets a school share while five
others that do not have answered; what can be subtracted is an edition, which holds those it has admitted."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from reporter.readers.access import Sharers

FEWEST_LEFT: Final = 5


def enough_left(
    terms: Mapping[str, Any], sharers: Sharers, head: Mapping[str, Any] | None, cells: Iterable[Mapping[str, Any]]
) -> bool:
    """Whether five schools that do not share stand behind every published class of a session's answers; and behind
    those not published yet, unless the edition is the last: the first figure of a class could otherwise be that of the
    sharers and too few. `head` and `cells` are the campaign's newest edition, if there is one."""
    classes = {(cell["level"], cell["group"]): cell["classes"] for cell in cells}
    over = head is not None and head["final"]
    for group, breakdowns in sharers.items():
        for breakdown, counts in breakdowns.items():
            for level, sharing in zip((terms["level"], "all"), counts, strict=True):
                if sharing is None:
                    continue
                published = classes.get((level, group), {}).get(_name(terms, breakdown, head))
                if published is None and over:
                    continue
                if published is None or published["schools"] - sharing < FEWEST_LEFT:
                    return False
    return True


def _name(terms: Mapping[str, Any], breakdown: str, head: Mapping[str, Any] | None) -> str:
    """The class as editions call it."""
    if breakdown == "all":
        return breakdown
    own = str(terms["stratum"][breakdown])
    return f"{breakdown}:{(head or {}).get('classes', {}).get(breakdown, {}).get(own, own)}"
