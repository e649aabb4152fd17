"""A school report as a file: JSON, CSV, XLSX and PDF, from the same view behind the same door as the page."""

from collections.abc import Callable, Mapping
from typing import Final

import orjson
from flask import Response, request

from contracts.questionnaire import bank
from reporter.files import exports, sheets, workbook
from reporter.pages import report_page
from reporter.readers.access import Viewer
from reporter.report import assembly
from reporter.report.assembly import SessionView, stamp
from reporter.surroundings import look_around
from reporter.told import words
from reporter.web.answers import Kind, language, ready
from reporter.web.door import Desk, checked, opened
from reporter.web.schemas import CsvQuery, LanguageQuery

KINDS: Final[tuple[Kind, ...]] = ("json", "csv", "xlsx", "pdf")
FOR_PEOPLE: Final = ("xlsx", "pdf")


def route(desk: Desk, kind: Kind) -> Callable[[str, str], Response]:
    """The view of one kind of file."""
    return lambda school, session: file(desk, school, session, kind)


def file(desk: Desk, school: str, session: str, kind: Kind) -> Response:
    """The report of a session as a file of this kind, built once for each release and language."""
    wanted = checked(CsvQuery if kind == "csv" else LanguageQuery, request.args)
    page = "print" if kind == "pdf" else "file"
    viewer, terms = opened(desk, page, school, session)
    told, mark = language(), wanted.get("bom") != "no"
    counted = desk.store.participation(session)
    snapshots = desk.store.latest_snapshots(session)
    around = look_around(desk.store, viewer, terms)
    desk.store.note_opening(school, session, viewer.role, desk.clock().date().isoformat())
    campaign = desk.store.campaign_names(terms["campaign"])
    named = (campaign, viewer.school_name) if kind in FOR_PEOPLE else (mark,)
    found = stamp(desk.build, kind, told, [one["_id"] for one in snapshots], counted, terms, around.stamp, named)

    def build() -> bytes:
        view = assembly.view(terms, counted, snapshots, (), bank(terms["questionnaire"]), around.read(desk.store))
        return written(desk, view, kind, told, viewer, campaign, mark)

    shelf = desk.prints if kind == "pdf" else desk.shelf
    answer = ready(shelf, page, found, kind, build)
    answer.headers["Content-Disposition"] = f'attachment; filename="report-{session}-{told}.{kind}"'
    return answer


def written(
    desk: Desk, view: SessionView, kind: Kind, told: str, viewer: Viewer, campaign: Mapping[str, str], mark: bool
) -> bytes:
    """The bytes of a file."""
    voice = desk.pages.voice(told, view.questionnaire)
    questionnaire = voice.questionnaire
    if kind == "csv":
        return exports.school_sheet(view, questionnaire, told, mark)
    if kind == "json":
        return orjson.dumps(exports.school_document(view, questionnaire, told))
    if kind == "pdf":
        rows = sheets.count(sheets.sheets(view, questionnaire, told))
        return desk.printer.pdf(report_page.paper(desk.pages, view, campaign, viewer, told, rows))
    return workbook.workbook(view, voice, about(desk, view, told, viewer, campaign))


def about(
    desk: Desk, view: SessionView, told: str, viewer: Viewer, campaign: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What the first sheet of a workbook says: whose figures, of when, how to read them."""
    voice = desk.pages.voice(told, view.questionnaire)
    how = ("how.shares", "how.not_asked", "how.chance", "overview.note", "slips.note")
    return [
        (voice.t("sheet.school"), viewer.school_name or view.school),
        (voice.t("sheet.campaign"), campaign.get(told, view.campaign)),
        (voice.t("sheet.level"), voice.questionnaire.level_name(view.level, told)),
        (voice.t("sheet.column_session"), view.session),
        (voice.t("sheet.column_state"), desk.pages.when(view, told)),
        (voice.t("sheet.as_of"), words.as_of(voice, view)),
        *((voice.t("sheet.how"), voice.t(key)) for key in how),
    ]
