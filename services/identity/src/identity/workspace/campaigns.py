"""The ministry's campaigns: their list, a new one that is looked at before it is started, and the end of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response, request

from contracts.questionnaire import CURRENT, versions
from contracts.values import GROUPS, LEVELS
from identity.breakdowns import BREAKDOWNS, FEWEST_IN_CLASS
from identity.current import the_desk
from identity.desk import campaigns
from identity.reasons import Refused
from identity.registry import whole_number
from identity.sessions import THRESHOLDS
from identity.store import campaigns as store
from identity.store import schools, sessions
from identity.workspace.frame import blueprint, confirmed, go, local, me, moment_of, needs, reason, render, t


@blueprint.get("/campaigns")
@needs("campaigns")
def list_campaigns() -> Response:
    place = the_desk().place
    rows = [
        (campaign, sessions.count_by_state(place, campaign.campaign), store.ending(place, campaign.campaign))
        for campaign in store.every(place)
    ]
    return render("campaigns.html", rows=rows, local=local, groups=GROUPS)


@blueprint.get("/campaigns/new")
@needs("campaigns")
def new_campaign() -> Response:
    return _form({}, {})


def _form(form: Any, errors: dict[str, str]) -> Response:
    chosen = form.getlist("breakdown") if form else BREAKDOWNS
    return render(
        "campaign_new.html",
        422 if errors else 200,
        errors=errors,
        form=form,
        groups=GROUPS,
        thresholds=THRESHOLDS,
        versions=versions(),
        current=CURRENT,
        breakdowns=BREAKDOWNS,
        chosen=chosen,
        fewest=FEWEST_IN_CLASS,
    )


_CAMPAIGN_FIELD = {
    "bad-campaign-name": "campaign",
    "campaign-exists": "campaign",
    "bad-dates": "opens",
    "bad-threshold": "k-student",
    "unknown-questionnaire": "questionnaire",
}


@blueprint.post("/campaigns/new")
@needs("campaigns")
def post_campaign() -> Response:
    """First what would be: its classes with their schools; the campaign is started from there."""
    form = request.form
    if form.get("go") == "back":
        return _form(form, {})
    days, errors = _days(form)
    if errors or days is None:
        return _form(form, errors)
    wish: dict[str, Any] = {
        "campaign": form.get("campaign", "").strip(),
        "names": {language: form.get(f"name-{language}", "").strip() for language in ("en", "az")},
        "opens": days[0],
        "closes": days[1],
        "questionnaire": form.get("questionnaire") or CURRENT,
        "k": _thresholds(form),
        "breakdowns": [name for name in BREAKDOWNS if name in form.getlist("breakdown")],
    }
    act = campaigns.create if form.get("go") == "start" else campaigns.check
    try:
        act(the_desk(), me(), **wish)
    except Refused as refusal:
        return _form(form, {_CAMPAIGN_FIELD.get(refusal.reason, "campaign"): reason(refusal)})
    return go("/campaigns") if form.get("go") == "start" else _look(form, wish)


def _days(form: Mapping[str, str]) -> tuple[tuple[datetime, datetime] | None, dict[str, str]]:
    opens, closes = moment_of(form.get("opens", ""), "00:00"), moment_of(form.get("closes", ""), "23:59")
    missing = {name: t(f"campaign.no_{name}") for name, found in (("opens", opens), ("closes", closes)) if not found}
    return (None if opens is None or closes is None else (opens, closes)), missing


def _look(form: Any, wish: Mapping[str, Any]) -> Response:
    desk = the_desk()
    kept = [pair for pair in form.items(multi=True) if pair[0] not in ("csrf_token", "go")]
    return render(
        "campaign_look.html",
        wish=wish,
        kept=kept,
        k={**THRESHOLDS, **wish["k"]},
        groups=GROUPS,
        levels=LEVELS,
        planned=campaigns.classes_of(desk, wish["breakdowns"]),
        registered=schools.count(desk.place),
        fewest=FEWEST_IN_CLASS,
    )


def _thresholds(form: Mapping[str, str]) -> dict[str, int]:
    """The thresholds that were typed; what is no number up to 1000 is below every threshold."""
    typed = {group: form.get(f"k-{group}", "").strip() for group in GROUPS}
    found = {group: whole_number(text, 4) or 0 for group, text in typed.items() if text}
    return {group: k if k <= 1000 else 0 for group, k in found.items()}


@blueprint.get("/campaigns/<campaign>/close")
@needs("campaigns")
def close_campaign(campaign: str) -> Response:
    return _confirm(campaign, {})


@blueprint.post("/campaigns/<campaign>/close")
@needs("campaigns")
def post_close_campaign(campaign: str) -> Response:
    if not confirmed("confirm.close"):
        return _confirm(campaign, {"word": t("confirm.wrong")})
    campaigns.close(the_desk(), me(), campaign)
    return go("/campaigns")


def _confirm(campaign: str, errors: dict[str, str]) -> Response:
    found = store.get(the_desk().place, campaign)
    if found is None:
        raise Refused("unknown-campaign")
    counts = sessions.count_by_state(the_desk().place, campaign)
    return render("campaign_close.html", 422 if errors else 200, campaign=found, counts=counts, errors=errors)
