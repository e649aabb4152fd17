"""Every secret of identity is changed while a session goes on: what was made before still works, and what is retired
is refused."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.errors import Fatal, Unavailable
from chassis.settings import Secret
from contracts.ballots import b64, unb64
from identity import commands, manifest
from identity.building import build_app, build_desk
from identity.desk import accounts, ballots, campaigns, conduct, grants, issuing, register, tokens
from identity.desk.desk import Desk
from identity.desk.issuing import Order
from identity.reasons import Refused
from identity.sessions import GroupWish, Wish
from identity.settings import Settings, contradictions
from identity.staff import Person
from identity.store import schools
from support.identity import REGISTER, House, house, manifest_secret
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
OFFICER = Person(user="officer", role="officer")
LEVEL = "lower-secondary"


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        register.take(made.desk, OFFICER, REGISTER)
        yield made


@pytest.fixture
def desks(home: House) -> Iterator[list[Desk]]:
    made: list[Desk] = []
    yield made
    for desk in made:
        desk.signers.close()
        desk.printer.close()
        desk.place.client.close()


@pytest.fixture
def coordinator(home: House) -> Person:
    found = home.desk.place["codes"].find_one({"_id": "002"})
    assert found is not None
    return Person(user="leyla", role="coordinator", school=found["school"])


@pytest.fixture
def session(home: House, coordinator: Person) -> str:
    return opened(home.desk, home, coordinator)


def opened(desk: Desk, home: House, coordinator: Person) -> str:
    name = f"c-{secrets.token_hex(3)}"
    opens, closes = home.clock.now - timedelta(hours=1), home.clock.now + timedelta(days=9)
    campaigns.create(desk, OFFICER, campaign=name, names={"en": "Spring", "az": "Yaz"}, opens=opens, closes=closes)
    wish = Wish(level=LEVEL, closes=home.clock.now + timedelta(hours=1), groups={"student": GroupWish()})
    return conduct.create(desk, coordinator, name, wish).message.session


def new_secret() -> Secret:
    return Secret(b64(secrets.token_bytes(32)))


def restarted(home: House, desks: list[Desk], **changes: Any) -> Desk:
    """Identity started anew on the same database with other secrets."""
    chosen: Settings = replace(home.settings, **changes)
    assert list(contradictions(chosen)) == []
    desk = replace(build_desk(chosen), clock=home.clock, passwords=home.desk.passwords)
    desks.append(desk)
    return desk


def slip(desk: Desk, coordinator: Person, session: str) -> str:
    [code] = issuing.issue(desk, coordinator, Order(session=session, group="student", count=1)).codes
    return code


def blinded() -> bytes:
    return b"\x00" + secrets.token_bytes(255)


def signs(desk: Desk, session: str, code: str, message: bytes) -> bytes:
    return ballots.trade(desk, session, "student", code, message)[1]


def test_a_slip_printed_before_the_pepper_changed_still_works_and_fresh_ones_of_that_session_too(
    home: House, desks: list[Desk], coordinator: Person, session: str
) -> None:
    before, message = slip(home.desk, coordinator, session), blinded()
    used = slip(home.desk, coordinator, session)
    signature = signs(home.desk, session, used, message)
    new = restarted(home, desks, code_pepper=new_secret(), code_pepper_previous=home.settings.code_pepper)
    assert signs(new, session, used, message) == signature
    assert signs(new, session, before, blinded())
    fresh = slip(new, coordinator, session)
    assert signs(new, session, fresh, blinded())
    assert "well" == commands.doctor(new, lambda: None)["peppers"]


def test_a_session_opened_after_the_change_does_not_need_the_old_pepper_and_one_from_before_says_that_it_does(
    home: House, desks: list[Desk], coordinator: Person, session: str
) -> None:
    old_slip = slip(home.desk, coordinator, session)
    pepper = new_secret()
    between = restarted(home, desks, code_pepper=pepper, code_pepper_previous=home.settings.code_pepper)
    later = opened(between, home, coordinator)
    new_slip = slip(between, coordinator, later)
    after = restarted(home, desks, code_pepper=pepper)
    assert signs(after, later, new_slip, blinded())
    with pytest.raises(Refused, match="unknown-slip"):
        signs(after, session, old_slip, blinded())
    with pytest.raises(Refused, match="session-closed"):
        slip(after, coordinator, session)
    assert (
        "need another CODE_PEPPER_PREVIOUS: none of their slips works"
        in commands.doctor(after, lambda: None)["peppers"]
    )


def test_an_invitation_printed_before_the_pepper_changed_opens_an_account(home: House, desks: list[Desk]) -> None:
    school = home.desk.place["codes"].find_one({"_id": "003"})
    assert school is not None
    assert schools.get(home.desk.place, school["school"]) is not None
    headers = home.headers(**home.officer)
    printed = home.post(f"/v1/schools/{school['school']}/invitations", headers)["invitation"]
    alone = restarted(home, desks, code_pepper=new_secret())
    with pytest.raises(Refused, match="unknown-invitation"):
        accounts.sign_up(alone, printed, "aygun", "a long enough password")
    new = restarted(home, desks, code_pepper=new_secret(), code_pepper_previous=home.settings.code_pepper)
    assert accounts.sign_up(new, printed, "aygun", "a long enough password").person.school == school["school"]


def test_everything_wrapped_opens_during_the_change_and_without_the_old_key_after_rewrap(
    home: House, desks: list[Desk], coordinator: Person, session: str
) -> None:
    code, message = slip(home.desk, coordinator, session), blinded()
    signature = signs(home.desk, session, code, message)
    key = new_secret()
    during = restarted(home, desks, key_wrap_key=key, key_wrap_key_previous=home.settings.key_wrap_key)
    assert signs(during, session, code, message) == signature
    assert sign_in(during, home).user == "officer"
    with pytest.raises(Fatal, match="opens with neither KEY_WRAP_KEY nor KEY_WRAP_KEY_PREVIOUS"):
        commands.rewrap(restarted(home, desks, key_wrap_key=key))
    said = commands.rewrap(during)
    assert int(said["key pairs wrapped anew"]) >= 1
    assert int(said["one-time secrets wrapped anew"]) >= 1
    again = commands.rewrap(during)
    assert ("0", "0") == (again["key pairs wrapped anew"], again["one-time secrets wrapped anew"])
    after = restarted(home, desks, key_wrap_key=key)
    assert signs(after, session, code, message) == signature
    assert sign_in(after, home).user == "officer"
    with pytest.raises(Unavailable, match="set KEY_WRAP_KEY_PREVIOUS to what it was"):
        sign_in(home.desk, home)
    # The house goes on under its own key.
    back = restarted(home, desks, key_wrap_key_previous=key)
    commands.rewrap(back)
    assert sign_in(home.desk, home).user == "officer"


def sign_in(desk: Desk, home: House) -> Person:
    home.clock.move(30)
    code = pyotp.TOTP(home.officer["totp_secret"]).at(home.clock.now)
    return accounts.sign_in(desk, home.officer["user"], home.officer["password"], code)


def test_who_is_signed_in_stays_so_while_the_old_cookie_key_is_set_and_no_longer(
    home: House, desks: list[Desk]
) -> None:
    headers = home.headers(**home.officer)
    key = new_secret()
    during = build_app(restarted(home, desks, cookie_key=key, cookie_key_previous=home.settings.cookie_key))
    after = build_app(restarted(home, desks, cookie_key=key))
    assert during.test_client().get("/v1/campaigns", headers=headers).status_code == 200
    assert after.test_client().get("/v1/campaigns", headers=headers).status_code == 401


def test_grants_of_the_old_key_verify_while_it_is_listed_and_the_new_one_signs(home: House, desks: list[Desk]) -> None:
    old = grants.grant(home.desk, OFFICER)
    [x] = [key["x"] for key in tokens.jwks(home.desk)["keys"] if key["kty"] == "OKP"]
    seed = new_secret()
    during = restarted(home, desks, grant_signing_key=seed, grant_keys_retired=(x,))
    listed = {key["kid"]: key for key in tokens.jwks(during)["keys"]}
    for grant in (old, grants.grant(during, OFFICER)):
        kid = jwt.get_unverified_header(grant)["kid"]
        claims = jwt.decode(
            grant,
            jwt.PyJWK.from_dict(listed[kid]).key,
            algorithms=["EdDSA"],
            audience="reporter",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["role"] == "officer"
    after = {key["kid"] for key in tokens.jwks(restarted(home, desks, grant_signing_key=seed))["keys"]}
    assert jwt.get_unverified_header(old)["kid"] not in after


def test_the_manifest_goes_on_under_a_new_key_and_every_line_verifies_by_jwks(
    home: House, desks: list[Desk], coordinator: Person, session: str
) -> None:
    home.turn(50)
    [old] = [key for key in tokens.jwks(home.desk)["keys"] if key["kty"] == "EC"]
    new_key = manifest_secret()
    new = restarted(home, desks, manifest_signing_key=new_key, manifest_keys_retired=(f"{old['x']}.{old['y']}",))
    later = opened(new, home, coordinator)
    relay = home.relay
    home.relay = replace(relay, manifest_key=new.manifest_key)
    home.turn(50)
    home.relay = relay
    lines = build_app(new).test_client().get("/v1/manifest").text.splitlines()
    public = [_public(key) for key in tokens.jwks(new)["keys"] if key["kty"] == "EC"]
    signers = []
    before = ""
    for line in lines:
        body = json.loads(line)
        signature = body.pop("signature")
        assert body["previous"] == (b64(hashlib.sha256(before.encode()).digest()) if before else "")
        [signer] = [number for number, key in enumerate(public) if manifest.signed(key, body, signature)]
        signers.append((body["session"], signer))
        before = line
    assert (session, 1) in signers
    assert (later, 0) in signers


def _public(key: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(unb64(key[name])) for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def test_an_api_key_that_was_replaced_is_refused_and_its_successor_taken(home: House) -> None:
    old, new = (accounts.add_api_key(home.desk, OFFICER, name) for name in ("register-1", "register-2"))
    accounts.remove_api_key(home.desk, OFFICER, "register-1")
    asked = {
        key: home.client().get("/v1/campaigns", headers={"Authorization": f"Bearer {key}"}).status_code
        for key in (old, new)
    }
    assert asked == {old: 401, new: 200}
    acts = [row["act"] for row in home.desk.place["audit"].find({}) if row.get("name") == "register-1"]
    assert acts == ["api-key-added", "api-key-removed"]


def test_a_reset_account_takes_its_new_secrets_alone_and_its_tokens_end(home: House) -> None:
    made = accounts.add_ministry(home.desk, "auditor1", "auditor", None)
    held = {"user": "auditor1", "password": made.password, "totp_secret": made.totp_secret}
    headers = home.headers(**held)
    assert home.client().get("/v1/campaigns", headers=headers).status_code == 200
    home.clock.move(1)
    renewed = accounts.reset(home.desk, OFFICER, "auditor1")
    assert renewed is not None
    assert home.client().get("/v1/campaigns", headers=headers).status_code == 401
    home.clock.move(30)
    stale = pyotp.TOTP(made.totp_secret).at(home.clock.now)
    with pytest.raises(Refused, match="wrong-credentials"):
        accounts.sign_in(home.desk, "auditor1", made.password, stale)
    fresh = {"user": "auditor1", "password": renewed.password, "totp_secret": renewed.totp_secret}
    assert home.client().get("/v1/campaigns", headers=home.headers(**fresh)).status_code == 200
    assert home.desk.place["audit"].find_one({"act": "secrets-reset"}) is not None
    assert accounts.reset(home.desk, OFFICER, "nobody") is None


def test_a_previous_secret_that_equals_the_new_one_is_a_mistake(home: House) -> None:
    same = replace(home.settings, code_pepper_previous=home.settings.code_pepper, grant_keys_retired=("short",))
    said = list(contradictions(same))
    assert said == [
        "CODE_PEPPER_PREVIOUS is the same as CODE_PEPPER: set it only while a change goes on",
        "GRANT_KEYS_RETIRED and MANIFEST_KEYS_RETIRED must be `x`, and `x.y`, as /.well-known/jwks.json gave them",
    ]
