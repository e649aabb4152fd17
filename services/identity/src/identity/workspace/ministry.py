"""The ministry's campaigns and API keys, and what was done."""

from collections.abc import Mapping

from flask import Response, redirect, request

from contracts.schemas import GROUPS
from identity.current import the_desk
from identity.desk import accounts, campaigns
from identity.reasons import Refused
from identity.registry import whole_number
from identity.sessions import THRESHOLDS
from identity.store import campaigns as store
from identity.store import records, sessions, staff
from identity.workspace.frame import blueprint, confirmed, lang, local, me, moment_of, needs, reason, render, t


@blueprint.get("/campaigns")
@needs("campaigns")
def list_campaigns() -> Response:
    place = the_desk().place
    rows = [
        (campaign, sessions.count_by_state(place, campaign.campaign), store.ending(place, campaign.campaign))
        for campaign in store.every(place)
    ]
    return render("campaigns.html", rows=rows, local=local)


@blueprint.get("/campaigns/new")
@needs("campaigns")
def new_campaign() -> Response:
    return render("campaign_new.html", errors={}, form={}, groups=GROUPS, thresholds=THRESHOLDS)


_CAMPAIGN_FIELD = {
    "bad-campaign-name": "campaign",
    "campaign-exists": "campaign",
    "bad-dates": "opens",
    "bad-threshold": "k-student",
}


@blueprint.post("/campaigns/new")
@needs("campaigns")
def post_campaign() -> Response:
    form = request.form
    opens = moment_of(form.get("opens", ""), "00:00")
    closes = moment_of(form.get("closes", ""), "23:59")
    errors = {}
    for name, found in (("opens", opens), ("closes", closes)):
        if found is None:
            errors[name] = t("campaign.no_day")
    if opens is not None and closes is not None:
        try:
            campaigns.create(
                the_desk(),
                me(),
                campaign=form.get("campaign", "").strip(),
                names={language: form.get(f"name-{language}", "").strip() for language in ("en", "az")},
                opens=opens,
                closes=closes,
                k=_thresholds(form),
            )
        except Refused as refusal:
            errors[_CAMPAIGN_FIELD.get(refusal.reason, "campaign")] = reason(refusal)
        else:
            return redirect("/campaigns", 303)  # type: ignore[return-value]  # werkzeug's own Response
    return render("campaign_new.html", 422, errors=errors, form=form, groups=GROUPS, thresholds=THRESHOLDS)


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
    return redirect("/campaigns", 303)  # type: ignore[return-value]  # werkzeug's own Response


def _confirm(campaign: str, errors: dict[str, str]) -> Response:
    found = store.get(the_desk().place, campaign)
    if found is None:
        raise Refused("unknown-campaign")
    counts = sessions.count_by_state(the_desk().place, campaign)
    return render("campaign_close.html", 422 if errors else 200, campaign=found, counts=counts, errors=errors)


@blueprint.get("/keys")
@needs("api-keys")
def list_keys() -> Response:
    return _keys({}, None)


@blueprint.post("/keys")
@needs("api-keys")
def post_key() -> Response:
    desk = the_desk()
    if "remove" in request.form:
        accounts.remove_api_key(desk, me(), request.form["remove"])
        return redirect("/keys", 303)  # type: ignore[return-value]  # werkzeug's own Response
    try:
        made = accounts.add_api_key(desk, me(), request.form.get("name", "").strip().lower())
    except Refused as refusal:
        return _keys({"name": reason(refusal)}, None)
    return _keys({}, made)


def _keys(errors: dict[str, str], made: str | None) -> Response:
    place = the_desk().place
    return render(
        "keys.html",
        422 if errors else 200,
        rows=staff.api_keys(place),
        people=staff.people(place),
        notes=records.notes(place, {}, 50),
        errors=errors,
        made=made,
        lang_now=lang(),
    )
