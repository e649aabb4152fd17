"""The real broker and database that tests run against: an already running pair, or one started for this run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

GUARD = ("setpriv", "--pdeathsig", "KILL", "--")
"""Put before a command: the process ends with this one, however this one ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaPart:
    """Where the real broker answers; topics are the test's own, with names of their own. At `bootstrap` everybody may
    do everything, at `secured` services sign in."""

    bootstrap: str
    secured: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoPart:
    """Where the real database answers, as administrator; databases are the test's own, with names of their own."""

    admin_uri: str

    def uri(self, user: str, password: str, database: str = "") -> str:
        """The address for another user, whose password is kept in the database `admin`."""
        host = urlsplit(self.admin_uri).netloc.rpartition("@")[2]
        query = urlsplit(self.admin_uri).query
        return f"mongodb://{quote_plus(user)}:{quote_plus(password)}@{host}/{database}?{query}"


@contextmanager
def running_pair(folder: Path) -> Iterator[tuple[KafkaPart, MongoPart]]:
    """The pair that GUZGU_TEST_KAFKA, GUZGU_TEST_KAFKA_SECURED and GUZGU_TEST_MONGO name, or one of its own under
    `folder`."""
    names = ("GUZGU_TEST_KAFKA", "GUZGU_TEST_KAFKA_SECURED", "GUZGU_TEST_MONGO")
    kafka, secured, mongo = (os.environ.get(name, "") for name in names)
    if kafka and secured and mongo:
        yield KafkaPart(bootstrap=kafka, secured=secured), MongoPart(admin_uri=mongo)
        return
    from stack.parts import parts

    with parts(folder) as started:
        kafka_part = KafkaPart(bootstrap=started.broker.bootstrap, secured=started.broker.secured)
        yield kafka_part, MongoPart(admin_uri=started.database.admin_uri)
