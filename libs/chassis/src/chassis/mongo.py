"""MongoDB as every service uses it: majority reads and writes, whole transactions, errors told apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import ConnectionFailure, ExecutionTimeout, OperationFailure, PyMongoError, WTimeoutError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis.errors import Fatal, Unavailable

REFUSALS = {
    13: "MongoDB does not let this user do what was asked: provision again, or see which right is missing in doctor",
    18: "MongoDB does not know the user and password in MONGO_URI: set the right ones, or provision again",
}
"""What to do by the code of an OperationFailure. Its own text is never shown: it may hold what was to be written."""
T = TypeVar("T")
Document = dict[str, Any]
Client = MongoClient[Document]


def connect(uri: str, *, app: str, timeout_seconds: float = 5.0, pool: int = 100) -> Client:
    """A client (never before a fork) with journaled majority writes and majority reads; nothing is sent yet."""
    return MongoClient(
        uri,
        appname=app,
        tz_aware=True,
        maxPoolSize=pool,
        serverSelectionTimeoutMS=int(timeout_seconds * 1000),
        socketTimeoutMS=int(timeout_seconds * 6000),
        w="majority",
        journal=True,
        readConcernLevel="majority",
        retryWrites=True,
    )


@contextmanager
def told_apart() -> Iterator[None]:
    """Turns "MongoDB is away, slow or changing its primary" into Unavailable("database"), and a refusal of our user
    into Fatal with what to do; other errors pass."""
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as error:
        raise Unavailable("database") from error
    except OperationFailure as error:
        if error.has_error_label("TransientTransactionError") or error.has_error_label("RetryableWriteError"):
            raise Unavailable("database") from error
        if error.code in REFUSALS:
            raise Fatal(REFUSALS[error.code]) from error
        raise


def in_transaction(client: Client, act: Callable[[ClientSession], T]) -> T:
    """Runs `act` once in a snapshot transaction and commits it by majority.

    Raises Unavailable where nothing is known to be written, or the commit's outcome is unknown: read back before
    going on. Nothing is retried here.
    """
    with told_apart(), client.start_session() as session:
        session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True))
        try:
            result = act(session)
        except BaseException:
            with suppress(PyMongoError):  # the server forgets an unfinished transaction by itself
                session.abort_transaction()
            raise
        session.commit_transaction()
        return result


def ping(client: Client) -> str | None:
    """None if the primary answers, else a sentence."""
    try:
        client.admin.command("ping")
    except PyMongoError as error:
        return f"MongoDB does not answer ({type(error).__name__})"
    return None
