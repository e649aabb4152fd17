"""The database that all store modules speak to, and whole transactions in it."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from chassis.errors import Unavailable
from chassis.mongo import Client, in_transaction, told_apart
from chassis.retry import delays

T = TypeVar("T")
Document = dict[str, Any]
Txn = ClientSession | None


class Place:
    """Identity's database; collections by name."""

    def __init__(self, client: Client, database: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self._database = client[database]
        self._pause = pause

    def __getitem__(self, collection: str) -> Collection[Document]:
        return self._database[collection]

    @told_apart()
    def server_time(self) -> datetime:
        """The database's own clock."""
        found: datetime = self.client.admin.command("hello")["localTime"]
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def transaction(self, act: Callable[[ClientSession], T], tries: int = 6) -> T:
        """Runs `act` in a transaction, again where another one was in the way and nothing was written.

        Unavailable: nothing is known to be written, or the commit's outcome is unknown.
        """
        waits = delays(0.01, 0.3, jitter=random.random)
        for _ in range(tries - 1):
            try:
                return in_transaction(self.client, act)
            except Unavailable as error:
                cause = error.__cause__
                if not isinstance(cause, PyMongoError) or not cause.has_error_label("TransientTransactionError"):
                    raise
                self._pause(next(waits))
        return in_transaction(self.client, act)
