"""Invitations of schools on paper: one letter on a page, or those of many schools as one PDF; taking one back."""

from collections.abc import Iterator

from flask import Response, request

from identity import codes
from identity.current import the_desk
from identity.desk import handover, mailing
from identity.desk.desk import Desk
from identity.desk.mailing import Mailing
from identity.staff import Person
from identity.store import invitations, schools
from identity.workspace import telling
from identity.workspace.frame import LANGUAGES, blueprint, go, lang, me, needs, render, t

FILE = "guzgu-invitations.pdf"


@blueprint.post("/schools/<school>/invitation")
@needs("invitations")
def post_invitation(school: str) -> Response:
    """A letter on a page, shown once; or an unused one is taken back."""
    desk = the_desk()
    if request.form.get("withdraw") == "yes":
        handover.revoke(desk, me(), school)
        return go(f"/schools/{school}")
    code = handover.invite(desk, me(), school)
    entry, kept = schools.get(desk.place, school), invitations.of_school(desk.place, school)
    return render(
        "invitation.html",
        entry=entry,
        code=codes.grouped(code),
        works_from=kept.works_from if kept else None,
        origin=desk.settings.identity_origin,
        school=school,
    )


@blueprint.get("/schools/invitations")
@needs("invitations")
def many_invitations() -> Response:
    desk = the_desk()
    region = request.args.get("region", "")[:100]
    return render(
        "invitations.html",
        region=region,
        regions=schools.regions(desk.place),
        new=len(mailing.addressees(desk, region, "new")),
        every=len(mailing.addressees(desk, region, "every")),
        progress_type=telling.PROGRESS,
    )


@blueprint.post("/schools/invitations")
@needs("invitations")
def post_invitations() -> Response:
    """The letters as one PDF, or it and how far it is; no letter works before the file is ready."""
    desk, form = the_desk(), request.form
    told = form.get("language") if form.get("language") in LANGUAGES else lang()
    which: mailing.Which = "every" if form.get("which") == "every" else "new"
    to = mailing.addressees(desk, form.get("region", "")[:100], which)
    if not to:
        return go("/schools/invitations")
    work = _made(desk, me(), mailing.draw(desk, to, str(told)))
    if telling.wanted():
        return telling.told(work, FILE, t("invitations.away"))
    written = b"".join(one for one in work if isinstance(one, bytes))
    headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return Response(written, mimetype="application/pdf", headers=headers)


def _made(desk: Desk, who: Person, drawn: Mailing) -> Iterator[tuple[int, int] | bytes]:
    total = len(drawn.letters)
    yield 0, total
    with desk.printer.job(drawn.letters) as job:
        for done in job.pieces():
            yield done, total
        written = job.write()
    mailing.send(desk, who, drawn)
    yield written
