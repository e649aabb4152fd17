"""A real MongoDB replica set of one member, with users and roles in force, as a child process."""

import base64
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from chassis.mongo import Client
from stack.children import Child, Children, must_run
from stack.errors import StackError
from stack.ports import LOOPBACK, refuse_if_busy
from stack.toolbox import Toolbox
from stack.waiting import until

START_SECONDS = 60.0
REPLICA_SET = "rs0"
ADMIN = "guzgu-admin"
OPLOG_MEGABYTES = 990
CACHE_GIGABYTES = 0.5
ABANDONED_SECONDS = 10
"""How long what a vanished client had begun to write stands in the way of the next one (a minute if not set)."""
ALREADY_INITIATED, UNAUTHORISED = 23, 13


class Database:
    """One mongod on loopback; only who holds a user's password gets in."""

    def __init__(self, children: Children, tools: Toolbox, folder: Path, port: int, name: str = "mongodb") -> None:
        """`folder` takes the data, the member key and the administrator's password (files of mode 600)."""
        self.name = name
        self._children = children
        self._tools = tools
        self._folder = folder
        self._port = port
        self._child: Child | None = None
        self._password = ""

    @property
    def child(self) -> Child:
        """Its process; StackError before the first start."""
        if self._child is None:
            raise StackError(f"{self.name} was not started.")
        return self._child

    @property
    def admin_uri(self) -> str:
        """The address with the administrator's password in it: for provisioning, never for a service or a log."""
        return self.uri(ADMIN, self._password)

    def uri(self, user: str, password: str, database: str = "") -> str:
        """The address for `user`, whose password is kept in the database `admin`."""
        return (
            f"mongodb://{quote_plus(user)}:{quote_plus(password)}@{LOOPBACK}:{self._port}/{database}"
            f"?authSource=admin&replicaSet={REPLICA_SET}"
        )

    def start(self, seconds: float = START_SECONDS) -> None:
        """Returns when writes are taken; the first start also makes the replica set and the administrator.

        Raises StackError for a busy port, or with the end of the log of a mongod that does not come up.
        """
        refuse_if_busy({f"{self.name}'s port": self._port})
        data = self._folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        key = self._secret("member.key", 96)
        self._password = self._secret("admin.password", 24).read_text("ascii")
        self._child = self._children.start(self.name, self._command(data, key))
        self.wait(seconds)

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Returns when the member is primary and the administrator can sign in."""
        until(self._ready, f"The first answer of {self.name} on {LOOPBACK}:{self._port}", seconds)

    def stop(self) -> None:
        """Polite: mongod writes a checkpoint first."""
        self.child.stop(30)

    def restart(self, seconds: float = START_SECONDS) -> None:
        """Stops it, whatever its state, and starts it on the same port with the same data."""
        self.stop()
        self.start(seconds)

    def kill(self) -> None:
        self.child.kill()

    def pause(self) -> None:
        self.child.pause()

    def resume(self) -> None:
        self.child.resume()

    def _command(self, data: Path, key: Path) -> list[str]:
        return [
            str(self._tools.mongod),
            *("--dbpath", str(data)),
            *("--port", str(self._port)),
            *("--bind_ip", LOOPBACK),
            *("--replSet", REPLICA_SET),
            "--auth",
            *("--keyFile", str(key)),
            *("--wiredTigerCacheSizeGB", str(CACHE_GIGABYTES)),
            *("--oplogSize", str(OPLOG_MEGABYTES)),
            *("--unixSocketPrefix", str(self._folder)),
            "--quiet",
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            *("--setParameter", f"transactionLifetimeLimitSeconds={ABANDONED_SECONDS}"),
        ]

    def _secret(self, name: str, size: int) -> Path:
        """The file `name`, filled with `size` random bytes as text and readable by its owner alone when it is new."""
        path = self._folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(base64.b64encode(secrets.token_bytes(size)).decode("ascii"), "ascii")
        return path

    def _ready(self) -> bool:
        """One step towards readiness: is it primary with its administrator in place, and if not, what is next?"""
        must_run(self.child, "starting")
        try:
            with _connect(LOOPBACK, port=self._port, directConnection=True) as anybody:
                hello = anybody.admin.command("hello")
                if "setName" not in hello:
                    _initiate(anybody, self._port)
                    return False
                if not hello["isWritablePrimary"]:
                    return False
                self._make_administrator(anybody)
            with _connect(self.admin_uri) as administrator:
                administrator.admin.command("ping")
        except PyMongoError:
            return False
        return True

    def _make_administrator(self, anybody: Client) -> None:
        """Uses the door that stands open on loopback until the first user exists, and only until then."""
        try:
            anybody.admin.command("createUser", ADMIN, pwd=self._password, roles=["root"])
        except OperationFailure as refusal:
            if refusal.code != UNAUTHORISED:
                raise


def _connect(address: str, **options: Any) -> Client:
    return MongoClient(address, serverSelectionTimeoutMS=1000, connectTimeoutMS=2000, **options)


def _initiate(anybody: Client, port: int) -> None:
    members = [{"_id": 0, "host": f"{LOOPBACK}:{port}"}]
    try:
        anybody.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    except OperationFailure as refusal:
        # While an initiated member still loads its set, it looks as if it had none.
        if refusal.code not in (ALREADY_INITIATED, UNAUTHORISED):
            raise
