"""A coordinator's school: what comes next, opening sessions, and one session from slips to its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Response, redirect, request

from contracts.messages import Campaign
from contracts.questionnaire import LANGUAGES
from contracts.schemas import GROUPS, LEVELS
from identity.current import the_desk
from identity.desk import conduct
from identity.reasons import Refused
from identity.registry import whole_number
from identity.sessions import GroupWish, Wish, cap, window
from identity.store import campaigns, schools, staff
from identity.workspace.frame import blueprint, lang, local, me, moment_of, needs, reason, render, t
from identity.workspace.ministry import confirmed

OWN_ROWS = 10


@blueprint.get("/school")
@needs("sessions")
def school() -> Response:
    desk, who = the_desk(), me()
    entry = schools.get(desk.place, who.school or "")
    views = conduct.views(desk, who)
    bank = desk.bank(views[0].message.questionnaire) if views else None
    names = {campaign.campaign: campaign.names[lang()] for campaign in campaigns.every(desk.place)}
    return render(
        "school.html",
        entry=entry,
        views=views,
        names=names,
        bank=bank,
        step=_next_step(views, desk.clock()),
        invitation=staff.invitation_of(desk.place, who.school or ""),
    )


def _next_step(views: list[conduct.View], now: datetime) -> tuple[str, str | None]:
    """The key of the next step's words, and where it leads."""
    going = [view for view in views if window(view.message.timetable, now) in ("before", "open")]
    unprinted = [view for view in going if not any(one.issued for one in view.groups.values())]
    if unprinted:
        return "step.print", f"/sessions/{unprinted[0].message.session}"
    if going:
        return "step.answering", f"/sessions/{going[0].message.session}"
    if any(view.message.timetable.state != "cancelled" for view in views):
        return "step.report", "/report"
    return "step.first", "/sessions/new"


@blueprint.get("/sessions/new")
@needs("sessions")
def new_session() -> Response:
    return _form({}, [])


def _open_campaigns() -> list[Campaign]:
    desk = the_desk()
    now = desk.clock()
    return [
        campaign
        for campaign in campaigns.every(desk.place)
        if campaign.state != "closed" and now < campaign.closes and not campaigns.ending(desk.place, campaign.campaign)
    ]


def _form(errors: dict[str, str], done: list[str], status: int = 200) -> Response:
    desk, who = the_desk(), me()
    entry = schools.get(desk.place, who.school or "")
    offered = _open_campaigns()
    bank = desk.bank(offered[0].questionnaire) if offered else None
    levels = [level for level in LEVELS if entry and level in entry.levels]
    asked = {group: [level for level in levels if bank and group in bank.groups(level)] for group in GROUPS}
    optional: dict[str, tuple[str, str]] = {}
    for level in levels if bank else ():
        for group in bank.groups(level) if bank else ():
            for code in bank.optional(level, group) if bank else ():
                if bank and code not in optional:
                    area = bank.items[code].area
                    optional[code] = (bank.text(code, group, level, lang()).text, bank.area_name(area, lang()))
    now = local(desk.clock())
    return render(
        "session_new.html",
        status,
        errors=errors,
        done=done,
        form=request.form,
        campaigns=offered,
        entry=entry,
        bank=bank,
        levels=levels,
        groups=[group for group in GROUPS if asked[group]],
        asked=asked,
        optional=optional,
        own_rows=range(1, OWN_ROWS + 1),
        zone=desk.settings.timezone,
        today=now.date().isoformat(),
        later=(now + timedelta(days=14)).date().isoformat(),
    )


@blueprint.post("/sessions/new")
@needs("sessions")
def post_session() -> Response:
    """One act, several levels: each is a session of its own, and one that fails does not undo the others."""
    form, desk = request.form, the_desk()
    errors: dict[str, str] = {}
    levels = [level for level in form.getlist("level") if level in LEVELS]
    groups = form.getlist("group")
    closes = moment_of(form.get("closes-day", ""), form.get("closes-time", ""))
    opens = moment_of(form.get("opens-day", ""), form.get("opens-time", "")) if form.get("when") == "later" else None
    if not levels:
        errors["level"] = t("session.choose_level")
    if not groups:
        errors["group"] = t("session.choose_group")
    if closes is None:
        errors["closes-day"] = t("session.no_time")
    if form.get("when") == "later" and opens is None:
        errors["opens-day"] = t("session.no_time")
    if errors or closes is None:
        return _form(errors, [], 422)
    own = _own_items(form)
    done: list[str] = []
    for level in levels:
        try:
            wish = _wish(form, level, groups, closes, opens, own)
            conduct.create(desk, me(), form.get("campaign", ""), wish)
        except Refused as refusal:
            errors["level" if refusal.reason != "bad-dates" else "closes-day"] = f"{_level(level)}: {reason(refusal)}"
        else:
            done.append(level)
    if errors:
        return _form(errors, [_level(level) for level in done], 422)
    return redirect("/school", 303)  # type: ignore[return-value]  # werkzeug's own Response


def _level(level: str) -> str:
    offered = _open_campaigns()
    return the_desk().bank(offered[0].questionnaire).level_name(level, lang()) if offered else level


def _own_items(form: Any) -> tuple[dict[str, str], ...]:
    rows = [
        {language: form.get(f"own-{n}-{language}", "").strip() for language in LANGUAGES}
        for n in range(1, OWN_ROWS + 1)
    ]
    return tuple(row for row in rows if any(row.values()))


def _wish(
    form: Any, level: str, groups: list[str], closes: datetime, opens: datetime | None, own: tuple[dict[str, str], ...]
) -> Wish:
    desk = the_desk()
    campaign = campaigns.get(desk.place, form.get("campaign", ""))
    if campaign is None:
        raise Refused("unknown-campaign")
    bank = desk.bank(campaign.questionnaire)
    wanted, wishes = set(form.getlist("optional")), {}
    for group in groups:
        if group in bank.groups(level):
            typed = form.get(f"expected-{level}-{group}", "").strip()
            offered = bank.optional(level, group)
            wish = GroupWish(optional=tuple(code for code in offered if code in wanted), own=own)
            number = whole_number(typed, 5)
            wishes[group] = wish if number is None else replace(wish, expected=number)
    return Wish(level=level, closes=closes, opens=opens, groups=wishes)


@blueprint.get("/sessions/<session>")
@needs("sessions")
def one_session(session: str) -> Response:
    return session_page(session, {})


def session_page(session: str, errors: dict[str, str], status: int = 200) -> Response:
    """The page of one session."""
    desk = the_desk()
    view = conduct.view(desk, me(), session)
    campaign = campaigns.get(desk.place, view.message.campaign)
    return render(
        "session.html",
        status,
        view=view,
        campaign=campaign,
        bank=desk.bank(view.message.questionnaire),
        time=window(view.message.timetable, desk.clock()),
        errors=errors,
        form=request.form,
        cap=cap,
        closes=local(view.message.timetable.closes),
    )


@blueprint.get("/sessions/<session>/preview")
@needs("sessions")
def preview(session: str) -> Response:
    """The questionnaire of each group, as it will be asked."""
    desk = the_desk()
    view = conduct.view(desk, me(), session)
    return render("preview.html", view=view, bank=desk.bank(view.message.questionnaire))


@blueprint.post("/sessions/<session>/extend")
@needs("sessions")
def post_extend(session: str) -> Response:
    closes = moment_of(request.form.get("closes-day", ""), request.form.get("closes-time", ""))
    if closes is None:
        return session_page(session, {"closes-day": t("session.no_time")}, 422)
    try:
        conduct.extend(the_desk(), me(), session, closes)
    except Refused as refusal:
        return session_page(session, {"closes-day": reason(refusal)}, 422)
    return redirect(f"/sessions/{session}", 303)  # type: ignore[return-value]  # werkzeug's own Response


@blueprint.get("/sessions/<session>/<any(close, cancel):act>")
@needs("sessions")
def confirm_end(session: str, act: str) -> Response:
    return _confirm_end(session, act, {})


@blueprint.post("/sessions/<session>/<any(close, cancel):act>")
@needs("sessions")
def post_end(session: str, act: str) -> Response:
    if not confirmed():
        return _confirm_end(session, act, {"word": t("confirm.wrong")})
    try:
        (conduct.close if act == "close" else conduct.cancel)(the_desk(), me(), session)
    except Refused as refusal:
        return _confirm_end(session, act, {"word": reason(refusal)})
    return redirect(f"/sessions/{session}", 303)  # type: ignore[return-value]  # werkzeug's own Response


def _confirm_end(session: str, act: str, errors: dict[str, str]) -> Response:
    desk = the_desk()
    view = conduct.view(desk, me(), session)
    bank = desk.bank(view.message.questionnaire)
    return render("session_end.html", 422 if errors else 200, view=view, act=act, bank=bank, errors=errors)
