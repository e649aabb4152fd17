"""How a process is told to reach Kafka: mistakes are named at once, and the password is never shown."""

from pathlib import Path

import pytest

from chassis.kafka import Brokers, KafkaSettings, contradictions
from chassis.settings import Secret, SettingsError, load

OPEN = {"KAFKA_BOOTSTRAP": "one:9092,two:9092"}
SIGNED_IN = {**OPEN, "KAFKA_SECURITY": "sasl_plaintext", "KAFKA_USER": "collector", "KAFKA_PASSWORD": "hush"}


def read(environ: dict[str, str]) -> KafkaSettings:
    return load(KafkaSettings, environ, contradictions)


def test_without_more_it_is_an_open_broker() -> None:
    assert read(OPEN).kafka == Brokers(addresses="one:9092,two:9092")
    assert read(OPEN).kafka.options() == {
        "bootstrap_servers": ["one:9092", "two:9092"],
        "security_protocol": "PLAINTEXT",
    }


def test_a_user_signs_in_by_scram_and_his_password_is_in_no_repr() -> None:
    settings = read(SIGNED_IN)
    assert settings.kafka.options() == {
        "bootstrap_servers": ["one:9092", "two:9092"],
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "collector",
        "sasl_plain_password": "hush",
    }
    assert "hush" not in repr(settings) + repr(settings.kafka)


def test_certificates_are_checked_against_the_authority_that_is_named(tmp_path: Path) -> None:
    authority = tmp_path / "ca.crt"
    authority.touch()
    settings = read({**SIGNED_IN, "KAFKA_SECURITY": "sasl_ssl", "KAFKA_CA_FILE": str(authority)})
    assert settings.kafka.options()["ssl_cafile"] == str(authority)
    assert settings.kafka.options()["security_protocol"] == "SASL_SSL"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"KAFKA_SECURITY": "tls"}, "KAFKA_SECURITY must be one of plaintext, sasl_plaintext, ssl, sasl_ssl"),
        ({"KAFKA_MECHANISM": "GSSAPI"}, "KAFKA_MECHANISM must be one of SCRAM-SHA-512"),
        ({"KAFKA_PASSWORD": ""}, "KAFKA_USER and KAFKA_PASSWORD are missing: KAFKA_SECURITY is sasl_plaintext"),
        ({"KAFKA_SECURITY": "plaintext"}, "would not be used: KAFKA_SECURITY is plaintext"),
        ({"KAFKA_CA_FILE": "/nowhere"}, "KAFKA_CA_FILE is no file that can be read"),
    ],
)
def test_what_does_not_go_together_is_said_in_a_sentence(changes: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        read({**SIGNED_IN, **changes})
    assert "hush" not in str(refused.value)


def test_two_places_with_another_password_are_not_the_same() -> None:
    one = Brokers(addresses="a:1", user="u", password=Secret("x"))
    assert one != Brokers(addresses="a:1", user="u", password=Secret("y"))
