"""Paper for a session: slips of a group as a PDF, made while the page shows how far, and the notice for the board."""

from collections.abc import Iterator

from flask import Response, request

from identity.current import the_desk
from identity.desk import issuing, paper, views
from identity.desk.desk import Desk
from identity.desk.issuing import Order
from identity.desk.views import View
from identity.reasons import Refused
from identity.registry import whole_number
from identity.slips import EACH_PAGE, link, promise, qr
from identity.staff import Person
from identity.workspace import telling
from identity.workspace.frame import LANGUAGES, blueprint, confirmed, frame, lang, me, needs, reason, render, t

_MOST = 10_000


@blueprint.get("/sessions/<session>/slips/<group>")
@needs("slips")
def slips(session: str, group: str) -> Response:
    return _page(session, group, {})


def _page(session: str, group: str, errors: dict[str, str], status: int = 200) -> Response:
    desk = the_desk()
    view = views.view(desk, me(), session)
    if group not in view.groups:
        raise Refused("unknown-group")
    return render(
        "slips.html",
        status,
        view=view,
        group=group,
        one=view.groups[group],
        bank=desk.bank(view.message.questionnaire),
        errors=errors,
        form=request.form,
        each_page=EACH_PAGE,
        progress_type=telling.PROGRESS,
    )


@blueprint.post("/sessions/<session>/slips/<group>")
@needs("slips")
def post_slips(session: str, group: str) -> Response:
    """The PDF, or it and how far it is; nothing is counted before the paper is ready."""
    form, desk, who = request.form, the_desk(), me()
    again = form.get("replace") == "yes"
    field, count = ("count-again" if again else "count"), whole_number(form.get("count", ""), 5)
    if count is None or not 1 <= count <= _MOST:
        return _page(session, group, {field: t("slips.no_count")}, 422)
    if again and not confirmed("confirm.replace"):
        return _page(session, group, {"word": t("confirm.wrong")}, 422)
    order = Order(session=session, group=group, count=count, replace_unused=again)
    try:
        found = issuing.check(desk, who, order)
    except Refused as refusal:
        if refusal.reason not in ("too-many-slips", "session-closed"):
            raise
        return _page(session, group, {field: reason(refusal)}, 422)
    told = form.get("language") if form.get("language") in LANGUAGES else lang()
    each = EACH_PAGE[-1] if form.get("each") == str(EACH_PAGE[-1]) else EACH_PAGE[0]
    name = f"guzgu-{found.message.session}-{group}.pdf"
    if telling.wanted():
        work = _made(desk, who, found, order, str(told), each)
        return telling.told(work, name, t("slips.away"))
    written = b"".join(one for one in _made(desk, who, found, order, str(told), each) if isinstance(one, bytes))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written, mimetype="application/pdf", headers=headers)


def _made(
    desk: Desk, who: Person, found: View, order: Order, told: str, each: int
) -> Iterator[tuple[int, int] | bytes]:
    """How many slips are laid out, again and again, and in the end the PDF of slips that work from this moment on."""
    yield 0, order.count
    made = issuing.draw(desk, found, order)
    with desk.printer.job(paper.sheet(desk, made, told, each)) as job:
        for done in job.pieces():
            yield done, order.count
        written = job.write()
    issuing.count_in(desk, who, made)
    yield written


@blueprint.get("/sessions/<session>/board/<group>")
@needs("sessions")
def board(session: str, group: str) -> Response:
    """A notice for the wall: the link without a code, its QR, and the promise."""
    desk = the_desk()
    view = views.view(desk, me(), session)
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
