"""The ministry's register: list and search, import, invitations on paper."""

from flask import Response, request

from contracts.schemas import LEVELS
from identity import codes
from identity.current import the_desk
from identity.desk import accounts, campaigns
from identity.limits import LONGEST_IMPORT
from identity.reasons import Refused
from identity.registry import COLUMNS, whole_number
from identity.store import records, staff
from identity.store import schools as store
from identity.workspace.frame import blueprint, me, needs, reason, render, t


@blueprint.get("/schools")
@needs("schools")
def list_schools() -> Response:
    place = the_desk().place
    words = request.args.get("q", "")[:100]
    number = max(1, whole_number(request.args.get("page", ""), 6) or 1)
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
    place = the_desk().place
    entry = store.get(place, school)
    if entry is None:
        raise Refused("unknown-school")
    return render(
        "school_entry.html",
        school=school,
        entry=entry,
        levels=[level for level in LEVELS if level in entry.levels],
        coordinators=staff.coordinators(place, school),
        invitation=staff.invitation_of(place, school),
        notes=records.notes(place, {"school": school}, 20),
    )


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
    code = accounts.invite(desk, me(), school)
    entry, kept = store.get(desk.place, school), staff.invitation_of(desk.place, school)
    return {
        "name": entry.name if entry else "",
        "registry_id": entry.registry_id if entry else "",
        "region": entry.region if entry else "",
        "code": codes.grouped(code),
        "works_from": kept.works_from if kept else None,
    }
