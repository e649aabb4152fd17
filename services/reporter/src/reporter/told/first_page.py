"""The report's first page in words: who answered, slips, and what is withheld and why, in one language."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reporter.report.assembly import GroupState, SessionView
from reporter.shown.tables import ShownGroup
from reporter.told import words
from reporter.told.words import Voice

SLIPS: Final = ("issued", "reissued", "revoked", "used")
NOT_YET: Final = "–"
"""Stands in a column of numbers where there is none; a note below the table says why."""


def section(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The names of the section's templates."""
    return {
        "facts": [_facts(voice, view, group) for group in view.groups],
        "slips": [_slips(voice, group) for group in view.groups],
        "withheld_words": list(withheld_words(voice, view)),
    }


def withheld_words(voice: Voice, view: SessionView) -> Iterator[tuple[str, str]]:
    """(group, one sentence) for all that is not shown, or not shown exactly, and why."""
    for group in view.groups:
        if group.state == "withheld":
            yield group.group, words.state(voice, group)
    for table in view.report.groups.values():
        if table.bands is not None:
            yield table.group, voice.t("withheld.bands")
            continue
        reasons = Counter(item.reason for item in (*table.items.values(), *table.own.values()) if item.shares is None)
        for reason, count in sorted(reasons.items(), key=lambda found: str(found[0])):
            yield table.group, voice.t("withheld.items", count=count, reason=words.reason(voice, reason, table.k))
        masked = sum(_masked(table))
        if masked:
            yield table.group, voice.t("withheld.masked", count=masked)


def _masked(table: ShownGroup) -> Iterator[bool]:
    for item in (*table.items.values(), *table.own.values()):
        yield item.shares is not None and any(share.kind != "share" for share in item.shares)


def _facts(voice: Voice, view: SessionView, group: GroupState) -> list[str]:
    table = view.report.groups.get(group.group)
    rated = [] if table is None else [item.rated for item in table.items.values() if item.rated is not None]
    answers = voice.number(group.n) if group.n is not None else _about(voice, group)
    return [
        voice.number(group.registered),
        answers,
        NOT_YET if not rated else voice.t("facts.range", low=min(rated), high=max(rated)),
        NOT_YET if group.rate is None else _rate(voice, group),
        NOT_YET if group.as_of is None else voice.day(group.as_of),
    ]


def _rate(voice: Voice, group: GroupState) -> str:
    share = voice.percent(group.rate or 0.0)
    return voice.t("facts.over", rate=share) if group.over else share


def _about(voice: Voice, group: GroupState) -> str:
    return voice.t("state.at_least", n=voice.number(group.answers)) if group.answers else NOT_YET


def _slips(voice: Voice, group: GroupState) -> list[str]:
    slips = group.slips
    told = [NOT_YET if slips is None else voice.number(slips[name]) for name in SLIPS]
    left = NOT_YET if group.slips_left is None else voice.number(group.slips_left)
    return [
        voice.number(group.registered),
        *told,
        voice.number(group.n if group.n is not None else group.answers),
        left,
    ]
