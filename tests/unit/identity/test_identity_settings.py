"""Settings: mistakes are named at once, secrets never shown, and the settle time suffices."""

from dataclasses import fields
from typing import Any

import pytest

from chassis.settings import Secret, SettingsError, load
from identity.settings import Settings, contradictions
from support.identity import some_settings


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"settle_seconds": 6.9}, "SETTLE_SECONDS must be at least 7"),
        ({"clock_offset_seconds": 60.0, "host": "0.0.0.0"}, "CLOCK_OFFSET_SECONDS"),
        ({"scrypt_cost": 1000}, "SCRYPT_COST"),
        ({"key_wrap_key": Secret("short")}, "KEY_WRAP_KEY must be exactly 32 bytes"),
        ({"code_pepper": Secret("A" * 40)}, "CODE_PEPPER must be at least 32 bytes"),
        ({"manifest_signing_key": Secret("x")}, "MANIFEST_SIGNING_KEY"),
        ({"collector_origin": "http://x/path"}, "COLLECTOR_ORIGIN"),
        ({"identity_origin": "example.org"}, "IDENTITY_ORIGIN"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], words: str) -> None:
    found = list(contradictions(some_settings(**changes)))
    assert len(found) == 1
    assert words in found[0]


def test_settings_of_the_tests_and_the_defaults_fit() -> None:
    assert list(contradictions(some_settings())) == []
    usual = {"delivery_timeout_seconds": 8.0, "directory_staleness_seconds": 30.0, "clock_skew_seconds": 10.0}
    assert list(contradictions(some_settings(**usual, settle_seconds=120.0))) == []


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as failure:
        load(Settings, {}, contradictions)
    required = [field.name.upper() for field in fields(Settings) if "is missing" not in field.name]
    named = [line.split()[0] for line in str(failure.value).splitlines()]
    assert set(named) <= set(required)
    assert {"KAFKA_BOOTSTRAP", "MONGO_URI", "CODE_PEPPER", "OPERATOR_CODES", "GRANT_SIGNING_KEY"} <= set(named)


def test_no_secret_shows_itself() -> None:
    settings = some_settings()
    secrets = [value for field in fields(Settings) if isinstance(value := getattr(settings, field.name), Secret)]
    assert len(secrets) == 6
    assert not any(secret.reveal() in repr(settings) for secret in secrets)
