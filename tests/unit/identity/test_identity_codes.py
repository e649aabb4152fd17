"""Codes that people type: mistakes are found, letters are fair, and what is kept depends on every part."""

import hashlib
import hmac
import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import codes

LETTERS = st.sampled_from(codes.ALPHABET)
BODIES = st.text(LETTERS, min_size=7, max_size=15)


def test_the_alphabet_has_31_letters_and_no_look_alikes() -> None:
    assert (len(codes.ALPHABET), len(set(codes.ALPHABET))) == (31, 31)
    assert not set("01OIL") & set(codes.ALPHABET)


@pytest.mark.parametrize(
    ("body", "check"),
    [("22222222", "2"), ("3222222", "3"), ("2222223", "9"), ("ZZZZZZZZ", codes.ALPHABET[30 * 36 % 31])],
)
def test_the_check_character_is_the_weighted_sum_from_the_left(body: str, check: str) -> None:
    assert codes.check_character(body) == check


@given(BODIES, st.data())
def test_one_wrong_letter_is_always_found(body: str, data: st.DataObject) -> None:
    code = body + codes.check_character(body)
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(LETTERS.filter(lambda letter: letter != code[place]))
    assert not codes.well_formed(code[:place] + wrong + code[place + 1 :], len(code))


@given(BODIES, st.data())
def test_two_swapped_neighbours_are_always_found(body: str, data: st.DataObject) -> None:
    code = body + codes.check_character(body)
    place = data.draw(st.integers(0, len(body) - 2))
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not codes.well_formed(swapped, len(code))


@given(st.sampled_from([codes.SESSION, codes.PARTICIPATION, codes.SCHOOL, codes.INVITATION]))
def test_a_made_code_is_well_formed_and_survives_how_people_write_it(length: int) -> None:
    code = codes.make(length, secrets.token_bytes)
    assert codes.well_formed(code, length)
    assert codes.normal(f" {codes.grouped(code).lower()} ") == code


def test_every_letter_is_equally_likely() -> None:
    every_byte = bytes(range(256)) * 31
    taken = iter(every_byte)
    found = codes.make(248 * 31 + 1, lambda length: bytes(next(taken, 0) for _ in range(length)))
    counts = Counter(found[: 248 * 31])
    assert set(counts.values()) == {248}


def test_a_line_to_type_names_session_and_group() -> None:
    assert codes.session_line("2345679A", "student") == "2345-679A-S"
    assert codes.grouped("ABCDEFGHJ") == "ABCD-EFGH-J"


def test_what_is_kept_is_the_keyed_hash_stretched() -> None:
    keyed = hmac.new(b"pepper", b"2345679A/student/ABCDEFGHJ", hashlib.sha256).digest()
    stretched = hashlib.scrypt(keyed, salt=b"guzgu participation code", n=16, r=1, p=1, dklen=32)
    assert codes.keyed_hash(b"pepper", "2345679A", "student", "ABCDEFGHJ", 16) == stretched


@pytest.mark.parametrize(
    "other",
    [
        (b"Pepper", "2345679A", "student", "ABCDEFGHJ"),
        (b"pepper", "2345679B", "student", "ABCDEFGHJ"),
        (b"pepper", "2345679A", "teacher", "ABCDEFGHJ"),
        (b"pepper", "2345679A", "student", "ABCDEFGHK"),
    ],
)
def test_a_code_is_unknown_with_another_pepper_session_or_group(other: tuple[bytes, str, str, str]) -> None:
    assert codes.keyed_hash(*other, 16) != codes.keyed_hash(b"pepper", "2345679A", "student", "ABCDEFGHJ", 16)
