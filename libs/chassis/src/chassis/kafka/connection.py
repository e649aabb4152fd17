"""Where Kafka answers and as whom we speak to it; and what its refusals mean, told apart from its absence."""

import functools
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka.errors import (
    AuthorizationError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)

from chassis.errors import Unavailable
from chassis.logs import event
from chassis.settings import Secret, setting

PLAIN_TEXT = "plaintext"
PROTOCOLS = (PLAIN_TEXT, "sasl_plaintext", "ssl", "sasl_ssl")
UNACCEPTED = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError)
REMEMBERED_SECONDS = 20.0
WRAPPED = "AuthorizationFailed"
"""What stands in the text of a refusal that kafka-python hands on as a failure of another kind."""
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")


@dataclass(frozen=True, kw_only=True, slots=True)
class Brokers:
    """`addresses` are host:port, comma separated; the rest is what KafkaSettings says."""

    addresses: str
    security: str = PLAIN_TEXT
    mechanism: str = MECHANISMS[0]
    user: str | None = None
    password: Secret | None = None
    ca_file: Path | None = None

    def options(self) -> dict[str, Any]:
        """What every client of kafka-python is built with; holds the password in clear."""
        found: dict[str, Any] = {
            "bootstrap_servers": self.addresses.split(","),
            "security_protocol": self.security.upper(),
        }
        if self.security.startswith("sasl_"):
            found["sasl_mechanism"] = self.mechanism
            found["sasl_plain_username"] = self.user
            found["sasl_plain_password"] = self.password.reveal() if self.password else ""
        if self.security.endswith("ssl") and self.ca_file:
            found["ssl_cafile"] = str(self.ca_file)
        return found


Place = Brokers | str
"""Brokers, or the bare addresses of a broker that is open to all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KafkaSettings:
    """The settings of every process that speaks to Kafka."""

    kafka_bootstrap: str = setting("Kafka's addresses, host:port, comma separated")
    kafka_security: str = setting("plaintext, sasl_plaintext, ssl or sasl_ssl", PLAIN_TEXT)
    kafka_mechanism: str = setting("with sasl: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN", MECHANISMS[0])
    kafka_user: str | None = setting("with sasl: this process's own Kafka user", None)
    kafka_password: Secret | None = setting("with sasl: that user's password", None)
    kafka_ca_file: Path | None = setting(
        "with ssl: file with the authority that signed the brokers' certificates", None
    )

    @property
    def kafka(self) -> Brokers:
        """What the adapters of Kafka are built with."""
        return Brokers(
            addresses=self.kafka_bootstrap,
            security=self.kafka_security,
            mechanism=self.kafka_mechanism,
            user=self.kafka_user,
            password=self.kafka_password,
            ca_file=self.kafka_ca_file,
        )


def contradictions(settings: KafkaSettings) -> Iterator[str]:
    """A sentence for each setting that does not go with another."""
    if settings.kafka_security not in PROTOCOLS:
        yield f"KAFKA_SECURITY must be one of {', '.join(PROTOCOLS)}"
    if settings.kafka_mechanism not in MECHANISMS:
        yield f"KAFKA_MECHANISM must be one of {', '.join(MECHANISMS)}"
    signs_in = settings.kafka_security.startswith("sasl_")
    if signs_in and not (settings.kafka_user and settings.kafka_password):
        yield f"KAFKA_USER and KAFKA_PASSWORD are missing: KAFKA_SECURITY is {settings.kafka_security}"
    if not signs_in and (settings.kafka_user or settings.kafka_password):
        yield f"KAFKA_USER and KAFKA_PASSWORD would not be used: KAFKA_SECURITY is {settings.kafka_security}"
    if settings.kafka_ca_file and not settings.kafka_security.endswith("ssl"):
        yield f"KAFKA_CA_FILE would not be used: KAFKA_SECURITY is {settings.kafka_security}"
    if settings.kafka_ca_file and not settings.kafka_ca_file.is_file():
        yield "KAFKA_CA_FILE is no file that can be read"


def options(place: Place) -> dict[str, Any]:
    """The options of every client at that place."""
    return (Brokers(addresses=place) if isinstance(place, str) else place).options()


def away(error: KafkaError, place: Place) -> Unavailable:
    """What a failure means to callers: Kafka is away; or, said in `detail` and logged, it refuses us."""
    sentence = refusal(error, place)
    if sentence:
        _log_once(sentence)
    return Unavailable("broker", detail=sentence)


def refusal(error: BaseException | None, place: Place) -> str:
    """What an operator should do where Kafka is there and does not let us in; "" for any other failure."""
    signs_in = isinstance(place, Brokers) and place.security.startswith("sasl_")
    while error is not None:
        if isinstance(error, UNACCEPTED) or (
            signs_in and isinstance(error, KafkaTimeoutError) and _sign_ins.refused_lately()
        ):
            return (
                "Kafka does not accept this process's user and password: compare KAFKA_USER, KAFKA_PASSWORD and "
                "KAFKA_MECHANISM with those of provisioning, and run `python -m provision` after a change"
            )
        if isinstance(error, AuthorizationError) or WRAPPED in str(error):
            return (
                f"Kafka refuses something to this process's user ({type(error).__name__}: {_named(error)}): its rights "
                "stand in contracts/access.yaml; run `python -m provision`, or set KAFKA_USER to the user that may"
            )
        error = error.__cause__
    return ""


class _SignIns(logging.Handler):
    """Hears of refused sign-ins where kafka-python shows them: in its log alone, as connections that are closed on it
    while it signs in. Its clients, being built, report that time is up and not why."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._last = float("-inf")

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and len(record.args) == 2 and _while_signing_in(*record.args):
            self._last = time.monotonic()

    def refused_lately(self) -> bool:
        """Whether a sign-in of this process was refused in the last seconds."""
        return time.monotonic() - self._last < REMEMBERED_SECONDS


def _while_signing_in(connection: Any, error: Any) -> bool:
    """Whether a connection that the broker had begun to talk on was lost before it was ready for use."""
    begun = getattr(connection, "init_future", None)
    ended = begun is not None and begun.is_done and begun.exception is error
    return ended and connection.sasl_enabled and connection.broker_version_data is not None


_sign_ins = _SignIns()
logging.getLogger("kafka.net.connection").addHandler(_sign_ins)


def _named(error: BaseException) -> str:
    parts = [sorted(map(str, arg)) if isinstance(arg, set | frozenset) else [str(arg)] for arg in error.args]
    return ", ".join(name for part in parts for name in part) or "no name given"


@functools.lru_cache(maxsize=64)
def _log_once(sentence: str) -> None:
    """A process that waits for a right tries often; it says so once."""
    event("Kafka refuses", level=40, detail=sentence)
