"""The ministry's register: list and search, import, invitations on paper, caps of slips."""

from flask import Response, redirect, request

from contracts.schemas import LEVELS
from identity import codes
from identity.current import the_desk
from identity.desk import campaigns, handover, issuing, views
from identity.limits import LONGEST_IMPORT
from identity.reasons import Refused
from identity.registry import COLUMNS, whole_number
from identity.store import invitations, records, staff
from identity.store import schools as store
from identity.workspace.frame import blueprint, me, needs, page_asked, reason, render, t


@blueprint.get("/schools")
@needs("schools")
def list_schools() -> Response:
    place = the_desk().place
    words = request.args.get("q", "")[:100]
    number = page_asked()
    rows, total = store.page(place, number, words)
    taken = staff.schools_with_coordinator(place, [code for code, _ in rows])
    return render(
        "schools.html",
        rows=rows,
        taken=taken,
        total=total,
        registered=store.count(place),
        words=words,
        page=number,
        pages=max(1, -(-total // store.PAGE)),
    )


@blueprint.get("/schools/import")
@needs("import")
def import_form() -> Response:
    return render("import.html", columns=COLUMNS, errors={}, found=None)


@blueprint.post("/schools/import")
@needs("import")
def post_import() -> Response:
    request.max_content_length = LONGEST_IMPORT
    sent = request.files.get("register")
    try:
        text = sent.read().decode("utf-8") if sent is not None else ""
        found = campaigns.take_register(the_desk(), me(), text)
    except UnicodeDecodeError:
        errors = {"register": t("reason.not-csv")}
    except Refused as refusal:
        errors = {"register": reason(refusal)}
    else:
        return render("import.html", columns=COLUMNS, errors={}, found=found)
    return render("import.html", 422, columns=COLUMNS, errors=errors, found=None)


@blueprint.get("/schools/<school>")
@needs("schools")
def one_school(school: str) -> Response:
    return _school(school, {})


def _school(school: str, errors: dict[str, str], status: int = 200) -> Response:
    desk = the_desk()
    place = desk.place
    entry = store.get(place, school)
    if entry is None:
        raise Refused("unknown-school")
    return render(
        "school_entry.html",
        status,
        school=school,
        entry=entry,
        levels=[level for level in LEVELS if level in entry.levels],
        coordinators=staff.coordinators(place, school),
        invitation=invitations.of_school(place, school),
        views=views.of_school(desk, school),
        notes=records.notes(place, {"school": school}, 20),
        errors=errors,
        form=request.form,
    )


@blueprint.post("/schools/<school>/sessions/<session>/cap")
@needs("caps")
def post_cap(school: str, session: str) -> Response:
    """More slips for a group than the register's number allows."""
    group, cap = request.form.get("group", ""), whole_number(request.form.get("cap", ""), 5)
    field = f"cap-{session}-{group}"
    if cap is None:
        return _school(school, {field: t("slips.no_count")}, 422)
    if views.view(the_desk(), me(), session).message.school != school:
        raise Refused("unknown-session")
    try:
        issuing.raise_cap(the_desk(), me(), session, group, cap)
    except Refused as refusal:
        if refusal.reason == "unknown-session":
            raise
        return _school(school, {field: reason(refusal)}, 422)
    return redirect(f"/schools/{school}", 303)  # type: ignore[return-value]  # werkzeug's own Response


@blueprint.post("/schools/<school>/invitation")
@needs("invitations")
def post_invitation(school: str) -> Response:
    return render("invitations.html", letters=[_letter(school)], origin=the_desk().settings.identity_origin)


@blueprint.post("/schools/invitations")
@needs("invitations")
def post_invitations() -> Response:
    """Invitations of all schools without a coordinator, one to a page."""
    place = the_desk().place
    every = store.all_codes(place)
    taken = staff.schools_with_coordinator(place, every)
    letters = [_letter(school) for school in every if school not in taken]
    return render("invitations.html", letters=letters, origin=the_desk().settings.identity_origin)


def _letter(school: str) -> dict[str, object]:
    desk = the_desk()
    code = handover.invite(desk, me(), school)
    entry, kept = store.get(desk.place, school), invitations.of_school(desk.place, school)
    return {
        "name": entry.name if entry else "",
        "registry_id": entry.registry_id if entry else "",
        "region": entry.region if entry else "",
        "code": codes.grouped(code),
        "works_from": kept.works_from if kept else None,
    }
