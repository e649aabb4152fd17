"""`replay-dlq`: puts dead letters of one reason back on the log, as far as they can be counted now."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from aggregator import intake
from aggregator.terms import Lookup
from chassis.errors import Fatal, Rejected
from chassis.kafka import Outgoing, Record
from contracts.codec import Malformed, decode
from contracts.messages import DeadLetter, ResponseSubmitted, SessionClosed


@dataclass(kw_only=True, slots=True)
class Report:
    """What became of the dead letters of a reason: `counted` were counted meanwhile, `closed` belong to a closed
    session, `hopeless` would be buried again, by reason."""

    reason: str
    replayed: int = 0
    counted: int = 0
    closed: int = 0
    hopeless: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = f"{self.replayed} dead letters with reason {self.reason} replayed"
        if self.counted:
            said += f"; {self.counted} were counted already"
        if self.closed:
            said += f"; {self.closed} of closed sessions refused: a close is final"
        for reason, number in sorted(self.hopeless.items()):
            said += f"; {number} would be buried again ({reason})"
        return said


def replay(
    letters: Iterable[Record],
    reason: str,
    *,
    lookup: Lookup,
    closed: Callable[[str], bool],
    ids: Callable[[int], set[bytes]],
    topic: str,
    send: Callable[[Iterable[Outgoing]], None],
) -> Report:
    """Sends what can be counted to the partition where it belongs, with its own timestamp; it stays among the dead
    letters. Fatal for a reason that is none, or `late`."""
    if reason not in intake.REASONS:
        raise Fatal(f"{reason} is no reason for which a record is buried; these are: {', '.join(intake.REASONS)}")
    if reason == "late":
        raise Fatal("late records are not replayed: their session was closed before they came, and a close is final")
    report = Report(reason=reason)
    known: dict[int, set[bytes]] = {}

    def chosen() -> Iterator[Outgoing]:
        for record, letter in _once(letters, reason):
            try:
                partition, key = _place(letter, lookup, closed)
            except Rejected as rejected:
                if rejected.reason == "closed":
                    report.closed += 1
                else:
                    report.hopeless[rejected.reason] += 1
                continue
            if key is not None:
                if partition not in known:
                    known[partition] = ids(partition)
                if key in known[partition]:
                    report.counted += 1
                    continue
                known[partition].add(key)
            report.replayed += 1
            yield Outgoing(
                topic=topic, partition=partition, key=letter.key, value=letter.value, timestamp_ms=record.timestamp
            )

    send(chosen())
    return report


def _once(letters: Iterable[Record], reason: str) -> Iterator[tuple[Record, DeadLetter]]:
    """Dead letters of a reason, each original record once: a repeated batch buries its records again."""
    met: set[tuple[int, int]] = set()
    for record in letters:
        try:
            letter = decode(record.value)
        except Malformed:
            continue
        if not isinstance(letter, DeadLetter) or letter.reason != reason:
            continue
        if (letter.partition, letter.offset) not in met:
            met.add((letter.partition, letter.offset))
            yield record, letter


def _place(letter: DeadLetter, lookup: Lookup, closed: Callable[[str], bool]) -> tuple[int, bytes | None]:
    """(partition where it belongs, response id or None for a close marker); Rejected if it cannot be counted."""
    try:
        message = decode(letter.value)
    except Malformed as error:
        raise Rejected("malformed") from error
    partition = letter.partition
    if isinstance(message, ResponseSubmitted | SessionClosed):
        if closed(message.session):
            raise Rejected("closed")
        terms = lookup(message.session)
        partition = terms.partition if terms else partition
    read = intake.read(letter.value, partition, lookup)
    if isinstance(read, intake.Placed):
        read.rows()
        return partition, read.key
    return partition, None
