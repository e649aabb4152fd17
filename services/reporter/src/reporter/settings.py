"""All settings of the reporter, from environment variables."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chassis.settings import Secret, loopback, setting

KEY_BYTES = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One value a setting; the variable is the name in capitals."""

    mongo_uri: Secret = setting("MongoDB address with the reporter's own user")
    cookie_key: Secret = setting("32 random bytes in base64url; encrypts the reporter's own sessions")
    cookie_key_previous: Secret | None = setting("COOKIE_KEY before its last change, for an hour", None)
    open_data_signing_key: Secret = setting("32 random bytes in base64url; the Ed25519 key under open data")
    open_data_keys_retired: tuple[str, ...] = setting("`x` in JWKS of keys that signed open data before", ())
    identity_origin: str = setting("public origin of identity, from where people sign on")
    reporter_origin: str = setting("public origin of this service")
    identity_jwks_url: str | None = setting("address of identity's public keys", None)
    identity_jwks_file: Path | None = setting("file with identity's public keys, in place of the address", None)
    statistics_database: str = setting("database of released statistics", "statistics")
    reporting_database: str = setting("the reporter's own database", "reporting")
    vendor_folder: Path | None = setting("where the browser's chart script is written at start-up", None)
    host: str = setting("address to listen on", "0.0.0.0")  # noqa: S104  # a container's own network
    port: int = setting("port to listen on", 8003, minimum=1)
    web_processes: int = setting("web worker processes", 1, minimum=1)
    web_threads: int = setting("threads of a web worker process", 64, minimum=1)
    query_milliseconds: int = setting("longest that one database query may take", 2000, minimum=1)
    timezone: str = setting("time zone that people read", "Asia/Baku")
    clock_offset_seconds: float = setting("moves this service's clock; for tests on loopback only", 0.0)
    log_level: str = setting("DEBUG, INFO, WARNING or ERROR", "INFO")


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each setting that does not go with another."""
    if (settings.identity_jwks_url is None) == (settings.identity_jwks_file is None):
        yield "IDENTITY_JWKS_URL or IDENTITY_JWKS_FILE must be set, and not both"
    if settings.clock_offset_seconds and not loopback(settings.host):
        yield "CLOCK_OFFSET_SECONDS may only be set where HOST is a loopback address"
    for name, secret in (("COOKIE_KEY", settings.cookie_key), ("COOKIE_KEY_PREVIOUS", settings.cookie_key_previous)):
        if secret is not None and not _is_key(secret):
            yield f"{name} must be {KEY_BYTES} bytes in base64url"
    if not all(map(_is_key, (settings.open_data_signing_key, *map(Secret, settings.open_data_keys_retired)))):
        yield "OPEN_DATA_SIGNING_KEY must be 32 bytes in base64url, and OPEN_DATA_KEYS_RETIRED `x` of keys as in JWKS"
    if settings.cookie_key_previous == settings.cookie_key:
        yield "COOKIE_KEY_PREVIOUS is the same as COOKIE_KEY: set it only while a change goes on"


def _is_key(secret: Secret) -> bool:
    try:
        return len(key_bytes(secret)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def key_bytes(secret: Secret) -> bytes:
    """The bytes of a base64url secret, with or without padding; raises ValueError for anything else."""
    text = secret.reveal()
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
