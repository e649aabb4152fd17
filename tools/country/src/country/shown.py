"""Holds what a school's report shows against what its people answered: what is printed must follow from the truth."""

from collections.abc import Iterator, Mapping
from typing import Any

from country.ledger import Counts

STEPS = 5
"""The first so many counts of an item are the steps of the scale; who chose none of these did not rate it."""
FINE_FROM = 100
"""From so many raters on shares are whole per cents, below it steps of five."""


def differences(report: Mapping[str, Any], known: Mapping[str, Counts]) -> Iterator[str]:
    """A sentence for each number of a closed session's report (as JSON) that does not follow from `known`, the counts
    by group; groups below their k may be shown without a number of answers."""
    shown = {row["group"]: row for row in report["groups"]}
    for group, counts in known.items():
        row = shown.get(group, {"answers": 0, "answers_exact": False, "k": 0})
        if counts.n >= row["k"] and (row["answers"], row["answers_exact"]) != (counts.n, True):
            yield f"{group}s: {row['answers']} people are shown, {counts.n} answered"
    for row in report["items"]:
        answered = known[row["group"]].items.get(row["code"])
        yield from _item(row, answered) if answered else (f"{row['group']} {row['code']} was asked of nobody",)


def _item(row: Mapping[str, Any], counts: list[int]) -> Iterator[str]:
    what, rated = f"{row['group']} {row['code']}", sum(counts[:STEPS])
    if row["answers"] != sum(counts):
        yield f"{what}: {row['answers']} answers are shown, there are {sum(counts)}"
    if row["rated"] is not None and row["rated"] != rated:
        yield f"{what}: {row['rated']} are said to have rated it, {rated} have"
    for step, share in enumerate(row["shares"] or ()):
        if not _fits(share, 100 * counts[step] / max(rated, 1), 0.5 if rated >= FINE_FROM else 2.5):
            shown = f"{share['kind']} {share['percent']}"
            yield f"{what}: step {step + 1} is shown as {shown} %, {counts[step]} of {rated} chose it"


def _fits(share: Mapping[str, Any], percent: float, rounding: float) -> bool:
    """Whether `percent`, rounded by at most so much, may be shown like this."""
    if share["kind"] == "masked":
        return True
    above, below = percent - share["percent"], share["percent"] - percent
    wrong = {"share": max(above, below), "at-most": above, "at-least": below}[share["kind"]]
    return bool(wrong <= rounding + 1e-9)
