"""The ministry's register: list and search, one school with its history, correcting it, its end, caps of slips."""

from collections.abc import Mapping

from flask import Response, request

from contracts.values import LEVELS
from identity.current import the_desk
from identity.desk import endings, issuing, register, views
from identity.desk.scope import visible, within
from identity.reasons import Refused
from identity.reconciling import Ending
from identity.registry import NUMBER_OF, SETTLEMENTS, whole_number
from identity.store import invitations, records, staff
from identity.store import schools as store
from identity.store.schools import School, Wanted
from identity.workspace.frame import blueprint, confirmed, go, me, needs, page_asked, reason, render, t

SHOWN = ("all", "without", "ended")
"""Which schools the list shows: those that go on, those of them without a coordinator, those that have ended."""


@blueprint.get("/schools")
@needs("schools")
def list_schools() -> Response:
    place, asked = the_desk().place, request.args
    show = asked.get("show") if asked.get("show") in SHOWN else SHOWN[0]
    without = staff.taken_schools(place) if show == "without" else frozenset()
    words, region = asked.get("q", "")[:100], asked.get("region", "")[:100]
    wanted = within(me(), Wanted(words=words, region=region, ended=show == "ended", without=without))
    number = page_asked()
    rows, total = store.page(place, number, wanted)
    return render(
        "schools.html",
        rows=rows,
        taken=staff.schools_with_coordinator(place, [one.code for one in rows]),
        total=total,
        registered=store.count(place),
        ended=store.count(place, ended=True),
        words=words,
        region=region,
        regions=[] if me().scope else store.regions(place),
        show=show,
        ways=SHOWN,
        page=number,
        pages=max(1, -(-total // store.PAGE)),
    )


@blueprint.get("/schools/<school>")
@needs("schools")
def one_school(school: str) -> Response:
    return _school(school, {})


def _school(code: str, errors: dict[str, str], status: int = 200) -> Response:
    desk, who = the_desk(), me()
    place, found = desk.place, visible(desk, who, code)
    full = who.may("audit")
    notes = records.notes(place, {"school": code}, 20) if full else []
    return render(
        "school_entry.html",
        status,
        school=code,
        found=found,
        entry=found.entry,
        levels=[level for level in LEVELS if level in found.entry.levels],
        before=store.several(place, found.predecessors),
        after=store.several(place, found.successors),
        coordinators=staff.coordinators(place, code),
        watched=endings.watched(desk, code),
        invitation=invitations.of_school(place, code),
        views=views.of_school(desk, code) if full else [],
        notes=notes,
        named=store.named(place, notes),
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
    return go(f"/schools/{school}")


@blueprint.get("/schools/<school>/edit")
@needs("import")
def edit_school(school: str) -> Response:
    found = _going(school)
    return _edit(found, _typed(found), {})


def _going(code: str) -> School:
    found = visible(the_desk(), me(), code)
    if found.ended is not None:
        raise Refused("school-ended")
    return found


def _typed(found: School) -> dict[str, str]:
    entry = found.entry
    about = {name: getattr(entry, name) for name in ("name", "region", "settlement", "language", "type")}
    numbers = {
        f"{level}-{name}": str(getattr(entry.levels[level], name)) for level in entry.levels for name in _NUMBERS
    }
    return {**about, **numbers, "revision": str(found.revision)}


_NUMBERS = tuple(NUMBER_OF.values())


def _edit(found: School, form: Mapping[str, str], errors: dict[str, str]) -> Response:
    return render(
        "school_edit.html",
        422 if errors else 200,
        found=found,
        form=form,
        errors=errors,
        levels=LEVELS,
        numbers=NUMBER_OF,
        settlements=SETTLEMENTS,
    )


@blueprint.post("/schools/<school>/edit")
@needs("import")
def post_edit_school(school: str) -> Response:
    """Corrects the school; a level in which nobody is registered is none."""
    form, found = request.form, _going(school)
    rows = [
        {**{name: form.get(name, "") for name in ("name", "region", "settlement", "language", "type")}, **numbers}
        for level in LEVELS
        if (numbers := _level(form, level)) is not None
    ]
    if not rows:
        return _edit(found, form, {f"{LEVELS[0]}-leaders": t("edit.no_level")})
    try:
        register.edit(the_desk(), me(), school, rows, whole_number(form.get("revision", ""), 9) or 0)
    except Refused as refusal:
        return _edit(found, form, {"name": reason(refusal)})
    return go(f"/schools/{school}")


def _level(form: Mapping[str, str], level: str) -> dict[str, str] | None:
    typed = {name: form.get(f"{level}-{name}", "").strip() for name in _NUMBERS}
    return {"level": level, **{name: text or "0" for name, text in typed.items()}} if any(typed.values()) else None


@blueprint.get("/schools/<school>/end")
@needs("import")
def end_school(school: str) -> Response:
    return _end(visible(the_desk(), me(), school), {})


def _end(found: School, errors: dict[str, str]) -> Response:
    open_ones = [one for one in views.of_school(the_desk(), found.code) if not one.marked]
    status = 422 if errors else 200
    return render("school_end.html", status, found=found, errors=errors, form=request.form, going=open_ones)


@blueprint.post("/schools/<school>/end")
@needs("import")
def post_end_school(school: str) -> Response:
    """The school has closed, or others come after it; or a closed one goes on."""
    desk, found = the_desk(), visible(the_desk(), me(), school)
    if found.ended is not None:
        endings.reopen(desk, me(), school)
        return go(f"/schools/{school}")
    errors: dict[str, str] = {}
    into = tuple(request.form.get("into", "").replace(",", " ").split())
    if request.form.get("fate") == "follows" and not into:
        errors["into"] = t("import.into.unknown", name=found.entry.name)
    if not confirmed("confirm.end"):
        errors["word"] = t("confirm.wrong")
    if not errors:
        follow = into if request.form.get("fate") == "follows" else ()
        try:
            endings.end(desk, me(), Ending(ended=(found.entry.registry_id,), into=follow))
        except Refused as refusal:
            errors["into"] = reason(refusal)
    return _end(found, errors) if errors else go(f"/schools/{school}")
