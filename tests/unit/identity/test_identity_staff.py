"""Accounts of staff: one-time codes as in RFC 6238, rights, rules of names and passwords, waiting."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from identity import staff
from identity.reasons import Refused

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_one_time_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert staff.totp(SECRET, seconds // 30) == code


def test_an_authenticator_app_shows_the_same_codes() -> None:
    now = datetime(2026, 11, 23, 18, 0, 7, tzinfo=UTC)
    app = pyotp.parse_uri(staff.otpauth("leyla", SECRET))
    assert isinstance(app, pyotp.TOTP)
    assert (app.name, app.issuer) == ("leyla", "Güzgü")
    assert staff.matching_step(SECRET, app.at(now), now) == int(now.timestamp()) // 30


@pytest.mark.parametrize(("seconds", "found"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_neighbouring_step_is_taken_and_no_other(seconds: int, found: bool) -> None:
    now = datetime(2026, 11, 23, 18, tzinfo=UTC)
    code = staff.totp(SECRET, int((now + timedelta(seconds=seconds)).timestamp()) // 30)
    assert (staff.matching_step(SECRET, f" {code[:3]} {code[3:]}", now) is not None) is found


def test_nobody_but_a_coordinator_opens_sessions_or_prints_slips() -> None:
    assert {role for role, rights in staff.RIGHTS.items() if rights & {"slips", "sessions"}} == {"coordinator"}
    assert set(staff.RIGHTS) == {*staff.ROLES, "api-key", "data-key"}
    assert "grants" not in staff.RIGHTS["api-key"]


@pytest.mark.parametrize("user", ["ab", "Leyla", "leyla hanım", "x" * 61, "leyla\n", "", "ləyla"])
def test_bad_user_names_are_refused(user: str) -> None:
    with pytest.raises(Refused, match="bad-user-name"):
        staff.check_user(user)


@pytest.mark.parametrize("password", ["short", "x" * 201, "my-leyla-password"])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refused, match="weak-password"):
        staff.check_password(password, "leyla")


def test_an_agency_has_one_level_or_one_region_and_nobody_else_has() -> None:
    assert staff.check_role("agency", "level=primary") == {"level": "primary"}
    assert staff.check_role("agency", "region=Baku") == {"region": "Baku"}
    assert staff.check_role("officer", None) is None
    for role, scope in (("agency", None), ("officer", "level=primary"), ("agency", "level=x"), ("king", None)):
        with pytest.raises(Refused, match="bad-role"):
            staff.check_role(role, scope)


def test_the_wait_grows_from_nothing_to_a_minute() -> None:
    assert [staff.wait_after(mistakes) for mistakes in (1, 4, 5, 6, 9, 10, 99)] == [0, 0, 2, 4, 32, 60, 60]
