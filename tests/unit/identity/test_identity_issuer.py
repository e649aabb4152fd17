"""Blind signatures equal RFC 9474's own vectors, and no faulty one leaves."""

import dataclasses
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from contracts.ballots import key_id
from identity import issuer
from identity.reasons import Refused

VECTORS = json.loads((Path(__file__).parent / "rfc9474-vectors.json").read_text("utf-8"))
WRAP_KEY = secrets.token_bytes(32)


def number(text: str) -> int:
    return int(text.removeprefix("0x"), 16)


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def key_of(vector: dict[str, Any]) -> issuer.PrivateKey:
    p, q, d = number(vector["p"]), number(vector["q"]), number(vector["d"])
    return issuer.PrivateKey(
        n=number(vector["n"]),
        e=number(vector["e"]),
        p=p,
        q=q,
        d_p=d % (p - 1),
        d_q=d % (q - 1),
        q_inverse=pow(q, -1, p),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_blind_signatures_are_those_of_the_rfc(vector: dict[str, Any]) -> None:
    signed = issuer.blind_sign(key_of(vector), raw(vector["blinded_msg"]), secrets.randbelow)
    assert signed == raw(vector["blind_sig"])


def test_an_unblinded_signature_of_our_variant_verifies() -> None:
    vector = next(vector for vector in VECTORS if vector["name"] == "RSABSSA-SHA384-PSS-Randomized")
    key = key_of(vector)
    blind = int.from_bytes(issuer.blind_sign(key, raw(vector["blinded_msg"]), secrets.randbelow))
    signature = (blind * number(vector["inv"]) % key.n).to_bytes(len(raw(vector["sig"])))
    assert signature == raw(vector["sig"])
    pss = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    public = rsa.RSAPublicNumbers(key.e, key.n).public_key()
    public.verify(signature, raw(vector["msg_prefix"]) + raw(vector["msg"]), pss, hashes.SHA384())


@pytest.fixture(scope="module")
def pair() -> issuer.WrappedKey:
    return issuer.new_key(WRAP_KEY, secrets.token_bytes)


def test_a_key_is_named_by_its_public_part_and_signs_after_unwrapping(pair: issuer.WrappedKey) -> None:
    public = serialization.load_der_public_key(pair.spki)
    assert isinstance(public, rsa.RSAPublicKey)
    assert (pair.key_id, public.key_size) == (key_id(pair.spki), 2048)
    message = secrets.randbelow(public.public_numbers().n - 1) + 1
    signed = issuer.blind_sign(issuer.unwrap(pair, WRAP_KEY), message.to_bytes(256), secrets.randbelow)
    assert pow(int.from_bytes(signed), 65537, public.public_numbers().n) == message


def test_a_private_key_opens_with_its_own_wrapping_and_name_only(pair: issuer.WrappedKey) -> None:
    assert issuer.opens_with(pair, WRAP_KEY)
    assert not issuer.opens_with(pair, secrets.token_bytes(32))
    with pytest.raises(InvalidTag):
        issuer.unwrap(dataclasses.replace(pair, key_id="A" * 16), WRAP_KEY)


def test_numbers_out_of_range_are_refused(pair: issuer.WrappedKey) -> None:
    key = issuer.unwrap(pair, WRAP_KEY)
    for blinded in (bytes(256), key.n.to_bytes(256), (2**2048 - 1).to_bytes(256), b"\x01" * 255, b"\x01" * 257):
        assert not issuer.acceptable(blinded, pair.spki)
        with pytest.raises(Refused, match="bad-blinded-message"):
            issuer.blind_sign(key, blinded, secrets.randbelow)
    assert issuer.acceptable((key.n - 1).to_bytes(256), pair.spki)


def test_a_faulty_half_never_leaves(pair: issuer.WrappedKey) -> None:
    key = issuer.unwrap(pair, WRAP_KEY)
    with pytest.raises(issuer.SigningFault):
        issuer.blind_sign(dataclasses.replace(key, d_p=key.d_p ^ 2), bytes(255) + b"\x07", secrets.randbelow)


def test_no_private_number_shows_itself(pair: issuer.WrappedKey) -> None:
    key = issuer.unwrap(pair, WRAP_KEY)
    shown = repr(key) + repr(pair)
    assert str(key.p) not in shown
    assert "wrapped=" not in shown
