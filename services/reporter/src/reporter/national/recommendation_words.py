"""Recommendations in words: what the ministry could do, and the rule with its figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from look import texts
from reporter.national import breakdowns, overview
from reporter.national.nation import Figure
from reporter.national.recommendations import RULES, Recommendation
from reporter.told.words import Voice

ADVICE: Final = texts.load(Path(__file__).parents[1] / "recommendations.yaml", shared=False)


def cards(voice: Voice, found: Sequence[Recommendation]) -> list[Mapping[str, Any]]:
    """One a recommendation: what it is about, what could be done, its rule, and the figures that it read."""
    return [
        {
            "rule": voice.t(f"recommend.rule_{one.rule}", **_limit(voice, one.rule)),
            "name": voice.area(one.area) if one.area else voice.t(f"recommend.about_{one.rule}"),
            "text": ADVICE.get(_key(one), voice.language),
            "because": because(voice, one),
        }
        for one in found
    ]


def _key(one: Recommendation) -> str:
    area = f"area.{one.area}"
    return area if one.rule in ("low", "fell") else f"rule.{one.rule}"


def _limit(voice: Voice, rule: str) -> dict[str, str]:
    limit = RULES[rule].get("share")
    return {} if limit is None else {"limit": voice.percent(limit)}


def because(voice: Voice, one: Recommendation) -> str:
    """The figures of the rule, in a sentence."""
    if one.apart is not None:
        points = [overview.point(voice, figure) for figure in (one.apart.higher, one.apart.lower)]
        return voice.t("recommend.because_gap", higher=points[0], lower=points[1])
    if one.shift is not None:
        return voice.t(
            "recommend.because_fell",
            group=voice.group_name(one.shift.group),
            then=voice.percent(one.shift.then),
            now=voice.percent(one.shift.now),
        )
    if one.unanswered is not None:
        return voice.t(
            "recommend.because_unanswered",
            group=voice.group_name(one.unanswered.group),
            share=voice.percent(one.unanswered.all),
            item=one.unanswered.worst,
            worst=voice.percent(one.unanswered.worst_share),
        )
    if one.figure is None:
        return ""
    if one.regions:
        listed = ", ".join(_region(voice, row) for row in one.regions)
        return voice.t("recommend.because_region", nation=overview.point(voice, one.figure), list=listed)
    if one.rule == "coverage" and (shares := overview.covered(one.figure)) is not None:
        schools = voice.percent(shares[0])
        return voice.t("recommend.because_coverage", group=voice.group_name(one.figure.group), schools=schools)
    return voice.t("recommend.because_low", point=overview.point(voice, one.figure), n=one.figure.people)


def _region(voice: Voice, row: Figure) -> str:
    return voice.t("recommend.region", region=breakdowns.class_name(voice, row.cls), share=voice.percent(row.share))
