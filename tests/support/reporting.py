"""A reporter of its own on the real database, with a way to sign on as anybody."""

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from pymongo import MongoClient

from chassis.settings import Secret
from reporter import main
from reporter.settings import Settings
from support import reporter_world as world
from support.parts import MongoPart


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """The app, who signs its grants, and its two databases."""

    app: Flask
    signer: world.Signer
    statistics: Any
    own: Any

    def visitor(self) -> FlaskClient:
        """Somebody's browser."""
        return self.app.test_client()

    def signed_on(self, **claims: Any) -> FlaskClient:
        """The browser of whoever these claims describe; a coordinator of the world's school by default."""
        client = self.visitor()
        answer = client.post("/signon", data={"grant": self.signer.grant(world.now(), **claims)})
        assert answer.status_code == 303, answer.text
        return client

    def bearer(self, **claims: Any) -> Mapping[str, str]:
        """The header of the same as a program."""
        grant = self.signer.grant(world.now(), **claims)
        answer = self.visitor().post("/signon", data={"grant": grant}, headers={"Accept": "application/json"})
        assert answer.json is not None
        return {"Authorization": f"Bearer {answer.json['token']}"}


@contextmanager
def running_reporter(
    database: MongoPart, folder: Path, fill: Callable[[Any], Any] = world.fill, origin: str = "http://127.0.0.1:8003"
) -> Iterator[Reporter]:
    """Filled by `fill` with what the aggregator released; gone afterwards."""
    signer = world.Signer(key=Ed25519PrivateKey.generate())
    jwks = folder / "jwks.json"
    jwks.write_bytes(signer.jwks())
    name = f"reporter_{secrets.token_hex(4)}"
    found = Settings(
        mongo_uri=Secret(database.admin_uri),
        cookie_key=Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        open_data_signing_key=Secret(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()),
        identity_origin="http://127.0.0.1:8001",
        reporter_origin=origin,
        identity_jwks_file=jwks,
        statistics_database=f"{name}_s",
        reporting_database=f"{name}_r",
        vendor_folder=folder / "vendor",
        host="127.0.0.1",
    )
    with MongoClient[dict[str, Any]](database.admin_uri) as client, ExitStack() as stack:
        try:
            fill(client[f"{name}_s"])
            app = main.build(found, stack)
            yield Reporter(app=app, signer=signer, statistics=client[f"{name}_s"], own=client[f"{name}_r"])
        finally:
            client.drop_database(f"{name}_s")
            client.drop_database(f"{name}_r")
