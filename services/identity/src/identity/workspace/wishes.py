"""What a coordinator typed into the guided form, read as wishes for sessions; a step's faults in words."""

from dataclasses import replace
from datetime import datetime

from werkzeug.datastructures import ImmutableMultiDict

from contracts.questionnaire import LANGUAGES, LEVELS, Questionnaire
from identity.current import the_desk
from identity.desk import conduct
from identity.reasons import Refused
from identity.registry import whole_number
from identity.sessions import LONGEST_OWN_ITEM, GroupWish, Wish
from identity.store import campaigns
from identity.workspace.frame import lang, me, moment_of, reason, t

OWN_ROWS = 10
STEPS = ("when", "optional", "own", "expected", "look")
Form = ImmutableMultiDict[str, str]
Errors = dict[str, str]
_FIELDS_OF_WHEN = ("campaign", "level", "group", "when", "opens-day", "opens-time", "closes-day", "closes-time")


def step_of(field: str) -> str | None:
    """The step on which a field of the form stands; None for what is no field of ours."""
    if field in _FIELDS_OF_WHEN:
        return "when"
    first = field.partition("-")[0]
    return first if first in ("optional", "own", "expected") else None


def carried(form: Form, step: str) -> list[tuple[str, str]]:
    """Names and values of all fields that stand on other steps."""
    return [pair for pair in form.items(multi=True) if step_of(pair[0]) not in (None, step)]


def questionnaire(form: Form) -> Questionnaire:
    """The questionnaire of the chosen campaign; Refused if there is no such campaign."""
    desk = the_desk()
    found = campaigns.get(desk.place, form.get("campaign", ""))
    if found is None:
        raise Refused("unknown-campaign")
    return desk.bank(found.questionnaire)


def wishes(form: Form) -> list[Wish]:
    """A wish for each chosen level, not yet checked; Refused for an unknown campaign, bad-dates without an end."""
    bank, closes, opens = questionnaire(form), closing(form), opening(form)
    if closes is None or (form.get("when") == "later" and opens is None):
        raise Refused("bad-dates")
    wanted, own = set(form.getlist("optional")), own_items(form)
    made = []
    for level in levels(form):
        groups = {}
        for group in form.getlist("group"):
            if group in bank.groups(level):
                offered = bank.optional(level, group)
                wish = GroupWish(optional=tuple(code for code in offered if code in wanted), own=own)
                groups[group] = replace(wish, expected=_expected(form, level, group))
        made.append(Wish(level=level, closes=closes, opens=opens, groups=groups))
    return made


def levels(form: Form) -> list[str]:
    """The chosen levels."""
    return [level for level in LEVELS if level in form.getlist("level")]


def closing(form: Form) -> datetime | None:
    """The end, if one was typed."""
    return moment_of(form.get("closes-day", ""), form.get("closes-time", ""))


def opening(form: Form) -> datetime | None:
    """The beginning, if it is not at once."""
    return moment_of(form.get("opens-day", ""), form.get("opens-time", "")) if form.get("when") == "later" else None


def own_items(form: Form) -> tuple[dict[str, str], ...]:
    """The school's own statements by language, empty rows left out."""
    rows = [
        {language: form.get(f"own-{n}-{language}", "").strip() for language in LANGUAGES}
        for n in range(1, OWN_ROWS + 1)
    ]
    return tuple(row for row in rows if any(row.values()))


def _expected(form: Form, level: str, group: str) -> int | None:
    return whole_number(form.get(f"expected-{level}-{group}", ""), 5)


def faults(form: Form, step: str) -> Errors:
    """What is wrong on this step, by field."""
    if step == "when":
        return _when(form)
    if step == "own":
        return _own(form)
    return _numbers(form) if step == "expected" else {}


def _when(form: Form) -> Errors:
    errors: Errors = {}
    if not levels(form):
        errors["level"] = t("session.choose_level")
    if not form.getlist("group"):
        errors["group"] = t("session.choose_group")
    if form.get("when") == "later" and opening(form) is None:
        errors["opens-day"] = t("session.no_time")
    if closing(form) is None:
        errors["closes-day"] = t("session.no_time")
    return errors or _refusals(form)


def _refusals(form: Form) -> Errors:
    errors: Errors = {}
    fields = {"bad-dates": "closes-day", "unknown-campaign": "campaign", "campaign-closed": "campaign"}
    try:
        for wish in wishes(form):
            try:
                conduct.check(the_desk(), me(), form.get("campaign", ""), plain(wish))
            except Refused as refusal:
                errors[fields.get(refusal.reason, "level")] = told(form, wish.level, refusal)
    except Refused as refusal:
        errors[fields.get(refusal.reason, "level")] = reason(refusal)
    return errors


def plain(wish: Wish) -> Wish:
    """The same without own items, whose faults have a step of their own."""
    return replace(wish, groups={group: replace(one, own=()) for group, one in wish.groups.items()})


def told(form: Form, level: str, refusal: Refused) -> str:
    """A refusal of one level in words."""
    bank = questionnaire(form)
    return f"{bank.level_name(level, lang())}: {reason(refusal)}"


def _own(form: Form) -> Errors:
    errors: Errors = {}
    for n in range(1, OWN_ROWS + 1):
        row = {language: form.get(f"own-{n}-{language}", "").strip() for language in LANGUAGES}
        for language, text in row.items():
            if any(row.values()) and not text:
                errors[f"own-{n}-{language}"] = t("session.own.both", n=n)
            elif len(text) > LONGEST_OWN_ITEM or not text.isprintable():
                errors[f"own-{n}-{language}"] = t("session.own.long", n=n, most=LONGEST_OWN_ITEM)
    return errors


def _numbers(form: Form) -> Errors:
    typed = {name: value for name, value in form.items() if step_of(name) == "expected" and value.strip()}
    wrong = [name for name, value in typed.items() if whole_number(value, 5) is None]
    return dict.fromkeys(wrong, t("session.expected.number"))
