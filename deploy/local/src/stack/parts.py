"""One broker and one database under one folder: what tests and the demo stand on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack.broker import Broker
from stack.children import Children
from stack.database import Database
from stack.ports import busy, free_ports
from stack.toolbox import locate, missing, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A running pair and the children that it consists of."""

    broker: Broker
    database: Database
    children: Children


@contextmanager
def parts(
    folder: Path,
    kafka_port: int | None = None,
    mongo_port: int | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[Parts]:
    """A running pair, stopped at the end; free ports where none are named, data and logs under `folder`. Kafka has an
    open port for tests and one where users sign in.

    Raises StackError, before anything is started, for missing tools and busy ports.
    """
    tools = locate()
    wanted = {"--kafka-port": kafka_port, "--mongo-port": mongo_port}
    require([*missing(tools), *busy({name: port for name, port in wanted.items() if port is not None})])
    free = free_ports(4)
    with Children(tools.setpriv, folder / "logs") as children:
        broker = Broker(children, tools, folder / "kafka", kafka_port or free[0], free[1], secured_port=free[3])
        database = Database(children, tools, folder / "mongodb", mongo_port or free[2])
        say("starting MongoDB")
        database.start()
        say("starting Kafka")
        broker.start()
        yield Parts(broker=broker, database=database, children=children)
