"""Unreleased figures survive packing and sealing, tell nothing by their length, and open with their own key alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.fold import Fold
from aggregator.sealing import Sealer
from aggregator.terms import terms_of
from chassis.errors import Fatal
from contracts.messages import SchoolSession
from support.builders import a_response, a_session

KEY = b"0123456789abcdef0123456789abcdef"


def unreleased(session: SchoolSession, answers: list[dict[str, int | str]], option: str = "never") -> bytes:
    """The packed figures of a cell that these people answered."""
    from support.builders import Log

    log, terms, fold = Log(), terms_of(session), Fold(0)
    fold.own(terms.partition, (), ())
    packed = b""
    for number, given_answers in enumerate(answers):
        log.append(
            a_response(session, "teacher", number, answers=given_answers, background={"use_home": option}, signed=False)
        )
    for poll in log.polls(1000):
        for state in fold.batch(poll, {session.session: terms}.get).sessions:
            packed = state.unreleased["teacher"]
    return packed


@settings(max_examples=30, deadline=None)
@given(people=st.sampled_from((1, 2, 15, 16, 255, 256)), ratings=st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_the_length_of_what_is_packed_follows_the_number_of_people_alone(people: int, ratings: list[int]) -> None:
    session = a_session(groups={"teacher": 10}, items=("A1", "A2", "B1", "B2"))
    all_alike = unreleased(session, [{"A1": 5, "A2": 5, "B1": 5, "B2": 5}] * people)
    mixed = unreleased(session, [dict(zip(("A1", "A2", "B1", "B2"), ratings, strict=True))] * people, "month")
    assert len(all_alike) == len(mixed)


def test_a_blob_opens_for_its_own_session_with_its_own_key_and_never_otherwise() -> None:
    sealer = Sealer(KEY)
    parts = {"student": b"12345", "leader": b"", "teacher": b"6"}
    blob = sealer.seal("S1", parts)
    assert parts == sealer.open("S1", blob, list(parts))
    assert blob != sealer.seal("S1", parts)
    for wrong, session, data in (
        (sealer, "S2", blob),
        (Sealer(KEY[::-1]), "S1", blob),
        (sealer, "S1", blob[:-1] + bytes([blob[-1] ^ 1])),
        (sealer, "S1", b""),
    ):
        with pytest.raises(Fatal):
            wrong.open(session, data, list(parts))


def test_a_key_of_another_length_is_refused_in_words() -> None:
    with pytest.raises(Fatal, match="BLOB_KEY"):
        Sealer(b"short")


def test_during_a_change_of_keys_both_open_and_only_the_new_one_seals() -> None:
    new = bytes(range(100, 132))
    parts = {"student": b"12345"}
    old_blob = Sealer(KEY).seal("S1", parts)
    during = Sealer(new, before=KEY)
    assert parts == during.open("S1", old_blob, ["student"])
    resealed = during.resealed("S1", old_blob)
    assert resealed is not None
    assert parts == Sealer(new).open("S1", resealed, ["student"])
    assert during.resealed("S1", resealed) is None
    for alone, blob in ((Sealer(KEY), resealed), (Sealer(new), old_blob)):
        with pytest.raises(Fatal, match="BLOB_KEY_PREVIOUS must be the one before"):
            alone.open("S1", blob, ["student"])
