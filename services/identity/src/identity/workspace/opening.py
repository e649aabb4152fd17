"""Opening sessions of several levels in one guided act: five steps, then a look at each group's questionnaire."""

from datetime import timedelta
from typing import Any

from flask import Response, request

from contracts.messages import Campaign
from contracts.questionnaire import Questionnaire
from contracts.values import GROUPS, LEVELS
from identity.current import the_desk
from identity.desk import conduct
from identity.reasons import Refused
from identity.registry import Entry
from identity.sessions import Wish, items_of
from identity.store import campaigns, schools
from identity.workspace import wishes
from identity.workspace.frame import blueprint, go, lang, local, me, needs, render
from identity.workspace.wishes import STEPS, Errors


@blueprint.get("/sessions/new")
@needs("sessions")
def new_session() -> Response:
    return _step("when", {})


@blueprint.post("/sessions/new")
@needs("sessions")
def post_session() -> Response:
    """One step of the form, all others carried along; without a step's name everything is opened at once."""
    form = request.form
    at, go = form.get("at", "look"), form.get("go", "open")
    at = at if at in STEPS else "when"
    if go in STEPS[:-1]:
        return _step(go, {})
    if go == "back":
        return _step(STEPS[max(0, STEPS.index(at) - 1)], {})
    for step in STEPS if at in STEPS[-2:] else (at,):  # nothing comes to the last look, or past it, that is not right
        if errors := wishes.faults(form, step):
            return _step(step, errors, 422)
    return _open() if at == "look" else _step(STEPS[STEPS.index(at) + 1], {})


def _open() -> Response:
    """Each level is a session of its own, and one that fails does not undo the others."""
    form, done, errors = request.form, [], {}
    for wish in wishes.wishes(form):
        try:
            conduct.create(the_desk(), me(), form.get("campaign", ""), wish)
        except Refused as refusal:
            errors["level"] = wishes.told(form, wish.level, refusal)
        else:
            done.append(wish.level)
    if errors:
        return _step("when", errors, 422, done)
    return go("/school")


def _offered() -> list[Campaign]:
    desk = the_desk()
    now = desk.clock()
    return [
        campaign
        for campaign in campaigns.every(desk.place)
        if campaign.state != "closed" and now < campaign.closes and not campaigns.ending(desk.place, campaign.campaign)
    ]


def _step(step: str, errors: Errors, status: int = 200, done: list[str] | None = None) -> Response:
    desk, form, offered = the_desk(), request.form, _offered()
    entry = schools.get(desk.place, me().school or "")
    if not offered or entry is None:
        return render("session_none.html", status)
    try:
        bank = wishes.questionnaire(form)
    except Refused:
        step, bank = "when", desk.bank(offered[0].questionnaire)
    wanted: list[Wish] = wishes.wishes(form) if step == "look" else []
    values: dict[str, Any] = _when(entry, bank, offered) if step == "when" else {"entry": entry}
    return render(
        f"session_{step}.html",
        status,
        at=step,
        number_of_step=STEPS.index(step) + 1,
        steps=STEPS,
        carried=wishes.carried(form, step),
        form=form,
        errors=errors,
        bank=bank,
        done=[bank.level_name(level, lang()) for level in done or ()],
        areas=_optional(bank) if step == "optional" else [],
        rows=range(1, wishes.OWN_ROWS + 1),
        chosen=_chosen(bank),
        forms=[_shown(wish, bank) for wish in wanted],
        wishes=wanted,
        **values,
    )


def _when(entry: Entry, bank: Questionnaire, offered: list[Campaign]) -> dict[str, Any]:
    now = local(the_desk().clock())
    levels = [level for level in LEVELS if level in entry.levels]
    last = min(local(offered[0].closes), (now + timedelta(days=14)).replace(hour=18, minute=0))
    last = last.replace(hour=18, minute=0) if last.hour >= 18 else last
    return {
        "campaigns": offered,
        "entry": entry,
        "levels": levels,
        "groups": [group for group in GROUPS if any(group in bank.groups(level) for level in levels)],
        "zone": the_desk().settings.timezone,
        "today": now.date().isoformat(),
        "later": last.date().isoformat(),
        "later_time": last.strftime("%H:%M"),
    }


def _chosen(bank: Questionnaire) -> dict[str, list[str]]:
    """Groups that are asked, by chosen level."""
    form = request.form
    return {
        level: [group for group in bank.groups(level) if group in form.getlist("group")]
        for level in wishes.levels(form)
    }


def _optional(bank: Questionnaire) -> list[tuple[str, list[tuple[str, str, list[str]]]]]:
    """(area's name, (code, words, groups asked)) of what the chosen levels and groups may be asked besides."""
    areas: dict[str, dict[str, tuple[str, list[str]]]] = {}
    for level, groups in _chosen(bank).items():
        for group in groups:
            for code in bank.optional(level, group):
                found = areas.setdefault(bank.items[code].area, {})
                asked = found.setdefault(code, (bank.text(code, group, level, lang()).text, []))[1]
                if group not in asked:
                    asked.append(group)
    return [
        (bank.area_name(area, lang()), [(code, words, asked) for code, (words, asked) in areas[area].items()])
        for area in bank.areas
        if area in areas
    ]


def _shown(wish: Wish, bank: Questionnaire) -> dict[str, Any]:
    """A level as each of its groups will be asked."""
    return {
        "level": wish.level,
        "groups": [
            {
                "group": group,
                "expected": one.expected,
                "items": items_of(one, group, wish.level, bank),
                "background": bank.background(wish.level, group),
            }
            for group, one in wish.groups.items()
        ],
    }
