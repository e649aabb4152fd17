"""A session's life: its terms, and that no path leads back from its close marker."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import Campaign, SchoolSession
from contracts.questionnaire import CURRENT, bank
from identity import issuer, registry, sessions
from identity.reasons import Refused
from identity.sessions import GroupWish, Wish

NOW = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
WRAP = secrets.token_bytes(32)
KEY = issuer.new_key(WRAP, secrets.token_bytes)
ENTRY = registry.Entry(
    registry_id="1",
    name="School",
    region="Baku",
    settlement="urban",
    language="az",
    type="full",
    levels={
        "lower-secondary": registry.Numbers(leaders=4, teachers=61, students=845, trainers=0),
        "vocational": registry.Numbers(leaders=4, teachers=30, students=200, trainers=17),
    },
)
CAMPAIGN = Campaign(
    campaign="autumn",
    revision=2,
    names={"en": "Autumn", "az": "Payız"},
    opens=datetime(2026, 10, 1, 20, tzinfo=UTC),
    closes=NOW + timedelta(days=20),
    questionnaire=CURRENT,
    k={**sessions.THRESHOLDS, "student": 12},
    state="open",
    breakdowns=(),
    classes={},
    strata=(),
)


def wish(**changes: Any) -> Wish:
    made = Wish(level="lower-secondary", closes=NOW + timedelta(days=2), groups={"student": GroupWish()})
    return replace(made, **changes)


def draft(wanted: Wish, campaign: Campaign = CAMPAIGN, now: datetime = NOW) -> SchoolSession:
    return sessions.draft(
        session="2345679A",
        school="S",
        entry=ENTRY,
        campaign=campaign,
        wish=wanted,
        keys=dict.fromkeys(wanted.groups, KEY),
        bank=bank(),
        usual_grace=900,
        now=now,
    )


def test_the_terms_hold_what_the_campaign_and_the_register_say() -> None:
    made = draft(wish())
    student = made.groups["student"]
    assert (made.day.isoformat(), made.timetable.revision, made.timetable.state) == ("2026-10-01", 1, "planned")
    assert (student.k, student.registered, student.expected, student.key_id) == (12, 850, 850, KEY.key_id)
    assert tuple(item.code for item in student.items) == bank().core("lower-secondary", "student")
    assert made.stratum.size == "200-up"
    assert (made.timetable.opens, made.timetable.grace) == (NOW, 900)


def test_chosen_items_stand_among_the_core_ones_and_own_ones_at_the_end() -> None:
    own = {"en": " Our library? ", "az": "Kitabxanamız?"}
    code = bank().optional("lower-secondary", "student")[0]
    made = draft(wish(groups={"student": GroupWish(expected=1234, optional=(code,), own=(own,))}))
    items = made.groups["student"].items
    assert [item.code for item in items if item.optional] == [code]
    assert [item.code for item in items[:-1]] == [c for c in bank().items if c in {i.code for i in items}]
    assert (items[-1].code, items[-1].own) == ("X1", {"en": "Our library?", "az": "Kitabxanamız?"})
    assert made.groups["student"].expected == 1200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"level": "primary"}, "unknown-level"),
        ({"groups": {}}, "unknown-group"),
        ({"groups": {"trainer": GroupWish()}}, "unknown-group"),
        ({"groups": {"student": GroupWish(optional=("Z9",))}}, "unknown-item"),
        ({"groups": {"student": GroupWish(own=({"en": "x"},))}}, "bad-own-item"),
        ({"groups": {"student": GroupWish(own=({"en": "x", "az": "y" * 201},))}}, "bad-own-item"),
        ({"groups": {"student": GroupWish(own=({"en": "x", "az": "y", "ru": "z"},))}}, "bad-own-item"),
        ({"groups": {"student": GroupWish(own=({"en": "x", "az": "y"},) * 11)}}, "bad-own-item"),
        ({"closes": NOW}, "bad-dates"),
        ({"closes": CAMPAIGN.closes + timedelta(seconds=1)}, "bad-dates"),
        ({"opens": CAMPAIGN.opens - timedelta(seconds=1)}, "bad-dates"),
        ({"opens": NOW + timedelta(days=3)}, "bad-dates"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        draft(wish(**changes))


def test_no_session_begins_in_a_campaign_that_is_over() -> None:
    for campaign, now in ((replace(CAMPAIGN, state="closed"), NOW), (CAMPAIGN, CAMPAIGN.closes)):
        with pytest.raises(Refused, match="campaign-closed"):
            draft(wish(), campaign, now)


def test_thresholds_can_be_raised_and_never_lowered() -> None:
    assert sessions.checked_thresholds({"student": 15}) == {"leader": 3, "teacher": 5, "student": 15, "trainer": 5}
    for lowered in ({"student": 9}, {"parents": 10}):
        with pytest.raises(Refused, match="bad-threshold"):
            sessions.checked_thresholds(lowered)


@pytest.mark.parametrize(("registered", "most"), [(0, 2), (5, 7), (10, 13), (845, 931)])
def test_slips_are_capped(registered: int, most: int) -> None:
    assert sessions.cap(registered) == most


STEPS = st.lists(st.tuples(st.sampled_from(["open", "extend", "close", "cancel", "end", "wait"]), st.integers(0, 9000)))


@given(STEPS)
def test_no_path_leads_out_of_closed_or_cancelled_and_revisions_only_rise(steps: list[tuple[str, int]]) -> None:
    now, one = NOW, draft(wish(opens=NOW + timedelta(hours=1)))
    for act, amount in steps:
        before = one
        now += timedelta(seconds=amount if act == "wait" else 0)
        try:
            if act == "open" and one.timetable.state == "planned" and now >= one.timetable.opens:
                one = sessions.opened(one)
            elif act == "extend":
                one = sessions.extended(one, now + timedelta(seconds=amount - 500), CAMPAIGN, now)
            elif act == "close":
                one = sessions.closing(one, now)
            elif act == "cancel":
                one = sessions.cancelled(one, now)
            elif act == "end" and one.timetable.state == "open":
                one = sessions.closed(one)
        except Refused:
            assert one is before
        if before.timetable.state in ("closed", "cancelled"):
            assert one is before
        if one is not before:
            assert one.timetable.revision == before.timetable.revision + 1
            assert replace(one, timetable=before.timetable) == before
            assert one.timetable.opens <= one.timetable.closes <= CAMPAIGN.closes


def test_closing_now_ends_the_session_this_second_without_grace() -> None:
    one = sessions.closing(sessions.opened(draft(wish())), NOW + timedelta(minutes=5, microseconds=7))
    assert (one.timetable.closes, one.timetable.grace) == (NOW + timedelta(minutes=5), 0)
    assert one.timetable.state == "open"
    with pytest.raises(Refused, match="already-closing"):
        sessions.closing(one, NOW + timedelta(minutes=6))


def test_only_a_planned_session_is_cancelled() -> None:
    planned = draft(wish(opens=NOW + timedelta(hours=1)))
    assert sessions.cancelled(planned, NOW).timetable.state == "cancelled"
    for one, now in ((planned, NOW + timedelta(hours=1)), (sessions.opened(planned), NOW)):
        with pytest.raises(Refused, match="not-planned"):
            sessions.cancelled(one, now)


def test_the_marker_waits_for_grace_settle_and_the_acknowledgement_of_the_timetable() -> None:
    timetable = draft(wish()).timetable
    end = timetable.closes + timedelta(seconds=900)
    assert sessions.marker_due(timetable, NOW, 120) == end + timedelta(seconds=120)
    late = end + timedelta(hours=1)
    assert sessions.marker_due(timetable, late, 120) == late + timedelta(seconds=120)


@pytest.mark.parametrize(
    ("seconds", "state", "window"),
    [
        (-1, "planned", "before"),
        (0, "planned", "open"),
        (0, "open", "open"),
        (2 * 86_400 - 1, "open", "open"),
        (2 * 86_400, "open", "grace"),
        (2 * 86_400 + 900, "open", "over"),
        (0, "cancelled", "over"),
        (0, "closed", "over"),
    ],
)
def test_what_a_respondent_finds(seconds: int, state: Any, window: str) -> None:
    timetable = replace(draft(wish()).timetable, state=state)
    assert sessions.window(timetable, NOW + timedelta(seconds=seconds)) == window
