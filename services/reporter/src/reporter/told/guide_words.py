"""The discussion guide: what a meeting could talk about, made from the report's findings, in one language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reporter.report import advice
from reporter.report.assembly import SessionView
from reporter.told import change_words, plan_words, words
from reporter.told.words import Voice

POINTS: Final = 4
"""So many findings fit a meeting under one heading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One part of the meeting: its heading, the findings to look at, and the questions to talk about."""

    name: str
    heading: str
    points: tuple[str, ...]
    questions: tuple[str, ...]
    note: str = ""


def rules(voice: Voice) -> tuple[str, ...]:
    """How people talk in the meeting."""
    return tuple(voice.t(f"guide.rule_{rule}") for rule in ("aim", "guess", "chance", "all"))


def topics(voice: Voice, view: SessionView) -> tuple[Topic, ...]:
    """The parts of the meeting; without any finding the areas themselves; none where nothing is shown."""
    if not view.report.groups:
        return ()
    found = [
        _topic(voice, "strong", "guide.strong_heading", _outliers(voice, view, strong=True)),
        _topic(voice, "gap", "guide.gap_heading", list(_gaps(voice, view))),
        _topic(voice, "weak", "guide.weak_heading", _outliers(voice, view, strong=False)),
        _topic(voice, "change", "guide.change_heading", list(_changes(voice, view)), since=_since(voice, view)),
        _topic(voice, "plan", "guide.plan_heading", list(_steps(voice, view))),
    ]
    said = tuple(topic for topic in found if topic is not None)
    return said or (_areas(voice, view),)


def _topic(voice: Voice, name: str, heading: str, points: Sequence[str], **values: str) -> Topic | None:
    if not points:
        return None
    questions = (voice.t(f"guide.{name}_ask_1"), voice.t(f"guide.{name}_ask_2"))
    return Topic(name=name, heading=voice.t(heading, **values), points=tuple(points[:POINTS]), questions=questions)


def _outliers(voice: Voice, view: SessionView, strong: bool) -> list[str]:
    """The groups take turns, so that no group fills the list."""
    lists = [(found.group, found.strong if strong else found.weak) for found in view.report.outliers]
    key = "guide.strong_point" if strong else "guide.weak_point"
    return [
        voice.t(key, group=voice.group_name(group), item=words.item_text(voice, view, codes[place], group))
        for place in range(POINTS)
        for group, codes in lists
        if place < len(codes)
    ]


def _gaps(voice: Voice, view: SessionView) -> Iterator[str]:
    """Gaps in clear words, and below 20 answers nothing."""
    every = [gap for gaps in view.report.item_gaps.values() for gap in gaps]
    for gap in sorted(every, key=lambda gap: (-round(gap.width, 6), gap.code)):
        if gap.effect is not None and gap.effect.word in advice.WIDE:
            yield voice.t(
                "guide.gap_point",
                item=words.shared_text(voice, view, gap.code, gap.groups),
                first=voice.group_name(gap.groups[0]),
                first_share=voice.percent(gap.shares[0]),
                second=voice.group_name(gap.groups[1]),
                second_share=voice.percent(gap.shares[1]),
            )


def _since(voice: Voice, view: SessionView) -> str:
    return "" if view.change is None else change_words.campaign(voice, view, view.change.since.campaign)


def _changes(voice: Voice, view: SessionView) -> Iterator[str]:
    for shift in view.change.clear if view.change else ():
        area = shift.code in voice.questionnaire.areas
        then, now = (voice.number(round(mean.value, 1), 1) for mean in shift.means or ())
        yield voice.t(
            "guide.change_point",
            group=voice.group_name(shift.group),
            word=change_words.word(voice, shift),
            then=then,
            now=now,
            item=voice.area(shift.code) if area else words.item_text(voice, view, shift.code, shift.group),
        )


def _steps(voice: Voice, view: SessionView) -> Iterator[str]:
    for found in view.followed.plan.steps if view.followed else ():
        step: Mapping[str, str] = plan_words.step(voice, view, found)
        yield voice.t("guide.plan_point", goal=step["goal"], owner=step["owner"], due=step["due"])


def _areas(voice: Voice, view: SessionView) -> Topic:
    return Topic(
        name="area",
        heading=voice.t("guide.areas_heading"),
        note=voice.t("guide.areas_note"),
        points=tuple(
            voice.t(
                "guide.area_point",
                area=voice.area(area),
                question=voice.questionnaire.area_question(area, voice.language),
            )
            for area in view.report.areas
        ),
        questions=(voice.t("guide.area_ask_1"), voice.t("guide.area_ask_2")),
    )
