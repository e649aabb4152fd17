"""One session of a coordinator's school: how it stands, what it asks, its end, and whether the ministry may see it."""

from flask import Response, request

from identity.current import the_desk
from identity.desk import conduct, sharing, views
from identity.reasons import Refused
from identity.sessions import window
from identity.store import campaigns
from identity.workspace.frame import blueprint, confirmed, go, local, me, moment_of, needs, reason, render, t


@blueprint.get("/sessions/<session>")
@needs("sessions")
def one_session(session: str) -> Response:
    return _page(session, {})


def _page(session: str, errors: dict[str, str], status: int = 200) -> Response:
    desk = the_desk()
    view = views.view(desk, me(), session)
    return render(
        "session.html",
        status,
        view=view,
        campaign=campaigns.get(desk.place, view.message.campaign),
        bank=desk.bank(view.message.questionnaire),
        time=window(view.message.timetable, desk.clock()),
        errors=errors,
        form=request.form,
        closes=local(view.message.timetable.closes),
    )


@blueprint.get("/sessions/<session>/preview")
@needs("sessions")
def preview(session: str) -> Response:
    """The questionnaire of each group, as it is asked."""
    desk = the_desk()
    view = views.view(desk, me(), session)
    return render("preview.html", view=view, bank=desk.bank(view.message.questionnaire))


@blueprint.post("/sessions/<session>/extend")
@needs("sessions")
def post_extend(session: str) -> Response:
    closes = moment_of(request.form.get("closes-day", ""), request.form.get("closes-time", ""))
    if closes is None:
        return _page(session, {"closes-day": t("session.no_time")}, 422)
    try:
        conduct.extend(the_desk(), me(), session, closes)
    except Refused as refusal:
        if refusal.reason == "unknown-session":
            raise
        return _page(session, {"closes-day": reason(refusal)}, 422)
    return go(f"/sessions/{session}")


@blueprint.get("/sessions/<session>/<any(close, cancel):act>")
@needs("sessions")
def confirm_end(session: str, act: str) -> Response:
    return _confirm_end(session, act, {})


@blueprint.post("/sessions/<session>/<any(close, cancel):act>")
@needs("sessions")
def post_end(session: str, act: str) -> Response:
    if not confirmed(f"confirm.{act}"):
        return _confirm_end(session, act, {"word": t("confirm.wrong")})
    try:
        (conduct.close if act == "close" else conduct.cancel)(the_desk(), me(), session)
    except Refused as refusal:
        return _confirm_end(session, act, {"word": reason(refusal)})
    return go(f"/sessions/{session}")


def _confirm_end(session: str, act: str, errors: dict[str, str]) -> Response:
    desk = the_desk()
    view = views.view(desk, me(), session)
    bank = desk.bank(view.message.questionnaire)
    return render("session_end.html", 422 if errors else 200, view=view, act=act, bank=bank, errors=errors)


@blueprint.get("/sessions/<session>/share")
@needs("sessions")
def confirm_share(session: str) -> Response:
    return _sharing(session, {})


@blueprint.post("/sessions/<session>/share")
@needs("sessions")
def post_share(session: str) -> Response:
    """Shares after the word was typed; to stop needs none."""
    if request.form.get("stop") == "yes":
        sharing.unshare(the_desk(), me(), session)
    elif not confirmed("confirm.share"):
        return _sharing(session, {"word": t("confirm.wrong")})
    else:
        try:
            sharing.share(the_desk(), me(), session)
        except Refused as refusal:
            return _sharing(session, {"word": reason(refusal)})
    return go(f"/sessions/{session}")


def _sharing(session: str, errors: dict[str, str]) -> Response:
    desk = the_desk()
    view = views.view(desk, me(), session)
    return render(
        "session_share.html",
        422 if errors else 200,
        view=view,
        bank=desk.bank(view.message.questionnaire),
        hindrance=sharing.hindrance(desk, view) if view.marked and not view.shared else None,
        errors=errors,
    )
