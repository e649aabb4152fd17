"""Builds identity's parts from its settings: the desk, the web app around it, the relay; nothing runs yet."""

import secrets
import time

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from chassis import mongo, ops
from chassis.kafka import AckedProducer, TopicSpec
from chassis.settings import clock
from chassis.web import CSP, create_app, transport
from contracts.ballots import unb64
from contracts.questionnaire import bank
from contracts.topics import CAMPAIGNS, RESPONSES, SESSIONS, topics
from identity import api, issuer, limits, metrics, workspace
from identity.current import attach
from identity.desk.desk import Desk
from identity.guesses import Guesses
from identity.passwords import Passwords
from identity.printer import Printer
from identity.relay import Relay
from identity.settings import Settings, manifest_key, retiring_keys
from identity.signers import Signers, Tools
from identity.store.place import Place


def build_desk(chosen: Settings) -> Desk:
    """The desk with its own clients and signing processes; after the fork only."""
    pepper, wrap_key = unb64(chosen.code_pepper.reveal()), unb64(chosen.key_wrap_key.reveal())
    retiring = retiring_keys(chosen)
    tools = Tools(
        pepper=pepper,
        wrap_key=wrap_key,
        cost=chosen.scrypt_cost,
        previous_pepper=retiring.pepper,
        previous_wrap_key=retiring.wrap_key,
    )
    return Desk(
        settings=chosen,
        place=build_place(chosen),
        clock=clock(chosen.clock_offset_seconds),
        random_bytes=secrets.token_bytes,
        bank=bank,
        signers=Signers(tools, chosen.signer_count),
        guesses=Guesses(time.monotonic),
        printer=Printer(),
        passwords=Passwords(PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)),
        pepper=pepper,
        wrap_key=wrap_key,
        cookie_key=unb64(chosen.cookie_key.reveal()),
        grant_key=Ed25519PrivateKey.from_private_bytes(unb64(chosen.grant_signing_key.reveal())),
        manifest_key=manifest_key(chosen),
        retiring=retiring,
    )


def build_place(chosen: Settings) -> Place:
    """The database."""
    return Place(mongo.connect(chosen.mongo_uri.reveal(), app="identity"), chosen.identity_database)


def build_app(desk: Desk) -> Flask:
    """The web app around a desk."""
    health = ops.Health()
    health.ready("database", lambda: mongo.ping(desk.place.client))
    app = create_app(
        "identity",
        health=health,
        max_bytes=limits.LONGEST_IMPORT,
        headers=_headers(desk.settings),
        threads=desk.settings.web_threads,
    )
    attach(app, desk)
    api.register(app)
    workspace.register(app)
    metrics.begin()
    return app


def _headers(chosen: Settings) -> dict[str, str]:
    """Our forms go to ourselves, and the grant's to the reporter."""
    policy = CSP.replace("form-action 'self'", f"form-action 'self' {chosen.reporter_origin}")
    return {**transport(chosen.identity_origin), "Content-Security-Policy": policy}


def topic_specs(prefix: str) -> list[TopicSpec]:
    """The topics that the relay writes to, as their contracts say."""
    wanted = [topics()[name] for name in (CAMPAIGNS, SESSIONS, RESPONSES)]
    return [TopicSpec(name=prefix + topic.name, partitions=topic.partitions, config=topic.config) for topic in wanted]


def build_relay(chosen: Settings, producer: AckedProducer) -> Relay:
    """The relay with its own clients."""
    wrap_key = unb64(chosen.key_wrap_key.reveal())
    return Relay(
        place=build_place(chosen),
        send=producer.send,
        clock=clock(chosen.clock_offset_seconds),
        wall=clock(),
        monotonic=time.monotonic,
        new_key=lambda: issuer.new_key(wrap_key, secrets.token_bytes),
        manifest_key=manifest_key(chosen),
        holder=secrets.token_hex(8),
        settle_seconds=chosen.settle_seconds,
        key_pool=chosen.key_pool,
        topic_prefix=chosen.topic_prefix,
    )
