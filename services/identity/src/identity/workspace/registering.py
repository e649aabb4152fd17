"""The register comes in: a file is laid beside it, looked at, and written while the page shows how far."""

from flask import Response, request

from identity.current import the_desk
from identity.desk import register
from identity.limits import LONGEST_IMPORT
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.registry import COLUMNS
from identity.store import imports, schools
from identity.store.imports import Arrival
from identity.workspace import telling
from identity.workspace.frame import blueprint, confirmed, go, me, needs, reason, render, t

CHANGES_SHOWN = 50
ENDINGS_SHOWN = 100
"""Schools missing from a file of which one page can say what became of them."""
FATES = ("stays", "closed", "follows")


@blueprint.get("/schools/import")
@needs("import")
def import_form() -> Response:
    return _form({})


def _form(errors: dict[str, str], status: int = 200) -> Response:
    return render("import.html", status, columns=COLUMNS, errors=errors, last=imports.newest(the_desk().place))


@blueprint.post("/schools/import")
@needs("import")
def post_import() -> Response:
    """Reads the file; nothing is changed before somebody looked at what it would change."""
    request.max_content_length = LONGEST_IMPORT
    sent = request.files.get("register")
    try:
        text = sent.read().decode("utf-8") if sent is not None else ""
        found = register.receive(the_desk(), me(), text, whole=request.form.get("whole") == "yes")
    except UnicodeDecodeError:
        return _form({"register": t("reason.not-csv")}, 422)
    except Refused as refusal:
        return _form({"register": reason(refusal)}, 422)
    return go(f"/schools/imports/{found.id}")


@blueprint.get("/schools/imports/<arrival>")
@needs("import")
def one_import(arrival: str) -> Response:
    return _page(register.arrival(the_desk(), arrival), {})


def _page(found: Arrival, errors: dict[str, str], status: int = 200) -> Response:
    desk = the_desk()
    waiting = found.state == "waiting"
    return render(
        "import_look.html",
        status,
        found=found,
        errors=errors,
        form=request.form,
        changes=register.preview(desk, found, CHANGES_SHOWN) if waiting else [],
        missing=schools.several(desk.place, found.missing[:ENDINGS_SHOWN]) if waiting else [],
        fates=FATES,
        progress_type=telling.PROGRESS,
    )


@blueprint.post("/schools/imports/<arrival>")
@needs("import")
def post_one_import(arrival: str) -> Response:
    """Writes the file, goes on where writing broke off, or forgets the file."""
    desk, who = the_desk(), me()
    found = register.arrival(desk, arrival)
    if request.form.get("act") == "drop":
        imports.drop(desk.place, found.id)
        return go("/schools/import")
    errors: dict[str, str] = {}
    endings: list[Ending] = []
    if found.state == "waiting":
        endings = _endings(found, errors)
        if endings and not confirmed("confirm.end"):
            errors["word"] = t("confirm.wrong")
    if errors:
        return _page(found, errors, 422)
    to = f"/schools/imports/{found.id}"
    if telling.wanted():
        return telling.walked(lambda: register.write(desk, who, found.id, endings), to, t("import.away"))
    for _ in register.write(desk, who, found.id, endings):
        pass
    return go(to)


def _endings(found: Arrival, errors: dict[str, str]) -> list[Ending]:
    """What became of the schools that the file does not name, as it was typed; faults by field."""
    place, said = the_desk().place, []
    known: set[str] | None = None
    for school in schools.several(place, found.missing[:ENDINGS_SHOWN]):
        fate = request.form.get(f"fate-{school.code}", "stays")
        into = tuple(request.form.get(f"into-{school.code}", "").replace(",", " ").split())
        if fate == "follows":
            known = known if known is not None else _numbers(found)
            if not into or not set(into) <= known or len(set(into)) < len(into):
                errors[f"into-{school.code}"] = t("import.into.unknown", name=school.entry.name)
        if fate in ("closed", "follows"):
            said.append(Ending(ended=(school.entry.registry_id,), into=into if fate == "follows" else ()))
    return said


def _numbers(found: Arrival) -> set[str]:
    """The numbers of all schools that the file names."""
    place = the_desk().place
    return {entry.registry_id for number in range(found.parts) for entry in imports.part(place, found.id, number)}
