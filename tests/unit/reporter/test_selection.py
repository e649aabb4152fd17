"""What of a report is looked at: an address gives it and gives it back, and hiding a group shows nothing new."""

from typing import Any

import pytest

from contracts.questionnaire import bank
from reporter.pages import report_page
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.report import assembly
from reporter.report.benchmark import Known
from reporter.report.records import Beside
from reporter.report.selection import WHOLE, Selection, fitting, narrowed, ordered, read
from support import band_world, solving
from support import reporter_world as world


def a_view(**people: int) -> assembly.SessionView:
    session = world.a_session()
    snapshots = [world.a_snapshot(session, group, n) for group, n in people.items()]
    return assembly.view(session, None, snapshots, (), bank())


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ({}, ()),
        ({"area": "C"}, (("area", "C"),)),
        ({"sort": "form"}, ()),
        ({"sort": "gap", "groups": "student,teacher"}, (("sort", "gap"), ("groups", "teacher,student"))),
        ({"groups": ""}, ()),
    ],
)
def test_a_selection_has_one_address(asked: dict[str, str], query: tuple[tuple[str, str], ...]) -> None:
    found = read(asked)
    assert query == found.query()
    assert found == read(dict(query))


def test_what_a_report_does_not_have_is_not_selected() -> None:
    report = a_view(teacher=25, student=40).report
    assert fitting(Selection(groups=("leader",), area="C"), report) == Selection(area="C")
    assert fitting(Selection(groups=("leader", "student")), report) == Selection(groups=("student",))
    assert fitting(Selection(groups=("teacher", "student")), report) == WHOLE
    assert fitting(Selection(area="C"), a_view().report) == WHOLE


def test_a_hidden_group_is_in_no_figure_and_the_others_stay_as_they_are() -> None:
    view = a_view(leader=6, teacher=25, student=40)
    found = narrowed(view, Selection(groups=("teacher", "student"))).report
    assert ["teacher", "student"] == list(found.groups)
    assert {"teacher", "student"} == {group for _, group in found.figures}
    assert all(view.report.figures[key] == figure for key, figure in found.figures.items())
    told = [gap for gaps in (found.area_gaps, *found.item_gaps.values()) for gap in gaps]
    whole = [gap for gaps in (view.report.area_gaps, *view.report.item_gaps.values()) for gap in gaps]
    assert told == [gap for gap in whole if "leader" not in gap.groups]
    assert {"teacher", "student"} == {one.group for one in found.outliers}
    assert view.groups == narrowed(view, Selection(groups=("student",))).groups
    assert view is narrowed(view, WHOLE)


def test_items_come_with_the_widest_gap_first_and_those_without_one_last() -> None:
    report = a_view(leader=6, teacher=25, student=40).report
    codes = ["C1", "C2", "C3", "C5", "C7", "C8"]
    assert codes == ordered(report, "C", codes, by_gap=False)
    found = ordered(report, "C", codes, by_gap=True)
    assert sorted(codes) == sorted(found)
    assert report.item_gaps["C"][0].code == found[0]
    alone = a_view(teacher=25).report
    assert codes == ordered(alone, "C", codes, by_gap=True)


def test_a_print_shows_everything_and_leads_nowhere() -> None:
    pages = Pages("Asia/Baku", "http://127.0.0.1", "charts.js")
    viewer = Viewer(role="coordinator", school=world.SCHOOL)
    view = a_view(teacher=25, student=40)
    paper = report_page.paper(pages, view, {}, viewer, "en", 1)
    screen = report_page.report(pages, view, {}, viewer, "en", "/here").decode()
    for part in ("?area=", 'id="view"'):
        assert part in screen
        assert part not in paper
    assert all(f'id="area-{area}"' in paper for area in view.report.areas)


@pytest.mark.parametrize("n", [12, 24, 101])
def test_no_view_and_no_band_tells_masked_counts(n: int) -> None:
    """Other answers behind the same shown table give the same bytes in every view, with the school beside bands."""
    session = world.a_session()
    pages = Pages("Asia/Baku", "http://127.0.0.1", "charts.js")
    viewer = Viewer(role="coordinator", school=world.SCHOOL)
    bands = Known(final=True, documents=[band_world.a_benchmark("student"), band_world.a_benchmark("teacher")])
    found = [world.a_snapshot(session, group, n) for group in ("teacher", "student")]
    by_group = [list(solving.twins(document, world_k(session, document), bank())) for document in found]
    twins = [list(answer) for answer in zip(*by_group, strict=True)]
    looks = (Selection(area="C", by_gap=True), Selection(area="F", groups=("student",)), Selection(area="C"))

    def shown(documents: list[dict[str, Any]]) -> list[bytes]:
        view = assembly.view(session, None, documents, (), bank(), Beside(bands=bands))
        return [repr(view.benchmark).encode()] + [
            report_page.report(pages, view, {}, viewer, "en", "/here", look) for look in looks
        ]

    printed = shown(found)
    assert any(twin != found for twin in twins)
    for twin in twins:
        assert shown(twin) == printed


def world_k(session: dict[str, Any], document: dict[str, Any]) -> int:
    k: int = session["groups"][document["group"]]["k"]
    return k
