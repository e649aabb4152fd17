"""Settings: every mistake named at once, secrets never shown."""

from dataclasses import dataclass

import pytest

from chassis.settings import Secret, SettingsError, clock, describe, load, loopback, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    kafka_bootstrap: str = setting("where Kafka answers")
    pepper: Secret = setting("keys the codes")
    port: int = setting("the port", 8001, minimum=1)
    share: float = setting("a share", 0.5)
    as_json: bool = setting("slips as JSON", False)
    names: tuple[str, ...] = setting("names", ())
    extra: str | None = setting("something optional", None)


WHOLE = {"KAFKA_BOOTSTRAP": "127.0.0.1:9092", "PEPPER": "hush"}


def test_values_are_parsed_by_their_types() -> None:
    loaded = load(Example, {**WHOLE, "PORT": "9", "SHARE": "0.25", "AS_JSON": "true", "NAMES": "a, b", "EXTRA": "x"})
    assert (
        Example(
            kafka_bootstrap="127.0.0.1:9092",
            pepper=Secret("hush"),
            port=9,
            share=0.25,
            as_json=True,
            names=("a", "b"),
            extra="x",
        )
        == loaded
    )


def test_every_mistake_is_named_at_once_and_no_secret_is_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        load(Example, {"PEPPER": "hush", "PORT": "0", "SHARE": "half", "AS_JSON": "maybe"})
    told = str(refused.value)
    for name in ("KAFKA_BOOTSTRAP is missing", "PORT must be at least 1", "SHARE must be a number", "AS_JSON must be"):
        assert name in told
    assert "hush" not in told


def test_contradictions_are_named() -> None:
    with pytest.raises(SettingsError, match="too short"):
        load(Example, WHOLE, lambda settings: ["SETTLE is too short"])


def test_an_empty_variable_counts_as_missing() -> None:
    with pytest.raises(SettingsError, match="PEPPER is missing"):
        load(Example, {**WHOLE, "PEPPER": ""})


def test_a_secret_shows_itself_only_when_asked() -> None:
    loaded = load(Example, WHOLE)
    assert "hush" not in repr(loaded)
    assert "hush" not in f"{loaded.pepper}"
    assert "hush" == loaded.pepper.reveal()


def test_settings_describe_themselves() -> None:
    assert ("KAFKA_BOOTSTRAP", "required", "where Kafka answers") in describe(Example)
    assert ("AS_JSON", "false", "slips as JSON") in describe(Example)


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", True), ("::1", True), ("localhost", True)])
def test_loopback_hosts_are_known(host: str, expected: bool) -> None:
    assert expected is loopback(host)
    assert not loopback("0.0.0.0")
    assert not loopback("example.org")


def test_a_moved_clock_is_ahead_by_its_offset() -> None:
    assert 3599 < (clock(3600)() - clock()()).total_seconds() < 3601
