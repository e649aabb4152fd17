"""Who sees which part of an edition: nobody who is not signed on gets a class within a level."""

from itertools import product

import pytest

from reporter.national import audience
from reporter.readers.access import Viewer

LEVELS = ("all", "primary", "vocational")
CLASSES = ("all", "region:Quba-Xaçmaz", "region:Bakı", "settlement:rural", "language:ru")
COARSE = {(level, cls) for level, cls in product(LEVELS, CLASSES) if "all" in (level, cls)}


def places(viewer: Viewer | None) -> set[tuple[str, str]]:
    return {place for place in product(LEVELS, CLASSES) if audience.seen(*place, viewer)}


@pytest.mark.parametrize("viewer", [None, Viewer(role="coordinator", school="ABCDEFGHJKMN2"), Viewer(role="agency")])
def test_the_public_a_school_and_an_agency_of_nothing_see_the_coarser_part(viewer: Viewer | None) -> None:
    assert places(viewer) == COARSE
    assert audience.name(viewer) == "public"


@pytest.mark.parametrize("role", ["officer", "analyst", "auditor"])
def test_the_ministry_sees_all_of_it(role: str) -> None:
    assert places(Viewer(role=role)) == set(product(LEVELS, CLASSES))  # type: ignore[arg-type]  # a role each


def test_an_agency_sees_its_level_or_region_beside_what_everybody_sees() -> None:
    of_level, of_region = Viewer(role="agency", level="primary"), Viewer(role="agency", region="Bakı")
    assert places(of_level) - COARSE == {("primary", cls) for cls in CLASSES if cls != "all"}
    assert places(of_region) - COARSE == {("primary", "region:Bakı"), ("vocational", "region:Bakı")}
    assert audience.name(of_level) != audience.name(of_region) != audience.name(None)


def test_a_cell_keeps_the_classes_that_are_seen_and_nothing_of_the_others() -> None:
    cell = {"level": "primary", "group": "student", "classes": {cls: {"n": place} for place, cls in enumerate(CLASSES)}}
    assert audience.part([cell], None) == [{**cell, "classes": {"all": {"n": 0}}}]
    measured = {**cell, "quality_by_class": {"region:Bakı": {"C": {"alpha": 0.8}}}}
    assert audience.part([measured], None)[0]["quality_by_class"] == {}
    assert audience.part([measured], Viewer(role="agency", region="Bakı"))[0]["quality_by_class"] != {}
    assert audience.part([measured], Viewer(role="agency", region="Quba-Xaçmaz"))[0]["quality_by_class"] == {}


def test_an_agency_of_a_region_sees_it_where_it_is_shown_together_with_another() -> None:
    viewer = Viewer(role="agency", region="Bakı")
    assert audience.seen("primary", "region:Abşeron-Xızı + Bakı", viewer)
    assert not audience.seen("primary", "region:Abşeron-Xızı + Bakıxanov", viewer)
    assert not audience.seen("primary", "settlement:Bakı", viewer)


def test_an_agency_of_a_level_in_a_region_sees_what_lies_in_both() -> None:
    viewer = Viewer(role="agency", level="primary", region="Bakı")
    assert places(viewer) - COARSE == {("primary", "region:Bakı")}
    assert audience.name(viewer) not in (audience.name(Viewer(role="agency", level="primary")), "public", "whole")
