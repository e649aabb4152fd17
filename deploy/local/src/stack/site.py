"""Where everything of one local stack is, its secrets made at start, and the environment that each process gets."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.kafka import Brokers, Place
from chassis.settings import Secret
from stack.ports import LOOPBACK, free_ports

Environment = dict[str, str]

TIMES: Mapping[str, str] = {
    "DELIVERY_TIMEOUT_SECONDS": "3",
    "DIRECTORY_STALENESS_SECONDS": "3",
    "CLOCK_SKEW_SECONDS": "0.5",
    "SETTLE_SECONDS": "8",
    "PARTICIPATION_SECONDS": "5",
    "EDITION_SECONDS": "5",
    "GRACE_SECONDS": "5",
}
"""All waiting times, lowered together: somebody watches."""
OPERATORS = {
    "OPERATOR_CODES": "Kod Mərkəzi (demo)",
    "OPERATOR_ANSWERS": "Cavab Mərkəzi (demo)",
}
DATABASE_USERS = ("identity", "aggregator", "reporter")
KAFKA_USERS = {
    "identity": "identity",
    "relay": "identity",
    "collector": "collector",
    "aggregator": "aggregator",
    "editor": "aggregator",
}
"""Each process that speaks to Kafka, and as whom."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """The loopback ports of the services."""

    identity: int = 8001
    collector: int = 8002
    reporter: int = 8003
    relay: int = 9101
    aggregator: int = 9104
    editor: int = 9105

    @classmethod
    def free(cls) -> "Ports":
        """Six ports that nobody listens on now."""
        return cls(**dict(zip(cls.__slots__, free_ports(len(cls.__slots__)), strict=True)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """Passwords and keys of one stack; nothing of it is kept anywhere."""

    passwords: Mapping[str, Secret]
    kafka_passwords: Mapping[str, Secret]
    code_pepper: Secret
    key_wrap_key: Secret
    identity_cookie: Secret
    reporter_cookie: Secret
    open_data: Secret
    grants: Secret
    manifest: Secret
    blobs: Secret

    @classmethod
    def random(cls) -> "Keys":
        """New ones."""
        signing = ec.generate_private_key(ec.SECP256R1())
        pem = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return cls(
            passwords={user: _secret() for user in DATABASE_USERS},
            kafka_passwords={user: _secret() for user in KAFKA_USERS.values()},
            code_pepper=_secret(),
            key_wrap_key=_secret(),
            identity_cookie=_secret(),
            reporter_cookie=_secret(),
            open_data=_secret(),
            grants=_secret(),
            manifest=Secret(_b64(pem)),
            blobs=_secret(),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One stack. `kafka` is where whoever provisions or looks on reaches Kafka, as `kafka_admin` where not everybody
    may; at `secured` services sign in. `uri` gives the database's address for a user and password; `prefix` stands
    before the names of topics, databases and users; `changes` are settings by process name that win over ours."""

    kafka: str
    kafka_admin: Brokers | None = None
    secured: str | None
    uri: Callable[[str, str], str] = field(repr=False)
    admin_uri: Secret
    ports: Ports
    keys: Keys
    prefix: str = ""
    cache: str = "/tmp"  # noqa: S108  # where fonts are indexed; nothing secret is written there
    changes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.identity}"

    @property
    def collector(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.collector}"

    @property
    def reporter(self) -> str:
        return f"http://{LOOPBACK}:{self.ports.reporter}"

    @property
    def metrics(self) -> dict[str, str]:
        """Where each process shows its figures."""
        at = {
            "identity": self.ports.identity,
            "relay": self.ports.relay,
            "collector": self.ports.collector,
            "aggregator": self.ports.aggregator,
            "editor": self.ports.editor,
            "reporter": self.ports.reporter,
        }
        return {name: f"http://{LOOPBACK}:{port}/metrics" for name, port in at.items()}

    @property
    def administrator(self) -> Place:
        """Kafka, as whom everything is allowed."""
        return self.kafka_admin or self.kafka

    def kafka_environment(self, process: str) -> Environment:
        """How a process reaches Kafka: as its own user, or not at all."""
        if process not in KAFKA_USERS:
            return {}
        if self.secured is None:
            return {"KAFKA_BOOTSTRAP": self.kafka}
        user = KAFKA_USERS[process]
        return {
            "KAFKA_BOOTSTRAP": self.secured,
            "KAFKA_SECURITY": "sasl_plaintext",
            "KAFKA_USER": self.prefix + user,
            "KAFKA_PASSWORD": self.keys.kafka_passwords[user].reveal(),
        }

    def mongo(self, user: str) -> str:
        """The database's address for a service's user, password in it."""
        return self.uri(self.prefix + user, self.keys.passwords[user].reveal())

    def environment(self, process: str) -> Environment:
        """What the process (a name of `metrics`) is told; nobody is told another's secrets."""
        shared = {
            **TIMES,
            **OPERATORS,
            "TOPIC_PREFIX": self.prefix,
            "HOST": LOOPBACK,
            "PORT": self.metrics[process].rpartition(":")[2].partition("/")[0],
            "METRICS_PORT": self.metrics[process].rpartition(":")[2].partition("/")[0],
            "IDENTITY_ORIGIN": self.identity,
            "COLLECTOR_ORIGIN": self.collector,
            "REPORTER_ORIGIN": self.reporter,
            "XDG_CACHE_HOME": self.cache,
        }
        own = {
            "identity": self._identity,
            "relay": self._identity,
            "collector": dict[str, str],
            "aggregator": self._aggregator,
            "editor": self._aggregator,
            "reporter": self._reporter,
        }
        return {**shared, **self.kafka_environment(process), **own[process](), **self.changes.get(process, {})}

    def _identity(self) -> Environment:
        return {
            "MONGO_URI": self.mongo("identity"),
            "IDENTITY_DATABASE": f"{self.prefix}identity",
            "CODE_PEPPER": self.keys.code_pepper.reveal(),
            "KEY_WRAP_KEY": self.keys.key_wrap_key.reveal(),
            "COOKIE_KEY": self.keys.identity_cookie.reveal(),
            "GRANT_SIGNING_KEY": self.keys.grants.reveal(),
            "MANIFEST_SIGNING_KEY": self.keys.manifest.reveal(),
            "SLIPS_AS_JSON": "true",
            # Set-up is to be quick here: codes are hashed a quarter as hard, and few key pairs are made for later.
            "SCRYPT_COST": "4096",
            "KEY_POOL": "12",
        }

    def _aggregator(self) -> Environment:
        return {
            "MONGO_URI": self.mongo("aggregator"),
            "STATISTICS_DATABASE": f"{self.prefix}statistics",
            "BLOB_KEY": self.keys.blobs.reveal(),
            "OPEN_DATA_URL": f"{self.reporter}/open-data",
            "WORKER_PROCESSES": "1",
        }

    def _reporter(self) -> Environment:
        return {
            "MONGO_URI": self.mongo("reporter"),
            "STATISTICS_DATABASE": f"{self.prefix}statistics",
            "REPORTING_DATABASE": f"{self.prefix}reporting",
            "IDENTITY_JWKS_URL": f"{self.identity}/.well-known/jwks.json",
            "COOKIE_KEY": self.keys.reporter_cookie.reveal(),
            "OPEN_DATA_SIGNING_KEY": self.keys.open_data.reveal(),
        }


def _secret() -> Secret:
    return Secret(_b64(secrets.token_bytes(32)))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
