"""Holds what was counted, released and logged against what the country knows, to the last count."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from chassis.kafka import PartitionedConsumer
from chassis.mongo import connect
from contracts.codec import Malformed, decode
from contracts.messages import ResponseSubmitted
from contracts.topics import RESPONSES, topics
from country.compare import Comparison, compare
from country.forms import Form
from country.ledger import CellKey, Entry, Ledger, count
from stack.services import Services
from stack.site import Site


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was verified: what, whether it holds, and what was found."""

    name: str
    holds: bool
    found: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """The log: responses by cell, each id once, in the order in which they stand."""

    cells: Mapping[CellKey, Sequence[tuple[str, Entry]]]


def partitions() -> range:
    """The partitions of the topic of responses."""
    return range(topics()[RESPONSES].partitions)


@contextmanager
def whole_log(site: Site) -> Iterator[PartitionedConsumer]:
    """Stands at the beginning of the topic of responses."""
    consumer = PartitionedConsumer(
        site.kafka,
        site.prefix + RESPONSES,
        partitions=partitions(),
        assigned=lambda taken: dict.fromkeys(taken, 0),
        revoked=lambda gone: None,
    )
    try:
        yield consumer
    finally:
        consumer.close()


def log_end(site: Site) -> int:
    """How many records were ever written to the topic of responses."""
    with whole_log(site) as consumer:
        return sum(consumer.end_offsets(partitions()).values())


def read_log(site: Site) -> Logged:
    """Reads the whole topic of responses."""
    with whole_log(site) as consumer:
        ends = consumer.end_offsets(partitions())
        left = {number: end for number, end in ends.items() if end > 0}
        cells: dict[CellKey, dict[str, Entry]] = {}
        while left:
            for number, records in consumer.poll(1.0, 5000).items():
                for record in records:
                    _note(cells, record.value)
                    if record.offset + 1 >= left.get(number, 0):
                        left.pop(number, None)
        return Logged(cells={key: list(found.items()) for key, found in cells.items()})


def released(site: Site) -> list[dict[str, Any]]:
    """All snapshots, as the reporter's own database user sees them."""
    with connect(site.mongo("reporter"), app="comparison") as client:
        return list(client[f"{site.prefix}statistics"].snapshots.find({}))


def private_counts(services: Services) -> dict[CellKey, tuple[int, Mapping[str, Sequence[int]]]]:
    """What the operators' command tells of every cell."""
    rows = [json.loads(line) for line in services.output("aggregator", "counts", "--json").splitlines() if line]
    return {(row["session"], row["group"]): (row["n"], row["items"]) for row in rows}


def compare_private(
    ledger: Ledger, forms: Mapping[CellKey, Form], counted: Mapping[CellKey, tuple[int, Mapping[str, Sequence[int]]]]
) -> Comparison:
    """Every cell's counts, released or not, against what was answered 202; guests may have joined."""
    entries = ledger.by_cell()
    known = {key: count(entries.get(key, ()), form) for key, form in forms.items()}
    return compare(known, {key: counted.get(key, (0, {})) for key in known.keys() | counted.keys()}, guests=True)


def compare_released(
    ledger: Ledger, forms: Mapping[CellKey, Form], logged: Logged, snapshots: Iterable[Mapping[str, Any]]
) -> tuple[int, list[str]]:
    """How many snapshots there are, and a sentence for each that is not the sum of its cell's first n responses."""
    differences = []
    number = 0
    for snapshot in snapshots:
        number += 1
        key = (snapshot["session"], snapshot["group"])
        rows = logged.cells.get(key, ())[: snapshot["n"]]
        # A guest's response is in no ledger of ours: the log is all that is known of it.
        expected = count([ledger.entry(receipt) or entry for receipt, entry in rows], forms[key])
        if expected.n != snapshot["n"]:
            differences.append(f"{snapshot['_id']}: {snapshot['n']} people, the log has {expected.n}")
        elif expected.items != {code: list(counts) for code, counts in snapshot["items"].items()}:
            differences.append(f"{snapshot['_id']}: its items are not the sum of the first {expected.n} responses")
        elif _without_zeros(expected.background) != _without_zeros(snapshot["background"]):
            differences.append(f"{snapshot['_id']}: its background is not the sum of the first {expected.n} responses")
    return number, differences


def compare_ended(
    forms: Mapping[CellKey, Form],
    ended: Iterable[str],
    thresholds: Mapping[CellKey, int],
    counted: Mapping[CellKey, tuple[int, Mapping[str, Sequence[int]]]],
    snapshots: Iterable[Mapping[str, Any]],
) -> tuple[int, list[str]]:
    """How many cells of ended sessions should be released whole, and a sentence for each that was not."""
    final = {(s["session"], s["group"]): s["n"] for s in snapshots if s["final"]}
    sessions = set(ended)
    cells = [key for key in forms if key[0] in sessions and counted.get(key, (0, {}))[0] >= thresholds[key]]
    differences = [
        f"session {key[0]}, {key[1]}s: {final.get(key, 0)} of {counted[key][0]} released at the end"
        for key in cells
        if final.get(key) != counted[key][0]
    ]
    return len(cells), differences


def _note(cells: dict[CellKey, dict[str, Entry]], value: bytes | None) -> None:
    try:
        message = decode(value)
    except Malformed:
        return
    if isinstance(message, ResponseSubmitted):
        entry = Entry(
            session=message.session,
            group=message.group,
            answers=message.answers,
            background={q: list(a) if isinstance(a, tuple) else a for q, a in message.background.items()},
        )
        cells.setdefault((message.session, message.group), {}).setdefault(message.response_id, entry)


def _without_zeros(background: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {q: {option: n for option, n in tally.items() if n} for q, tally in background.items()}
