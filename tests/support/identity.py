"""Identity as tests run it: the real database with identity's own user, the real broker, a clock that can be moved."""

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from flask.testing import FlaskClient
from kafka import KafkaAdminClient

from chassis.kafka import AckedProducer, CompactedReader, Record
from chassis.mongo import connect
from chassis.settings import Secret
from contracts.ballots import b64
from contracts.questionnaire import bank
from identity import issuer
from identity.building import build_app
from identity.desk import accounts
from identity.desk.desk import Desk
from identity.guesses import Guesses
from identity.passwords import Passwords
from identity.printer import Printer
from identity.relay import Relay
from identity.settings import Settings
from identity.signers import Signers, Tools
from identity.store.place import Place
from provision.main import provision
from provision.settings import Settings as ProvisionSettings
from support.parts import KafkaPart, MongoPart

REGISTER = """registry_id,name,region,settlement,language,type,level,leaders,teachers,students,trainers
001,"Yardımlı, 1 saylı məktəb",Lankaran-Astara,rural,az,full secondary,lower-secondary,3,24,117,0
001,"Yardımlı, 1 saylı məktəb",Lankaran-Astara,rural,az,full secondary,primary,3,12,96,0
002,Bakı 20 saylı məktəb,Baku,urban,az,full secondary,lower-secondary,5,61,845,0
003,Gəncə Peşə Liseyi,Ganja-Dashkasan,urban,az,vocational,vocational,4,30,260,17
"""


def manifest_secret() -> Secret:
    """A new P-256 key as the setting holds it."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Secret(base64.urlsafe_b64encode(pem).decode())


def some_settings(**changes: Any) -> Settings:
    """Settings with fresh secrets; nothing listens anywhere."""
    values: dict[str, Any] = {
        "kafka_bootstrap": "127.0.0.1:1",
        "mongo_uri": Secret("mongodb://127.0.0.1:1/"),
        "operator_codes": "Ministry's centre",
        "operator_answers": "Statistics office",
        "identity_origin": "http://127.0.0.1:8001",
        "collector_origin": "http://127.0.0.1:8002",
        "reporter_origin": "http://127.0.0.1:8003",
        "code_pepper": Secret(b64(secrets.token_bytes(32))),
        "key_wrap_key": Secret(b64(secrets.token_bytes(32))),
        "cookie_key": Secret(b64(secrets.token_bytes(32))),
        "grant_signing_key": Secret(b64(secrets.token_bytes(32))),
        "manifest_signing_key": manifest_secret(),
        "host": "127.0.0.1",
        "delivery_timeout_seconds": 3.0,
        "directory_staleness_seconds": 3.0,
        "clock_skew_seconds": 0.5,
        "settle_seconds": 8.0,
        "grace_seconds": 5,
        "slips_as_json": True,
        "scrypt_cost": 2**10,
        "signers": 1,
        "key_pool": 3,
    }
    return Settings(**{**values, **changes})


@dataclass(kw_only=True)
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class House:
    """A whole identity: web app, relay, clock, and what it writes to."""

    settings: Settings
    desk: Desk
    app: Flask
    relay: Relay
    clock: Clock
    bootstrap: str
    prefix: str
    officer: dict[str, str] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def turn(self, times: int = 3) -> None:
        """Lets the relay work until it finds nothing more to do."""
        for _ in range(times):
            if not self.relay.turn():
                return

    def headers(self, user: str, password: str, totp_secret: str) -> dict[str, str]:
        """Signs in and returns the headers of a request; every call moves the clock by one step of the code."""
        self.clock.move(30)
        code = pyotp.TOTP(totp_secret).at(self.clock.now)
        reply = self.client().post("/v1/tokens", json={"user": user, "password": password, "totp": code})
        assert reply.status_code == 200, reply.text
        return {"Authorization": f"Bearer {reply.get_json()['token']}"}

    def post(self, path: str, headers: dict[str, str], **json: Any) -> dict[str, Any]:
        """Posts and expects success."""
        reply = self.client().post(path, json=json, headers=headers)
        assert reply.status_code in (200, 201, 202), (path, reply.status_code, reply.text)
        answer: dict[str, Any] = reply.get_json()
        return answer

    def get(self, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Gets and expects success."""
        reply = self.client().get(path, headers=headers)
        assert reply.status_code == 200, (path, reply.status_code, reply.text)
        answer: dict[str, Any] = reply.get_json()
        return answer

    def records(self, topic: str) -> list[Record]:
        """All records of a one-partition topic."""
        reader = CompactedReader(self.bootstrap, self.prefix + topic)
        try:
            return list(reader.read_to_end(10))
        finally:
            reader.close()


@contextmanager
def house(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    """A provisioned identity of its own: topics and databases with a name of their own, gone afterwards."""
    prefix = f"t{secrets.token_hex(3)}-"
    words = {name: Secret(secrets.token_hex(8)) for name in ("identity", "aggregator", "reporter")}
    provision(
        ProvisionSettings(
            kafka_bootstrap=broker.bootstrap,
            replication=1,
            mongo_admin_uri=Secret(database.admin_uri),
            identity_db_password=words["identity"],
            aggregator_db_password=words["aggregator"],
            reporter_db_password=words["reporter"],
            name_prefix=prefix,
        ),
        lambda line: None,
    )
    chosen = some_settings(
        kafka_bootstrap=broker.bootstrap,
        mongo_uri=Secret(database.uri(f"{prefix}identity", words["identity"].reveal())),
        identity_database=f"{prefix}identity",
        topic_prefix=prefix,
    )
    with _running(chosen, prefix) as made:
        yield made
    _remove(broker, database, prefix)


@contextmanager
def _running(chosen: Settings, prefix: str) -> Iterator[House]:
    from contracts.ballots import unb64
    from identity.settings import manifest_key

    client = connect(chosen.mongo_uri.reveal(), app="test-identity")
    place, clock = Place(client, chosen.identity_database), Clock()
    pepper, wrap_key = unb64(chosen.code_pepper.reveal()), unb64(chosen.key_wrap_key.reveal())
    signers = Signers(Tools(pepper=pepper, wrap_key=wrap_key, cost=chosen.scrypt_cost), 1)
    desk = Desk(
        settings=chosen,
        place=place,
        clock=clock,
        random_bytes=secrets.token_bytes,
        bank=bank,
        signers=signers,
        guesses=Guesses(time.monotonic),
        printer=Printer(),
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        pepper=pepper,
        wrap_key=wrap_key,
        cookie_key=unb64(chosen.cookie_key.reveal()),
        grant_key=Ed25519PrivateKey.from_private_bytes(unb64(chosen.grant_signing_key.reveal())),
        manifest_key=manifest_key(chosen),
    )
    producer = AckedProducer(chosen.kafka_bootstrap, 5.0)
    relay = Relay(
        place=place,
        send=producer.send,
        clock=clock,
        wall=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        new_key=lambda: issuer.new_key(wrap_key, secrets.token_bytes),
        manifest_key=manifest_key(chosen),
        holder="test",
        settle_seconds=chosen.settle_seconds,
        key_pool=chosen.key_pool,
        topic_prefix=prefix,
    )
    officer = accounts.add_ministry(desk, "officer", "officer", None)
    made = House(
        settings=chosen,
        desk=desk,
        app=build_app(desk),
        relay=relay,
        clock=clock,
        bootstrap=chosen.kafka_bootstrap,
        prefix=prefix,
        officer={"user": "officer", "password": officer.password, "totp_secret": officer.totp_secret},
    )
    try:
        yield made
    finally:
        producer.close()
        signers.close()
        desk.printer.close()
        client.close()


def _remove(broker: KafkaPart, database: MongoPart, prefix: str) -> None:
    with connect(database.admin_uri, app="test") as administrator:
        for name in administrator.list_database_names():
            if name.startswith(prefix):
                administrator.drop_database(name)
        for user in ("identity", "aggregator", "reporter"):
            administrator.admin.command("dropUser", prefix + user)
            administrator.admin.command("dropRole", f"{prefix}guzgu-{user}")
    kafka = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    kafka.delete_topics([name for name in kafka.list_topics() if name.startswith(prefix)])
    kafka.close()
