"""Who sees which figures of an edition."""

import pytest

from reporter.national import nation, scope
from reporter.national.nation import EVERY, Figure
from reporter.readers.access import Viewer
from support import reporter_world as world

CLASSES = ("all", "settlement:urban", "region:Bakı", "region:Naxçıvan + Şirvan-Salyan")
MERGED = {"classes": {"region": {"Naxçıvan": "Naxçıvan + Şirvan-Salyan", "Bakı": "Bakı"}}}
WHOLE = nation.read(*(lambda edition: (edition[0], edition[1:], None))(world.an_edition(classes=CLASSES)))


def seen(viewer: Viewer | None) -> set[Figure]:
    return set(scope.visible(WHOLE, viewer, MERGED).figures)


def test_the_public_sees_no_class_of_a_breakdown_at_a_single_level() -> None:
    rows = seen(None)
    assert {(row.level, row.cls) for row in rows if row.level != EVERY} == {
        ("lower-secondary", EVERY),
        ("upper-secondary", EVERY),
    }
    assert {row.cls for row in rows if row.level == EVERY} == set(CLASSES)
    assert seen(Viewer(role="coordinator", school="ABCDEFGHJKMN2")) == rows


@pytest.mark.parametrize("role", ["officer", "analyst", "auditor"])
def test_a_role_of_the_whole_ministry_sees_every_figure(role: str) -> None:
    assert seen(Viewer(role=role)) == set(WHOLE.figures)  # type: ignore[arg-type]  # one of the roles


def test_an_agency_sees_beside_what_is_public_its_own_level_or_region_alone() -> None:
    public = seen(None)
    level = seen(Viewer(role="agency", level="lower-secondary")) - public
    assert {row.level for row in level} == {"lower-secondary"}
    assert {row.cls for row in level} == set(CLASSES) - {EVERY}
    region = seen(Viewer(role="agency", region="Naxçıvan")) - public
    assert {row.cls for row in region} == {"region:Naxçıvan + Şirvan-Salyan"}
    both = seen(Viewer(role="agency", level="upper-secondary", region="Bakı")) - public
    assert {(row.level, row.cls) for row in both} == {("upper-secondary", "region:Bakı")}


def test_an_agency_without_a_level_or_region_sees_what_everybody_sees() -> None:
    assert seen(Viewer(role="agency")) == seen(None)
    assert seen(Viewer(role="agency", region="Elsewhere")) == seen(None)


def test_what_is_ready_for_one_scope_is_not_handed_to_another() -> None:
    people = [
        None,
        Viewer(role="officer"),
        Viewer(role="agency", level="primary"),
        Viewer(role="agency", region="primary"),
        Viewer(role="agency"),
    ]
    assert len({str(scope.mark(viewer)) for viewer in people}) == len(people)
    assert scope.mark(Viewer(role="coordinator", school="ABCDEFGHJKMN2")) is None
