"""What every party derives alike: key ids, key cards, fingerprints, receipts and partitions."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2

from contracts import ballots, topics


def test_a_key_card_is_canonical_json_sorted_by_group() -> None:
    card = ballots.key_card("K7M2P4QA", {"teacher": b"two", "student": b"one"})
    assert (
        '{"keys":[{"group":"student","key_id":"' + ballots.key_id(b"one") + '","spki":"b25l"},'
        '{"group":"teacher","key_id":"' + ballots.key_id(b"two") + '","spki":"dHdv"}],"session":"K7M2P4QA"}'
    ) == card
    assert 16 == len(ballots.fingerprint(card))


def test_the_receipt_is_the_first_half_of_the_hash_over_key_id_and_message() -> None:
    message = bytes(range(64))
    assert hashlib.sha256(b"abcdefghijklmnop" + message).hexdigest()[:32] == ballots.response_id(
        "abcdefghijklmnop", message
    )


@given(st.binary(max_size=300))
def test_base64url_comes_back(data: bytes) -> None:
    assert data == ballots.unb64(ballots.b64(data))


@pytest.mark.parametrize("text", ["a", "ab=", "a+b/", "ab\n", "ü", "AB"])
def test_text_that_is_not_canonical_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ballots.unb64(text)


def test_canonical_json_refuses_floats() -> None:
    with pytest.raises(TypeError):
        ballots.canonical({"a": [1.0]})


@given(st.binary(max_size=40))
def test_our_murmur2_is_kafkas(key: bytes) -> None:
    assert murmur2(key) & 0xFFFFFFFF == topics.murmur2(key)


@given(st.text("23456789ABCDEFGHJKMNPQRSTUVWXYZ", min_size=13, max_size=13))
def test_a_school_has_one_partition_within_the_contract(school: str) -> None:
    assert 0 <= topics.partition(school) < topics.topics()[topics.RESPONSES].partitions
    assert topics.partition(school) == topics.partition(school)
