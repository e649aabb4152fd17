"""The action plan and what became of the last one, in words, in one language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reporter.readers.access import Viewer
from reporter.report.assembly import SessionView
from reporter.report.plan import Check, Step
from reporter.told import words
from reporter.told.change_words import campaign
from reporter.told.words import Voice


def section(voice: Voice, view: SessionView, viewer: Viewer) -> Mapping[str, Any]:
    """The names of the section's templates: the plan's steps, and the last plan with its checks (None for none)."""
    found = view.followed
    return {
        "steps": [step(voice, view, one) for one in view.plan.steps],
        "may_plan": viewer.may_write,
        "followed": None
        if found is None
        else {
            "since": campaign(voice, view, found.campaign),
            "steps": [
                step(voice, view, one) | {"checks": [check(voice, each) for each in checks]}
                for one, checks in zip(found.plan.steps, found.checks, strict=True)
            ],
        },
    }


def step(voice: Voice, view: SessionView, found: Step) -> dict[str, Any]:
    """One step as cells: its item, goal, owner and day."""
    return {
        "code": found.item,
        "item": item(voice, view, found.item),
        "goal": found.goal,
        "owner": voice.t(f"owner.{found.owner}"),
        "due": voice.date(date.fromisoformat(found.due)),
    }


def item(voice: Voice, view: SessionView, code: str) -> str:
    """An item above all groups that are asked it: in the leaders' words if they are; an own one in the school's."""
    if code in view.own:
        return words.item_text(voice, view, code, "")
    known = voice.questionnaire.items.get(code)
    asked = [] if known is None else [group.group for group in view.groups if known.asked(view.level, group.group)]
    return words.shared_text(voice, view, code, asked) if asked else code


def check(voice: Voice, found: Check) -> dict[str, Any]:
    """One group's check of a step as cells."""
    if found.then is None or found.now is None or found.expected is None:
        return {"group": found.group, "told": voice.t("followed.too_few"), "word": voice.t("change.word_too-few")}
    then, expected, now = (
        voice.number(round(value, 1), 1) for value in (found.then.value, found.expected, found.now.value)
    )
    return {
        "group": found.group,
        "told": voice.t("followed.told", then=then, expected=expected, now=now),
        "word": voice.t(f"followed.word_{found.word}"),
    }
