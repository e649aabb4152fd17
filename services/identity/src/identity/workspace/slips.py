"""Paper for a session: slips of a group as a PDF, and the notice for the board."""

from flask import Response, request

from identity.current import the_desk
from identity.desk import conduct, paper
from identity.reasons import Refused
from identity.registry import whole_number
from identity.slips import link, promise, qr
from identity.workspace.frame import LANGUAGES, blueprint, frame, lang, me, needs, reason, render, t
from identity.workspace.sessions import session_page


@blueprint.post("/sessions/<session>/slips")
@needs("slips")
def post_slips(session: str) -> Response:
    form, desk = request.form, the_desk()
    group, count = form.get("group", ""), whole_number(form.get("count", ""), 5)
    if count is None or not 1 <= count <= 10_000:
        return session_page(session, {f"count-{group}": t("slips.no_count")}, 422)
    chosen = form.get("language") if form.get("language") in LANGUAGES else lang()
    try:
        made = conduct.issue(desk, me(), session, group, count, form.get("replace") == "yes")
    except Refused as refusal:
        return session_page(session, {f"count-{group}": reason(refusal)}, 422)
    written = desk.printer.pdf(paper.sheet(desk, made, str(chosen)))
    name = f"guzgu-{made.view.message.session}-{group}.pdf"
    return Response(
        written, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@blueprint.get("/sessions/<session>/board/<group>")
@needs("sessions")
def board(session: str, group: str) -> Response:
    """A notice for the wall: the link without a code, its QR, and the promise."""
    desk = the_desk()
    view = conduct.view(desk, me(), session)
    if group not in view.groups:
        raise Refused("unknown-group")
    sheet = paper.notice(desk, view, group, lang())
    address = link(sheet.collector_origin, sheet.session, group, sheet.fingerprint)
    return render(
        "board.html",
        sheet=sheet,
        address=address,
        picture=qr(address),
        promise=promise(sheet, frame().words),
        view=view,
    )
