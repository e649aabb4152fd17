"""The blind client agrees with RFC 9474 to the last bit, and never accepts a signature that does not fit."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from country import ballots

VECTORS = json.loads((Path(__file__).parent / "rfc9474-vectors.json").read_text("utf-8"))


def number(text: str) -> int:
    return int(text, 16)


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.fixture(params=[v for v in VECTORS if v["sLen"] == "0x30"], ids=lambda v: str(v["name"]))
def vector(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.param
    return found


def test_blinding_and_finalizing_give_the_bytes_of_the_rfc(vector: dict[str, Any]) -> None:
    key = RSAPublicNumbers(e=number(vector["e"]), n=number(vector["n"])).public_key()
    factor = pow(number(vector["inv"]), -1, number(vector["n"]))

    blinded = ballots.blind_with(key, raw(vector["input_msg"]), salt=raw(vector["salt"]), factor=factor)

    assert raw(vector["blinded_msg"]) == blinded.blinded
    assert raw(vector["sig"]) == ballots.finalize(key, blinded, raw(vector["blind_sig"])).signature


def test_a_signature_over_something_else_is_refused(vector: dict[str, Any]) -> None:
    key = RSAPublicNumbers(e=number(vector["e"]), n=number(vector["n"])).public_key()
    blinded = ballots.blind(key, ballots.prepare(secrets.token_bytes), secrets.token_bytes)

    with pytest.raises(ballots.BadBallot):
        ballots.finalize(key, blinded, raw(vector["blind_sig"]))


def test_a_ballot_is_signed_without_the_issuer_seeing_it() -> None:
    private = rsa.generate_private_key(65537, 2048)
    key = private.public_key()
    message = ballots.prepare(secrets.token_bytes)
    blinded = ballots.blind(key, message, secrets.token_bytes)
    numbers = private.private_numbers()
    signed = pow(int.from_bytes(blinded.blinded, "big"), numbers.d, numbers.public_numbers.n).to_bytes(256, "big")

    ballot = ballots.finalize(key, blinded, signed)

    assert message == ballot.message
    assert signed != ballot.signature
    ballots.verify(key, ballot)


def test_the_same_message_is_blinded_anew_each_time() -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    message = ballots.prepare(secrets.token_bytes)

    first, second = (ballots.blind(key, message, secrets.token_bytes).blinded for _ in range(2))

    assert first != second
    assert len(message) == 64


def test_a_blinded_message_never_shows_its_secret() -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    blinded = ballots.blind(key, ballots.prepare(secrets.token_bytes), secrets.token_bytes)

    assert str(blinded.inverse) not in repr(blinded)
