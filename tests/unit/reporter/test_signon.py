"""Grants work once, for sixty seconds, from identity alone; sessions cannot be forged."""

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reporter.readers import signon
from reporter.readers.access import Viewer
from support.reporter_world import Signer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = b"k" * 32


class Noted:
    """Grants in memory."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def use_grant(self, jti: str, expires: datetime) -> bool:
        fresh = jti not in self.used
        self.used.add(jti)
        return fresh


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(key=Ed25519PrivateKey.generate())


def keys(signer: Signer) -> signon.Keys:
    return signon.Keys(signer.jwks)


def refusal(grant: str, signer: Signer, at: datetime = NOW, noted: Noted | None = None) -> str:
    with pytest.raises(signon.Refused) as caught:
        signon.accept(grant, keys(signer), noted or Noted(), at)
    return caught.value.reason


def test_a_grant_becomes_the_person_it_describes(signer: Signer) -> None:
    grant = signer.grant(NOW, role="agency", scope={"region": "Lənkəran"}, school=None, school_name=None)
    assert signon.accept(grant, keys(signer), Noted(), NOW) == Viewer(role="agency", region="Lənkəran")


def test_a_grant_works_once(signer: Signer) -> None:
    grant, noted = signer.grant(NOW), Noted()
    signon.accept(grant, keys(signer), noted, NOW)
    assert refusal(grant, signer, noted=noted) == "used"


def test_a_grant_works_for_sixty_seconds(signer: Signer) -> None:
    grant = signer.grant(NOW)
    signon.accept(grant, keys(signer), Noted(), NOW + timedelta(seconds=59))
    assert refusal(grant, signer, NOW + timedelta(seconds=60)) == "expired"
    assert refusal(signer.grant(NOW, exp=int(NOW.timestamp()) + 3600), signer) == "expired"


def test_a_grant_of_another_key_is_forged(signer: Signer) -> None:
    assert refusal(Signer(key=Ed25519PrivateKey.generate()).grant(NOW), signer) == "forged"
    assert refusal(Signer(key=Ed25519PrivateKey.generate(), kid="unknown").grant(NOW), signer) == "no-key"


def test_a_grant_without_a_signature_is_refused(signer: Signer) -> None:
    claims = {"iss": "guzgu-identity", "aud": "reporter", "jti": "x" * 16, "role": "officer"}
    bare = jwt.encode(claims, "", algorithm="none", headers={"kid": "test-1"})
    assert refusal(bare, signer) in ("forged", "malformed")
    hmac = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": "test-1"})
    assert refusal(hmac, signer) in ("forged", "malformed")


@pytest.mark.parametrize(
    "claims", [{"aud": "collector"}, {"iss": "someone"}, {"role": "king"}, {"jti": "short"}, {"shared": [1]}]
)
def test_a_grant_for_something_else_is_refused(signer: Signer, claims: dict[str, object]) -> None:
    assert refusal(signer.grant(NOW, **claims), signer) == "malformed"


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "ə" * 10])
def test_what_is_no_grant_is_refused(signer: Signer, text: str) -> None:
    assert refusal(text, signer) == "malformed"


def test_the_last_good_keys_are_kept_when_identity_is_away(signer: Signer) -> None:
    answers: list[bytes | None] = [signer.jwks(), None]
    told: list[str] = []

    def read() -> bytes:
        answer = answers.pop(0)
        if answer is None:
            raise OSError("away")
        return answer

    found = signon.Keys(read, told.append, iter((0.0, 0.0, 9.0, 9.0)).__next__)
    assert found.find("test-1") is not None
    assert found.find("newer") is None
    assert found.find("test-1") is not None
    assert told == ["read", "failed"]


def test_a_session_opens_for_an_hour_and_only_unchanged() -> None:
    viewer = Viewer(role="coordinator", school="S", school_name="Məktəb", shared=frozenset({"A"}))
    sealed = signon.seal(viewer, KEY, NOW)
    assert signon.open_session(sealed, KEY, NOW + timedelta(minutes=59)) == viewer
    assert signon.open_session(sealed, KEY, NOW + timedelta(minutes=60)) is None
    assert signon.open_session(sealed, b"o" * 32, NOW) is None
    assert signon.open_session(sealed[:-2] + "xx", KEY, NOW) is None
    assert signon.open_session("not a session", KEY, NOW) is None
    assert signon.open_session("", KEY, NOW) is None


def test_a_new_grant_key_is_picked_up_at_its_first_grant_and_the_retired_one_goes_with_it() -> None:
    old, new = (Signer(key=Ed25519PrivateKey.generate(), kid=kid) for kid in ("old", "new"))
    published = [old.jwks(), joined(old, new), *[new.jwks()] * 5]
    ticks = iter(range(0, 900, 30))
    found = signon.Keys(lambda: published.pop(0), lambda outcome: None, lambda: float(next(ticks)))
    noted = Noted()
    signon.accept(old.grant(NOW, jti="grant-one"), found, noted, NOW)
    signon.accept(new.grant(NOW, jti="grant-two"), found, noted, NOW)
    signon.accept(old.grant(NOW, jti="grant-three"), found, noted, NOW)
    assert found.find("newest of all") is None
    with pytest.raises(signon.Refused, match="no-key"):
        signon.accept(old.grant(NOW, jti="grant-four"), signon.Keys(new.jwks), noted, NOW)
    assert found.find("old") is None


def joined(*signers: Signer) -> bytes:
    return json.dumps({"keys": [key for one in signers for key in json.loads(one.jwks())["keys"]]}).encode()


@pytest.mark.parametrize("told", [7, ["S"], {"S": 7}, {"S": {"student": 7}}, {"S": {"student": {"all": [1]}}}])
def test_who_shares_is_told_in_one_form(signer: Signer, told: object) -> None:
    assert refusal(signer.grant(NOW, role="officer", shared=["S"], sharers=told), signer) == "malformed"


def test_who_follows_a_school_stays_a_follower_in_the_session(signer: Signer) -> None:
    viewer = signon.accept(signer.grant(NOW, follower=True), keys(signer), Noted(), NOW)
    kept = signon.open_session(signon.seal(viewer, KEY, NOW), KEY, NOW)
    assert kept is not None
    assert (kept.follower, kept.may_write) == (True, False)
