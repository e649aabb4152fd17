"""A coordinator hands over to the next one: a letter with a code, which ends her own account when it is used."""

from flask import Response, request

from identity import codes
from identity.current import the_desk
from identity.desk import handover
from identity.store import invitations, schools
from identity.workspace.frame import blueprint, confirmed, go, me, needs, render, t


@blueprint.get("/handover")
@needs("sessions")
def hand_over() -> Response:
    return _page({})


@blueprint.post("/handover")
@needs("sessions")
def post_hand_over() -> Response:
    """Makes the letter after the word was typed, or takes an unused one back."""
    desk, who = the_desk(), me()
    if request.form.get("withdraw") == "yes":
        handover.withdraw(desk, who)
        return go("/handover")
    if not confirmed("confirm.handover"):
        return _page({"word": t("confirm.wrong")}, 422)
    entry = schools.get(desk.place, who.school or "")
    code = codes.grouped(handover.hand_over(desk, who))
    return render(
        "handover_letter.html", code=code, name=entry.name if entry else "", origin=desk.settings.identity_origin
    )


def _page(errors: dict[str, str], status: int = 200) -> Response:
    waiting = invitations.of_school(the_desk().place, me().school or "", "handover")
    return render("handover.html", status, errors=errors, waiting=waiting)
