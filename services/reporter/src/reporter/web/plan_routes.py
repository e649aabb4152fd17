"""The routes of the action plan: read by whoever may read the report, written by the school's own coordinator."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from flask import Response, redirect, request

from chassis.web import problem
from contracts.questionnaire import bank
from reporter.readers.access import Viewer
from reporter.report import assembly, plan
from reporter.report.assembly import SessionView
from reporter.report.plan import FIELDS, Faults, Plan, Step
from reporter.surroundings import look_around
from reporter.told import plan_words
from reporter.web import plan_form
from reporter.web.answers import TYPES, language, message, wants_json
from reporter.web.door import Answered, Desk, checked, opened
from reporter.web.plan_form import Row
from reporter.web.schemas import PlanBody, PlanQuery

PRIVATE: Final = {"Cache-Control": "no-store"}
HEADER: Final = "X-Form-Token"


def show(desk: Desk, school: str, session: str) -> Response:
    """The plan as a page with its form, or as JSON."""
    asked = checked(PlanQuery, request.args)
    viewer, view = _view(desk, school, session)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    if wants_json():
        return _json(view.plan)
    rows: Sequence[Row] = plan_form.rows_of(view.plan)
    if "carry" in asked and not rows and view.followed is not None:
        rows = plan_form.carried(view.followed.plan)
    if "item" in asked and asked["item"] not in [row["item"] for row in rows]:
        rows = [*rows, {"item": asked["item"], "goal": "", "owner": "", "due": ""}]
    return _page(desk, viewer, view, rows, saved="saved" in asked)


def put(desk: Desk, school: str, session: str) -> Response:
    """Puts a whole plan in place of the revision that the client knows; JSON in, JSON out."""
    viewer, view = _view(desk, school, session)
    _may_write(desk, viewer, request.headers.get(HEADER, ""))
    body = checked(PlanBody, _body())
    try:
        steps = plan.read(body["steps"], view.items, view.opens[:10])
    except Faults as faults:
        errors = [{"pointer": f"/steps/{place}/{field}", "code": code} for place, field, code in faults.found]
        return problem(422, "content", "The plan cannot be kept like this.", errors=errors, headers=PRIVATE)
    if not _keep(desk, view, body["revision"], steps):
        now = desk.store.plans([view.session]).get(view.session)
        newest = plan.of_document(view.session, now).revision
        return problem(409, "stale", "The plan was changed meanwhile.", revision=newest, headers=PRIVATE)
    return _json(Plan(session=view.session, revision=body["revision"] + 1, steps=steps))


def post(desk: Desk, school: str, session: str) -> Response:
    """The page's form."""
    viewer, view = _view(desk, school, session)
    _may_write(desk, viewer, request.form.get("token", ""))
    rows = plan_form.rows_sent(request.form)
    revision = request.form.get("revision", "")
    voice = desk.pages.voice(language(), view.questionnaire)
    try:
        steps = plan.read(rows, view.items, view.opens[:10])
    except Faults as faults:
        return _page(desk, viewer, view, rows, plan_form.told(voice, faults), status=422, revision=revision)
    known = revision.isascii() and revision.isdigit() and len(revision) < 10
    if not known or not _keep(desk, view, int(revision), steps):
        return _page(desk, viewer, view, rows, status=409, stale=True)
    place = f"{request.path}?lang={language()}&saved=yes"
    return redirect(place, 303, Response=Response)  # type: ignore[return-value]  # made as the class that was asked for


def _view(desk: Desk, school: str, session: str) -> tuple[Viewer, SessionView]:
    viewer, terms = opened(desk, "plan", school, session)
    around = look_around(desk.store, viewer, terms)
    snapshots = desk.store.latest_snapshots(session)
    questionnaire = bank(terms["questionnaire"])
    return viewer, assembly.view(terms, None, snapshots, (), questionnaire, around.read(desk.store))


def _may_write(desk: Desk, viewer: Viewer, token: str) -> None:
    if not viewer.may_write:
        raise Answered(message(desk.pages, 403, "read_only", viewer, "read-only"))
    if not desk.sessions.form_holds(token):
        raise Answered(message(desk.pages, 403, "form", viewer, "form-token"))


def _keep(desk: Desk, view: SessionView, revision: int, steps: Sequence[Step]) -> bool:
    documents = [{field: getattr(step, field) for field in plan.FIELDS} for step in steps]
    return desk.store.keep_plan(view.school, view.session, revision, documents, desk.clock())


def _body() -> Mapping[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise Answered(problem(422, "content", "The body is no JSON object.", headers=PRIVATE))
    return found


def _json(found: Plan) -> Response:
    steps = [{field: getattr(step, field) for field in plan.FIELDS} for step in found.steps]
    body = {"session": found.session, "revision": found.revision, "steps": steps}
    return Response(orjson.dumps(body), content_type=TYPES["json"], headers=PRIVATE)


def _page(
    desk: Desk,
    viewer: Viewer,
    view: SessionView,
    rows: Sequence[Row],
    faults: Mapping[tuple[int, str], str] | None = None,
    *,
    status: int = 200,
    revision: str | None = None,
    saved: bool = False,
    stale: bool = False,
) -> Response:
    told = language()
    voice = desk.pages.voice(told, view.questionnaire)
    base = f"/v1/schools/{view.school}/sessions/{view.session}"
    found = faults or {}
    body = desk.pages.render(
        "plan.html",
        told,
        (f"{base}/plan", ()),
        viewer,
        view=view,
        voice=voice,
        base=base,
        level=voice.questionnaire.level_name(view.level, told),
        school_name=viewer.school_name or view.school,
        rows=plan_form.page_rows(rows, found),
        errors=[(f"{field}-{place}", found[place, field]) for place, field in sorted(found, key=_in_page_order)],
        items=plan_form.items(voice, view),
        owners=plan_form.owners(voice),
        longest=plan.LONGEST_GOAL,
        revision=view.plan.revision if revision is None else revision,
        token=desk.sessions.form_token(),
        may_carry=viewer.may_write and not rows and view.followed is not None,
        saved=saved,
        stale=stale,
        **plan_words.section(voice, view, viewer),
    )
    return Response(body, status, content_type=TYPES["html"], headers=PRIVATE)


def _in_page_order(at: tuple[int, str]) -> tuple[int, int]:
    """Faults are listed as their fields follow one another on the page."""
    return at[0], FIELDS.index(at[1])
