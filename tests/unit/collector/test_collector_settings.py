"""Settings that cannot stand together are named before anything starts."""

import pytest

from chassis.settings import SettingsError
from collector.main import settings, web_command

RIGHT = {
    "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "OPERATOR_CODES": "A",
    "OPERATOR_ANSWERS": "B",
    "IDENTITY_ORIGIN": "http://127.0.0.1:8001",
}


def test_the_defaults_of_the_design_stand_together() -> None:
    assert settings(RIGHT).settle_seconds == 120


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as mistakes:
        settings({})
    assert all(name in str(mistakes.value) for name in RIGHT)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SETTLE_SECONDS": "57"}, "SETTLE_SECONDS is 57"),
        ({"CLOCK_OFFSET_SECONDS": "60", "HOST": "0.0.0.0"}, "CLOCK_OFFSET_SECONDS"),
        ({"SUBMISSIONS_AT_MOST": "64"}, "SUBMISSIONS_AT_MOST"),
        ({"IDENTITY_ORIGIN": "codes.example"}, "IDENTITY_ORIGIN"),
        ({"IDENTITY_ORIGIN": "https://codes.example/"}, "IDENTITY_ORIGIN"),
        ({"IDENTITY_ORIGIN": "https://codes.example; script-src *"}, "IDENTITY_ORIGIN"),
    ],
)
def test_contradictions_are_refused_by_name(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings({**RIGHT, **change})


def test_the_smallest_settle_time_is_taken() -> None:
    assert settings({**RIGHT, "SETTLE_SECONDS": "58"}).settle_seconds == 58


def test_the_web_server_keeps_no_access_log() -> None:
    command = web_command(RIGHT)
    assert not any("access" in part for part in command)
