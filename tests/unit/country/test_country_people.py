"""The simulated country has the real one's sizes, and is the same whenever it is made with the same seed."""

import csv
import io

from country.people import HEADER, LEVELS, country, registry_csv
from country.pilot import WITH_UPPER, pilot


def test_the_same_seed_makes_the_same_country() -> None:
    assert list(country(50, 7)) == list(country(50, 7))
    assert list(country(50, 7)) != list(country(50, 8))


def test_a_whole_country_has_the_sizes_of_azerbaijan() -> None:
    schools = list(country(4400, 1))
    sizes = sorted(sum(people.students for people in school.levels.values()) for school in schools)

    assert 1_550_000 < sum(sizes) < 1_850_000
    assert sizes[len(sizes) // 4] < 120
    assert sizes[-1] > 2000
    assert len({school.registry_id for school in schools}) == 4400


def test_the_registry_has_a_row_for_each_school_and_level() -> None:
    schools = list(country(30, 3))

    rows = list(csv.DictReader(io.StringIO(registry_csv(schools))))

    assert tuple(rows[0]) == HEADER
    assert len(rows) == sum(len(school.levels) for school in schools)
    assert {row["level"] for row in rows} <= set(LEVELS)
    assert {row["settlement"] for row in rows} == {"urban", "rural"}


def test_the_pilot_is_twelve_schools_alike_in_size() -> None:
    for seed in range(30):
        schools = pilot(seed)
        for level, number in (("lower-secondary", 12), ("upper-secondary", WITH_UPPER)):
            students = [school.levels[level].students for school in schools if level in school.levels]
            assert len(students) == number
            assert max(students) <= 2 * min(students)


def test_the_pilot_is_about_two_and_a_half_thousand_people() -> None:
    for seed in range(30):
        levels = [people for school in pilot(seed) for people in school.levels.values()]
        assert 2300 < sum(p.students + p.teachers + p.leaders for p in levels) < 3100
