"""A broker and a database that tests may kill, freeze, fill up and cut off, each behind a door of its own."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from stack.broker import Broker
from stack.children import Child, Children
from stack.database import Database
from stack.ports import free_ports
from stack.toolbox import locate, missing, require
from support.parts import KafkaPart, MongoPart
from support.proxy import LOOPBACK, Proxy

COMMIT = b"commitTransaction"
"""What stands in every request that asks MongoDB to commit."""


@dataclass(frozen=True, kw_only=True)
class BreakableParts:
    """The pair, and the doors through which everybody else reaches it."""

    broker: Broker
    database: Database
    to_broker: Proxy
    to_database: Proxy

    @property
    def kafka(self) -> KafkaPart:
        """The broker as services reach it, through its door; the test itself looks on from beside it."""
        return KafkaPart(bootstrap=self.broker.bootstrap, secured=f"{LOOPBACK}:{self.to_broker.port}")

    @property
    def mongo(self) -> MongoPart:
        """The database as clients reach it, through its door."""
        return through(self.database.admin_uri, self.to_database)


def through(admin_uri: str, door: Proxy) -> MongoPart:
    """The database of an address behind a door; a client that asked it for its own address would go round."""
    place = urlsplit(admin_uri)
    door.leads_to(int(place.netloc.rpartition(":")[2]))
    user = place.netloc.rpartition("@")[0]
    return MongoPart(
        admin_uri=f"mongodb://{user}@{LOOPBACK}:{door.port}{place.path}?{place.query}&directConnection=true"
    )


def sent_to(door: Proxy) -> dict[str, str]:
    """Settings of a broker that sends its clients to a door."""
    return {"advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{door.port}"}


@contextmanager
def breakable_parts(folder: Path) -> Iterator[BreakableParts]:
    """A running pair, its data and logs under `folder`, stopped at the end."""
    tools = locate()
    require(missing(tools))
    ports = free_ports(4)
    with Proxy() as to_broker, Proxy() as to_database, Children(tools.setpriv, folder / "logs") as children:
        broker = Broker(
            *(children, tools, folder / "kafka", ports[0], ports[1]), secured_port=ports[3], advertised=to_broker.port
        )
        to_broker.leads_to(ports[3])
        database = Database(children, tools, folder / "mongodb", ports[2])
        database.start()
        broker.start()
        yield BreakableParts(broker=broker, database=database, to_broker=to_broker, to_database=to_database)


def fill_up(child: Child) -> None:
    """From now on no file of this process can grow, as if its disk were full; it does not survive that for long."""
    resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
