"""Identity's processes and commands, each built from the environment; the only module that reads it."""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from flask import Flask

from chassis import logs, mongo, ops
from chassis.errors import Fatal, Unavailable
from chassis.kafka import AckedProducer, check_topics
from chassis.settings import load
from chassis.web import gunicorn_command
from identity import api, commands, metrics
from identity.building import build_app, build_desk, build_relay, topic_specs
from identity.desk import accounts
from identity.desk.desk import Desk
from identity.settings import Settings, contradictions
from identity.staff import Person

IDLE_SECONDS = 0.25


def settings() -> Settings:
    """The settings; SettingsError names every mistake."""
    return load(Settings, os.environ, contradictions)


def web() -> Flask:
    """What gunicorn serves."""
    chosen = settings()
    logs.configure("identity", chosen.log_level)
    desk = build_desk(chosen)
    desk.signers.start()
    return build_app(desk)


def serve() -> None:
    """Replaces this process by the web server."""
    logs.configure("identity")
    chosen = settings()
    command = gunicorn_command("identity.main:web", chosen.host, chosen.port, chosen.web_processes, chosen.web_threads)
    inherited = dict(os.environ)
    if chosen.web_processes > 1:  # the processes' figures are then added up from files
        inherited.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="identity-figures-"))
    os.execve(command[0], command, inherited)  # noqa: S606  # no shell: the arguments are our own


def relay() -> None:
    """Runs the relay until it is told to stop."""
    logs.configure("identity-relay")
    chosen = settings()
    logs.configure("identity-relay", chosen.log_level)
    stopping: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    health = ops.Health()
    with ExitStack() as stack:
        producer = AckedProducer(chosen.kafka, chosen.delivery_timeout_seconds)
        stack.callback(producer.close)
        one = build_relay(chosen, producer)
        stack.callback(one.place.client.close)
        health.ready("database", lambda: mongo.ping(one.place.client))
        stack.callback(ops.serve(chosen.host, chosen.metrics_port, health).shutdown)
        metrics.begin()
        logs.event("relay started")
        checked = False
        while not stopping:
            health.beat()
            try:
                checked = checked or _topics_fit(chosen)
                busy = one.turn()
            except Unavailable as reason:
                logs.away("relay waits", reason=reason.reason)
                busy = False
            if not busy:
                time.sleep(IDLE_SECONDS)
        try:
            one.stop()
        except Unavailable:
            logs.away("lease kept", reason="database")
    sys.exit(0)


def _topics_fit(chosen: Settings) -> bool:
    """True; Fatal where a topic differs: a close marker in another partition would never meet its session."""
    if found := check_topics(chosen.kafka, topic_specs(chosen.topic_prefix)):
        raise Fatal("; ".join(found))
    return True


def staff_add(user: str, role: str, scope: str | None) -> dict[str, str]:
    """A new account of the ministry and its secrets."""
    with _closing() as desk:
        made = accounts.add_ministry(desk, user, role, scope)
    return {
        "user": made.person.user,
        "role": made.person.role,
        "password": made.password,
        "totp_secret": made.totp_secret,
        "otpauth": made.otpauth,
    }


def api_key(name: str, purpose: str) -> dict[str, str]:
    """A new API key."""
    with _closing() as desk:
        made = accounts.add_api_key(desk, Person(user="operator", role="officer"), name, purpose)
        return {"name": name, "api_key": made}


def rewrap() -> dict[str, str]:
    """Everything wrapped under the key of now."""
    with _closing() as desk:
        return commands.rewrap(desk)


def staff_reset(user: str) -> dict[str, str]:
    """New secrets of an account."""
    with _closing() as desk:
        made = accounts.reset(desk, Person(user="operator", role="officer"), user)
    if made is None:
        raise Fatal(f"there is no active account {user}: `staff-add` makes one of the ministry")
    return {"user": user, "password": made.password, "totp_secret": made.totp_secret, "otpauth": made.otpauth}


def api_key_revoke(name: str) -> dict[str, str]:
    """Ends an API key."""
    with _closing() as desk:
        accounts.remove_api_key(desk, Person(user="operator", role="officer"), name)
    return {"name": name, "now": "refused"}


def purge() -> dict[str, str]:
    """Deletes what may no longer be kept."""
    with _closing() as desk:
        return commands.purge(desk.place, desk.clock())


def doctor() -> dict[str, str]:
    """What is well and what is not."""
    with _closing() as desk:
        chosen = desk.settings

        def kafka() -> str | None:
            try:
                return "; ".join(check_topics(chosen.kafka, topic_specs(chosen.topic_prefix))) or None
            except Unavailable as reason:
                return reason.detail or "Kafka does not answer"

        return dict(commands.doctor(desk, kafka))


@contextmanager
def _closing() -> Iterator[Desk]:
    chosen = settings()
    logs.configure("identity", "WARNING")
    desk = build_desk(chosen)
    try:
        yield desk
    except Unavailable as reason:
        raise Fatal(reason.detail or f"{reason.reason} does not answer") from reason
    finally:
        desk.signers.close()
        desk.printer.close()
        desk.place.client.close()


def openapi() -> str:
    """The OpenAPI document, as contracts/openapi/identity.json keeps it."""
    app = Flask("identity")
    document = api.register(app).spec.to_dict()
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
