"""The signature under open data: made by the key of now, checked by whatever key was published."""

import jwt
import pytest
from cryptography.exceptions import InvalidSignature

from reporter.readers.signature import signature

OLD, NEW = bytes(range(32)), bytes(range(1, 33))


def test_a_signature_from_before_a_change_is_checked_by_the_retired_key_in_jwks() -> None:
    before = signature(OLD, ())
    kept = before.under(b"sums")
    now = signature(NEW, (before.jwks()["keys"][0]["x"],))
    found = [jwt.PyJWK.from_dict(one, algorithm="EdDSA").key for one in now.jwks()["keys"]]
    found[1].verify(kept, b"sums")
    with pytest.raises(InvalidSignature):
        found[0].verify(kept, b"sums")
    assert now.under(b"sums") == now.under(b"sums") != kept
    assert len({one["kid"] for one in now.jwks()["keys"]}) == 2


def test_the_private_key_stands_in_no_text_of_it() -> None:
    assert "private" not in repr(signature(OLD, ())).lower()


@pytest.mark.parametrize(("seed", "retired"), [(b"short", ()), (OLD, ("short",)), (OLD, ("ə" * 43,))])
def test_what_is_no_key_is_refused(seed: bytes, retired: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        signature(seed, retired)
