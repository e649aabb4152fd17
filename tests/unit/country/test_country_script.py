"""The demo's script: who answers when, which sessions end, and that slips are always enough."""

from country import truth
from country.campaign import LATECOMERS, slips_at_most
from country.forms import from_bank
from country.script import AHEAD, ENDED, HANDED_OUT, RESERVED, SEED, script


def test_the_pilot_has_twelve_lower_and_ten_upper_secondary_sessions() -> None:
    levels = [cue.level for cue in script(12).cues]

    assert (12, 10) == (levels.count("lower-secondary"), levels.count("upper-secondary"))


def test_six_schools_go_ahead_at_lower_secondary_and_some_sessions_stay_open() -> None:
    cues = script(12).cues
    ahead = [cue for cue in cues if cue.act == 1]

    assert AHEAD == len({cue.school.registry_id for cue in ahead})
    assert {"lower-secondary"} == {cue.level for cue in ahead}
    assert 2 * ENDED == sum(cue.ends for cue in cues)
    assert all(not cue.ends for cue in cues if cue.act == 3)


def test_a_session_that_ends_is_filled_before_the_hand_out() -> None:
    for schools in (1, 3, 12, 40):
        assert all(cue.act < 3 for cue in script(schools).cues if cue.ends)


def test_guests_get_as_many_codes_as_promised() -> None:
    for cue in script(12).cues:
        for group, promised in HANDED_OUT.items():
            people = cue.school.levels[cue.level].of(group)
            if people:
                known = truth.cell(SEED, cue.school.registry_id, cue.level, group, people, from_bank(cue.level, group))
                used = int(known.responds.sum()) + (LATECOMERS if group == "student" else 0)
                assert promised <= slips_at_most(people) - used - (RESERVED[group] - promised)


def test_a_larger_country_asks_each_school_at_one_level() -> None:
    played = script(40)

    assert 40 == len(played.cues) == len(played.schools)
    assert 0 < played.turnout <= 1
