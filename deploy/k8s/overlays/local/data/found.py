"""Makes the replica set of one member and its administrator, once, then waits to be ended."""

import os
import pathlib
import signal
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

NAME, HOST = "guzgu-mongo", "guzgu-mongo-0.guzgu-mongo-svc.guzgu-data.svc:27017"
TLS: dict[str, Any] = {"tls": True, "tlsCAFile": "/etc/mongo-ca/ca.crt", "serverSelectionTimeoutMS": 2000}
USER, PASSWORD = "guzgu-admin", os.environ["MONGO_ADMIN_PASSWORD"]
ALREADY_INITIATED, UNAUTHORISED = 23, 13


def step() -> bool:
    """One step towards a primary whose administrator can sign in; True when there."""
    with MongoClient("127.0.0.1:27017", directConnection=True, **TLS) as anybody:
        hello = anybody.admin.command("hello")
        if "setName" not in hello:
            members = [{"_id": 0, "host": HOST}]
            anybody.admin.command("replSetInitiate", {"_id": NAME, "members": members})
            return False
        if not hello["isWritablePrimary"]:
            return False
        try:
            anybody.admin.command("createUser", USER, pwd=PASSWORD, roles=["root"])
        except OperationFailure as refusal:
            if refusal.code != UNAUTHORISED:
                raise
    with MongoClient(HOST, username=USER, password=PASSWORD, replicaSet=NAME, **TLS) as administrator:
        administrator.admin.command("ping")
    return True


def founded() -> bool:
    """True when there; what stands in the way now is said, and tried again."""
    try:
        return step()
    except OperationFailure as refusal:
        # While an initiated member still loads its set, it looks as if it had none.
        if refusal.code not in (ALREADY_INITIATED, UNAUTHORISED):
            print(refusal, flush=True)
    except PyMongoError as error:
        print(f"not yet: {type(error).__name__}", flush=True)
    return False


signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
while not founded():
    time.sleep(1)
pathlib.Path("/founded/yes").touch()
print("the replica set stands", flush=True)
while True:
    signal.pause()
