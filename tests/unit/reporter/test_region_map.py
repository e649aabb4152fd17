"""The map of regions: every region once on its tile, the rest in a grid, and nothing shown that is withheld."""

import re

from reporter.national import findings, nation, places, region_map
from reporter.national.nation import EVERY, Nation
from reporter.pages.rendering import Pages
from support import nation_world

VOICE = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js").voice("en", "2026-1")
REGISTER = sorted({*nation_world.REGIONS, nation_world.SMALL_REGION})


def whole() -> Nation:
    head, *cells = (found for found in nation_world.an_edition() if found["kind"] != "benchmark")
    return nation.read(head, cells, None)


WHOLE = whole()


def test_the_fourteen_regions_stand_on_tiles_of_their_own() -> None:
    spots = places.places(REGISTER, "en")
    assert {spot.region for spot in spots} == set(REGISTER)
    assert len({(spot.column, spot.row) for spot in spots}) == len(spots) == 14
    assert len({spot.short for spot in spots}) == 14
    assert max(len(spot.short) for spot in spots) <= places.LETTERS
    assert places.name("Naxçıvan + Bakı", "en") == "Nakhchivan + Baku"
    assert places.name("Naxçıvan", "az") == "Naxçıvan"


def test_a_register_with_other_regions_is_a_grid_in_the_order_of_the_alphabet() -> None:
    spots = places.places(["Ödən", "Bakı", "Çay", "Ağ", "Dağ", "Zirvə"], "az")
    assert [spot.region for spot in spots] == ["Ağ", "Bakı", "Çay", "Dağ", "Ödən", "Zirvə"]
    assert [(spot.column, spot.row) for spot in spots[-2:]] == [(4, 0), (0, 1)]


def test_every_shown_region_says_its_share_and_a_withheld_one_says_so() -> None:
    found = region_map.region_map(VOICE, WHOLE, REGISTER, EVERY, "student", "C")
    assert found is not None
    assert list(found.missing) == ["Nakhchivan"]
    drawn = re.findall(r"<title>([^<]*)</title>", str(found.picture.wide))
    tiles = [words for words in drawn if words.split(":")[0] in {spot.name for spot in places.places(REGISTER, "en")}]
    assert len(tiles) == 14
    assert "Nakhchivan: not shown" in tiles
    for cls in WHOLE.classes("region"):
        row = WHOLE.of(EVERY, "student", cls)["C"]
        name = places.name(cls.partition(":")[2], "en")
        assert any(words.startswith(f"{name}: {VOICE.percent(row.share)} agree") for words in tiles)
    assert len(found.rows) == len(nation_world.REGIONS)
    assert "–" in str(found.picture.wide)


def test_only_a_region_whose_range_does_not_touch_the_nations_is_marked() -> None:
    found = region_map.region_map(VOICE, WHOLE, REGISTER, EVERY, "student", "C")
    assert found is not None
    country = WHOLE.of(EVERY, "student")["C"]
    for name, _, _, word, *_ in found.rows:
        row = next(
            WHOLE.of(EVERY, "student", cls)["C"]
            for cls in WHOLE.classes("region")
            if places.name(cls.partition(":")[2], "en") == name
        )
        mark = findings.clear(row, country)
        assert word == VOICE.t(f"where.{mark or 'near'}")
    assert {row[3] for row in found.rows} == {VOICE.t(f"where.{word}") for word in ("higher", "lower", "near")}
    assert found.finding.startswith("Infrastructure and equipment, students: from")


def test_regions_that_are_shown_together_say_the_same_on_both_tiles() -> None:
    head, *cells = (found for found in nation_world.an_edition() if found["kind"] != "benchmark")
    for cell in cells:
        if "region:Bakı" in cell["classes"]:
            cell["classes"]["region:Bakı + Naxçıvan"] = cell["classes"].pop("region:Bakı")
    found = region_map.region_map(VOICE, nation.read(head, cells, None), REGISTER, EVERY, "student", "C")
    assert found is not None
    assert found.missing == []
    tiles = re.findall(r"<title>(Baku|Nakhchivan): (\d+%)", str(found.picture.wide))
    assert len(tiles) == 2
    assert len({share for _, share in tiles}) == 1


def test_shades_go_up_with_the_share_and_close_regions_share_one() -> None:
    limits = region_map._limits([0.5, 0.51, 0.52])
    assert round(limits[-1] - limits[0], 6) >= 0.2
    assert limits == sorted(limits)
    assert region_map._limits([0.97, 0.99])[-1] <= 1.0
    assert region_map._limits([0.0, 0.9])[-1] >= 0.9
