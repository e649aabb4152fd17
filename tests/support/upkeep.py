"""The aggregator's upkeep in tests: the log folded in this process, both databases made, days let pass."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aggregator import connections, main
from aggregator.commands.digest import digest
from aggregator.commands.ledger import ledger
from support.aggregating import Aggregation, aggregation, create
from support.parts import KafkaPart, MongoPart

DAY = 86_400


@contextmanager
def kept(broker: KafkaPart, database: MongoPart, folder: Path) -> Iterator[Aggregation]:
    """Topics and both statistics databases of its own; nothing runs."""
    with aggregation(broker, database, folder) as here:
        second = f"{here.database}_b"
        create(here.client, second)
        try:
            yield here
        finally:
            here.client.drop_database(second)


def fold_up(here: Aggregation, **changes: str) -> None:
    """Folds the log to its end, in this process."""
    filled = ",".join(str(number) for number, end in here.ends().items() if end)
    try:
        main.drain(here.environment(PARTITIONS=filled, **changes))
    finally:
        gc.enable()


def later(here: Aggregation, days: int) -> dict[str, str]:
    """The environment of a command that runs so many days from now."""
    return here.environment(CLOCK_OFFSET_SECONDS=str(days * DAY))


def digest_of(here: Aggregation) -> str:
    """The digest of the database that counts, asked in this process."""
    with connections.archive(main.settings_from(here.environment())) as reading:
        return digest(reading)


def ledger_of(here: Aggregation) -> dict[str, Any]:
    """The ledger of the database that counts, asked in this process."""
    settings = main.settings_from(here.environment())
    with connections.archive(settings) as reading:
        return ledger(reading, connections.log_of(settings).starts())
