"""The settings of identity, and what must hold between them."""

import base64
import binascii
import os
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chassis import kafka
from chassis.kafka import KafkaSettings
from chassis.settings import Secret, loopback, setting
from contracts.ballots import unb64
from identity import retiring
from identity.retiring import Retiring
from identity.sessions import settle_needed

LONGEST_OPERATOR = 55


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(KafkaSettings):
    """Read from environment variables of the same names in upper case."""

    mongo_uri: Secret = setting("MongoDB's address with identity's own user")
    operator_codes: str = setting("name of the operator of the service that knows codes, as slips print it")
    operator_answers: str = setting("name of the operator of the service that takes answers, as slips print it")
    identity_origin: str = setting("public origin of this service, such as https://codes.example.org")
    collector_origin: str = setting("public origin of the questionnaire")
    reporter_origin: str = setting("public origin of the reports")
    code_pepper: Secret = setting("at least 32 bytes in base64url: key of the hashes kept instead of codes")
    key_wrap_key: Secret = setting("32 bytes in base64url: wraps private keys and one-time secrets")
    cookie_key: Secret = setting("at least 32 bytes in base64url: signs cookies, tokens and form tokens")
    grant_signing_key: Secret = setting("Ed25519 seed of 32 bytes in base64url: signs grants for the reporter")
    manifest_signing_key: Secret = setting("P-256 private key, PEM in base64url: signs the manifest of key cards")
    code_pepper_previous: Secret | None = setting("CODE_PEPPER before its last change, while sessions need it", None)
    key_wrap_key_previous: Secret | None = setting("KEY_WRAP_KEY before its last change, until `rewrap` was run", None)
    cookie_key_previous: Secret | None = setting("COOKIE_KEY before its last change, for eight hours", None)
    grant_keys_retired: tuple[str, ...] = setting("`x` in JWKS of grant keys that no longer sign, comma separated", ())
    manifest_keys_retired: tuple[str, ...] = setting(
        "`x.y` in JWKS of manifest keys that no longer sign; kept for as long as the manifest", ()
    )
    topic_prefix: str = setting("put before every topic's name", "")
    identity_database: str = setting("name of the database", "identity")
    host: str = setting("address to listen on", "0.0.0.0")  # noqa: S104  # in a container; local stacks say loopback
    port: int = setting("port of the web server", 8001, minimum=1)
    metrics_port: int = setting("port of the relay's probes and figures", 9101, minimum=1)
    web_processes: int = setting("web processes", 1, minimum=1)
    web_threads: int = setting("threads of each web process", 64, minimum=1)
    log_level: str = setting("DEBUG, INFO, WARNING or ERROR", "INFO")
    timezone: str = setting("time zone in which people see and enter times", "Asia/Baku")
    clock_offset_seconds: float = setting("moves the clock, for tests on loopback only", 0.0)
    delivery_timeout_seconds: float = setting("longest wait for Kafka's acknowledgement", 8.0, minimum=1)
    directory_staleness_seconds: float = setting("how old a collector's view of the sessions may be", 30.0, minimum=1)
    clock_skew_seconds: float = setting("how far two clocks may differ", 10.0, minimum=0)
    settle_seconds: float = setting("wait between the end of grace and the close marker", 120.0, minimum=0)
    grace_seconds: int = setting("time after the end in which answers begun before still count", 900, minimum=0)
    slips_as_json: bool = setting("hand out participation codes as JSON too; for tests and the demo", False)
    scrypt_cost: int = setting("scrypt's n for participation codes, a power of two", 2**14, minimum=2)
    signers: int = setting("processes that hash and sign; 0 is one per core", 0, minimum=0)
    key_pool: int = setting("key pairs kept ready for new sessions", 64, minimum=0)

    @property
    def signer_count(self) -> int:
        """How many processes hash and sign."""
        return self.signers or os.cpu_count() or 1


def contradictions(settings: Settings) -> Iterable[str]:
    """A sentence for each thing that does not fit; secrets are named, never shown."""
    yield from kafka.contradictions(settings)
    if settings.clock_offset_seconds and not loopback(settings.host):
        yield "CLOCK_OFFSET_SECONDS moves the clock and is refused unless HOST is a loopback address"
    needed = settle_needed(
        settings.delivery_timeout_seconds, settings.directory_staleness_seconds, settings.clock_skew_seconds
    )
    if settings.settle_seconds < needed:
        yield (
            f"SETTLE_SECONDS must be at least {needed:g}: DELIVERY_TIMEOUT_SECONDS + DIRECTORY_STALENESS_SECONDS "
            "+ 2 × CLOCK_SKEW_SECONDS"
        )
    if settings.scrypt_cost & (settings.scrypt_cost - 1):
        yield "SCRYPT_COST must be a power of two"
    for name in ("code_pepper", "key_wrap_key", "cookie_key", "grant_signing_key"):
        exact = name in ("key_wrap_key", "grant_signing_key")
        if not _bytes_fit(getattr(settings, name), exact):
            yield f"{name.upper()} must be {'exactly' if exact else 'at least'} 32 bytes in base64url"
    for name in ("code_pepper", "key_wrap_key", "cookie_key"):
        previous = getattr(settings, f"{name}_previous")
        if previous is not None and not _bytes_fit(previous, name == "key_wrap_key"):
            yield f"{name.upper()}_PREVIOUS must be what {name.upper()} was"
        if previous is not None and previous == getattr(settings, name):
            yield f"{name.upper()}_PREVIOUS is the same as {name.upper()}: set it only while a change goes on"
    try:
        retiring_keys(settings)
    except ValueError:
        yield "GRANT_KEYS_RETIRED and MANIFEST_KEYS_RETIRED must be `x`, and `x.y`, as /.well-known/jwks.json gave them"
    try:
        manifest_key(settings)
    except ValueError:
        yield "MANIFEST_SIGNING_KEY must be a P-256 private key, PEM in base64url"
    for name in ("operator_codes", "operator_answers"):
        if len(getattr(settings, name)) > LONGEST_OPERATOR:
            yield f"{name.upper()} must have at most {LONGEST_OPERATOR} characters: it stands on every slip"
    for name in ("identity_origin", "collector_origin", "reporter_origin"):
        origin = str(getattr(settings, name))
        scheme, _, rest = origin.partition("://")
        if scheme not in ("http", "https") or not rest or "/" in rest:
            yield f"{name.upper()} must be an origin such as https://codes.example.org, without a path"


def _bytes_fit(secret: Secret, exact: bool) -> bool:
    try:
        length = len(unb64(secret.reveal()))
    except ValueError:
        return False
    return length == 32 if exact else length >= 32


def retiring_keys(settings: Settings) -> Retiring:
    """The keys that are on their way out; ValueError if one is none."""
    return Retiring(
        pepper=_bytes(settings.code_pepper_previous),
        wrap_key=_bytes(settings.key_wrap_key_previous),
        cookie_key=_bytes(settings.cookie_key_previous),
        grant_keys=tuple(retiring.grant_key(text) for text in settings.grant_keys_retired),
        manifest_keys=tuple(retiring.manifest_key(text) for text in settings.manifest_keys_retired),
    )


def _bytes(secret: Secret | None) -> bytes | None:
    return None if secret is None else unb64(secret.reveal())


def manifest_key(settings: Settings) -> ec.EllipticCurvePrivateKey:
    """The key that signs the manifest; ValueError if it is none."""
    text = settings.manifest_signing_key.reveal()
    try:
        key = serialization.load_pem_private_key(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), None)
    except (binascii.Error, TypeError, UnicodeEncodeError) as error:
        raise ValueError("not PEM") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("not P-256")
    return key
