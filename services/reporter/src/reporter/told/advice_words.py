"""Suggestions in words: what could be done, and by which rule and figures it is suggested, in one language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from look import texts
from reporter.report.advice import Suggestion
from reporter.report.assembly import SessionView
from reporter.told import words
from reporter.told.change_words import campaign, one_decimal
from reporter.told.words import Voice

ADVICE: Final = texts.load(Path(__file__).parents[1] / "advice.yaml", shared=False)


def section(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The names of the section's template."""
    return {"advice": [card(voice, view, found) for found in view.advice]}


def card(voice: Voice, view: SessionView, found: Suggestion) -> Mapping[str, Any]:
    """One suggestion: what it is about, what could be done, its rule with its figures, and the item for a plan."""
    return {
        "rule": voice.t(f"advice.rule_{found.rule}"),
        "name": name(voice, view, found),
        "groups": found.groups,
        "text": text(voice, found.code, found.area),
        "because": because(voice, view, found),
        "item": None if found.rule == "low" else found.code,
    }


def name(voice: Voice, view: SessionView, found: Suggestion) -> str:
    """The item's words, or the area's name."""
    if found.rule == "low":
        return voice.area(found.area)
    return words.shared_text(voice, view, found.code, found.groups)


def text(voice: Voice, code: str, area: str) -> str:
    """What a school could do about an item, or about its area where the item has no text of its own."""
    key = f"item.{code}"
    return ADVICE.get(key if key in ADVICE.keys() else f"area.{area}", voice.language)  # noqa: SIM118  # no dictionary


def because(voice: Voice, view: SessionView, found: Suggestion) -> str:
    """The rule that suggests this, with the figures that it read."""
    if found.gap is not None:
        first, second = found.gap.groups
        return voice.t(
            "advice.because_gap",
            effect=words.effect(voice, found.gap),
            first=voice.group_name(first),
            first_share=voice.percent(found.gap.shares[0]),
            second=voice.group_name(second),
            second_share=voice.percent(found.gap.shares[1]),
        )
    who = voice.group_name(found.groups[0])
    if found.shift is not None and found.shift.means is not None:
        then, now = (voice.number(round(mean.value, 1), 1) for mean in found.shift.means)
        since = campaign(voice, view, view.change.since.campaign) if view.change else ""
        return voice.t("advice.because_fell", group=who, since=since, then=then, now=now)
    if found.mean is None:
        return ""
    figures = one_decimal(voice, found.mean)
    if found.middle is None:
        return voice.t("advice.because_low", group=who, **figures)
    return voice.t("advice.because_weak", group=who, middle=voice.number(round(found.middle, 1), 1), **figures)
