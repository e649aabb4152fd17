"""`doctor`: a sentence for everything that would keep the aggregator from counting, or from counting rightly."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from aggregator.archive import Archive
from aggregator.commands.ledger import ledger
from aggregator.documents import purged_to
from chassis.errors import Fatal, Unavailable


def doctor(
    archive: Archive,
    topics: Callable[[], list[str]],
    bounds: Callable[[], Mapping[int, tuple[int, int]]],
    around: Callable[[], Iterable[str]],
) -> Iterator[str]:
    """Problems, worst first; nothing where all is well. `topics` tells how topics differ from their contracts,
    `bounds` where each partition of the log begins and ends, `around` what is wrong with rights, indexes, clocks."""
    try:
        yield from topics()
        log = bounds()
    except Unavailable as away:
        yield away.detail or "Kafka does not answer: is KAFKA_BOOTSTRAP right, is the broker running?"
        return
    try:
        yield from around()
        offsets = archive.offsets()
    except Unavailable:
        yield "MongoDB does not answer: is MONGO_URI right, is it running?"
        return
    for row in offsets:
        yield from _partition(row, log.get(row["_id"]))
    if not ledger(archive, {})["balanced"]:
        yield "the ledger does not balance: run `verify`"
    try:
        for _ in archive.whole_cells():
            break
    except Fatal as problem:
        yield str(problem)


def _partition(row: Mapping[str, Any], bounds: tuple[int, int] | None) -> Iterator[str]:
    name = f"partition {row['_id']}"
    if bounds is None:
        yield f"{name} stands in the database and not in the topic: is TOPIC_PREFIX right?"
        return
    start, end = bounds
    if row["next"] < start:
        yield f"{name}: records {row['next']} to {start - 1} went from the log before they were counted"
    if row["next"] > end:
        yield f"{name}: {row['next']} records are counted, the log has {end}: is it another log, or a restored one?"
    if purged_to(row) < start <= row["next"]:
        yield f"{name}: records {purged_to(row)} to {start - 1} went from the log and no whole purge says so"
    if why := row.get("barred"):
        yield f"{name} is barred to workers: {why}"
    if row["in_a_row"]:
        yield f"{name}: the last {row['in_a_row']} records were buried; look at the dead letters"
