"""A model of two workers, crashes, unknown commits and zombies over the real database: the counts are always exact,
and the model notices when the offset check, the fence or the id check is taken out."""

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from pymongo.errors import BulkWriteError

from aggregator import worker as worker_module
from aggregator.archive import Archive
from aggregator.changes import Changes, Dead
from aggregator.commands.ledger import ledger
from aggregator.commands.verify import verify
from aggregator.documents import Document
from aggregator.fold import Fold
from aggregator.sealing import Sealer
from aggregator.store import Owned, Store
from aggregator.terms import TermsBook
from aggregator.worker import Pace, Worker
from chassis.errors import Fenced, Unavailable
from chassis.mongo import Client, connect
from contracts import topics
from contracts.codec import encode
from support.aggregating import COLLECTIONS, create
from support.builders import Log, LogRecord, a_marker, a_response, a_session
from support.parts import MongoPart

pytestmark = pytest.mark.integration
DAY = date(2026, 10, 5)
SEALER = Sealer(b"k" * 32)
SESSIONS = [
    a_session(groups={"student": 8, "leader": 3}, session=f"S{at}", school=school, k={"student": 3})
    for at, school in enumerate(["SCHOOL-1", "SCHOOL-1", "SCHOOL-1"])
]
PARTITION = topics.partition("SCHOOL-1")
FATES = ("lands", "lands", "lands", "crash before", "crash after", "unknown, landed", "unknown, lost", "unknown, late")


class Crash(Exception):
    """The process is gone."""


class Graves:
    def bury(self, dead: Sequence[Dead]) -> None:
        """Nothing is buried in this model."""


class LogSource:
    """One worker's consumer of the log: a position of its own, no records while paused."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.position = 0
        self.owned = frozenset({PARTITION})

    def read(self, at_most: int) -> dict[int, list[LogRecord]]:
        rows = self._log.partitions.get(PARTITION, [])[self.position : self.position + at_most]
        self.position += len(rows)
        return {PARTITION: rows} if rows else {}

    def seek(self, partition: int, offset: int) -> None:
        self.position = offset


class FatefulStore(Store):
    """The real store, whose commits meet the fate that was chosen for them."""

    fate = "lands"
    late: Callable[[], None] | None = None

    def commit(self, owned: Mapping[int, Owned], changes: Changes, day: date) -> dict[int, Owned]:
        fate, self.fate = self.fate, "lands"
        before = dict(owned)
        if fate == "crash before":
            raise Crash
        if fate == "unknown, lost":
            raise Unavailable("database")
        if fate == "unknown, late":
            self.late = lambda: self._land(before, changes, day)
            raise Unavailable("database")
        done = super().commit(owned, changes, day)
        if fate == "crash after":
            raise Crash
        if fate == "unknown, landed":
            raise Unavailable("database")
        return done

    def _land(self, owned: Mapping[int, Owned], changes: Changes, day: date) -> None:
        super().commit(owned, changes, day)


class NoFence(FatefulStore):
    def _claim(self, owned: Owned, tally: Any) -> Document:
        return {"_id": owned.partition, "next": tally.first}


class NoOffsetCheck(FatefulStore):
    def _claim(self, owned: Owned, tally: Any) -> Document:
        return {"_id": owned.partition, "epoch": owned.epoch}


class Forgetful(set[bytes]):
    def __contains__(self, key: object) -> bool:
        return False


class NoIdCheck(Fold):
    def own(self, partition: int, ids: Any, closed: Any, in_a_row: int = 0) -> None:
        super().own(partition, ids, closed, in_a_row)
        self._ids[partition] = Forgetful(self._ids[partition])


class Two(RuleBasedStateMachine):
    """Two workers that both may believe that they own the partition."""

    place: tuple[Client, str]
    store: type[FatefulStore] = FatefulStore
    fates: tuple[str, ...] = FATES

    def __init__(self) -> None:
        super().__init__()
        client, database = self.place
        db = client[database]
        for name in COLLECTIONS:
            db[name].delete_many({})
        self.log = Log()
        self.chance = random.Random(1)
        self.sent: list[tuple[Any, str, int]] = []
        self.closed: set[str] = set()
        self.latest: int | None = None
        self.workers: list[Worker | None] = [None, None]
        self.stores: list[FatefulStore | None] = [None, None]
        self.sources: list[LogSource | None] = [None, None]
        self.kept: list[dict[int, Any]] = [{}, {}]

    def book(self) -> TermsBook:
        records = [LogRecord(partition=0, offset=at, value=encode(session)) for at, session in enumerate(SESSIONS)]
        return TermsBook(lambda seconds: iter([records.pop() for _ in range(len(records))]))

    @initialize()
    def one_starts(self) -> None:
        self.starts(0)
        self.store_sessions()

    def store_sessions(self) -> None:
        store = self.stores[0]
        assert store is not None
        store.write_sessions(SESSIONS)

    @rule(who=st.integers(0, 1))
    def starts(self, who: int) -> None:
        """A rebalance or restart: the other one does not know of it."""
        store = self.store(*self.place, SEALER)
        worker = Worker(store, self.book(), Graves(), today=lambda: DAY, pace=Pace())
        source = LogSource(self.log)
        worker.source = source  # type: ignore[assignment]  # only seek is asked of it here
        source.position = worker.assigned([PARTITION])[PARTITION]
        self.workers[who], self.stores[who], self.sources[who], self.kept[who] = worker, store, source, {}
        self.latest = who

    @rule(session=st.sampled_from(SESSIONS), group=st.sampled_from(("student", "leader")), number=st.integers(0, 12))
    def answers(self, session: Any, group: str, number: int) -> None:
        """A response, perhaps one that was sent before, perhaps a late one (whose ballot then must be known)."""
        if session.session not in self.closed or (session, group, number) in self.sent:
            self.sent.append((session, group, number))
            self.log.append(a_response(session, group, number, signed=False))

    @rule(session=st.sampled_from(SESSIONS), first=st.integers(0, 20), count=st.integers(1, 12))
    def a_lesson_answers(self, session: Any, first: int, count: int) -> None:
        for number in range(first, first + count):
            self.answers(session, "student", number)

    @precondition(lambda self: self.sent)
    @rule(session=st.sampled_from(SESSIONS))
    def closes(self, session: Any) -> None:
        self.closed.add(session.session)
        self.log.append(a_marker(session))

    @rule(who=st.integers(0, 1), size=st.sampled_from((1, 2, 5, 50)), fate=st.integers(0, 7), land=st.booleans())
    def folds(self, who: int, size: int, fate: int, land: bool) -> None:
        """One batch; after Unavailable the same records are handed over again the next time."""
        worker, store, source = self.workers[who], self.stores[who], self.sources[who]
        if worker is None or store is None or source is None:
            return
        if not self.kept[who] and source.position >= len(self.log.partitions.get(PARTITION, [])):
            self.a_lesson_answers(SESSIONS[size % 3], fate, 4)
        batch = self.kept[who] or source.read(size)
        before, late = self.epoch_and_next(), store.late
        store.fate = self.fates[fate % len(self.fates)]
        try:
            worker.batch(batch)
            self.kept[who] = {}
        except Unavailable:
            self.kept[who] = batch
        except (Crash, Fenced):
            self.workers[who] = None
        store.fate = "lands"
        if land and late is not None and late is store.late:
            self.a_late_commit_lands(store)
        if who != self.latest:
            assert before == self.epoch_and_next(), "a worker wrote after another had taken the partition over"

    def a_late_commit_lands(self, store: FatefulStore) -> None:
        """What was sent and never answered arrives after all."""
        late, store.late = store.late, None
        if late is not None:
            with suppress(Fenced, Unavailable):
                late()

    def epoch_and_next(self) -> tuple[int, int]:
        client, database = self.place
        row = client[database].offsets.find_one({"_id": PARTITION})
        assert row is not None
        return row["epoch"], row["next"]

    def teardown(self) -> None:
        if self.latest is None:
            return
        self.starts(0)
        source, worker = self.sources[0], self.workers[0]
        assert source is not None
        assert worker is not None
        while rows := source.read(7):
            worker.batch(rows)
        archive = Archive(*self.place, SEALER)
        book = self.book()
        book.refresh()
        assert ledger(archive, {})["balanced"]
        assert verify(archive, self.log.partitions.get(PARTITION, []), book.get).difference is None
        unique = set(map(str, self.sent))
        people = sum(row["folded"] for row in ledger(archive, {})["sessions"].values())
        assert len({(s.session, g, n) for s, g, n in self.sent}) == people, (len(unique), people)


@pytest.fixture(scope="module")
def client(database: MongoPart) -> Iterator[Client]:
    with connect(database.admin_uri, app="test") as connected:
        yield connected


@pytest.fixture
def machine(client: Client) -> Iterator[type[Two]]:
    name = f"t{secrets.token_hex(4)}-model"
    create(client, name)
    yield type("Machine", (Two,), {"place": (client, name)})
    client.drop_database(name)


def run(machine: type[Two], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_to_two_workers_every_response_is_counted_exactly_once(machine: type[Two]) -> None:
    run(machine, 40)


def test_the_model_notices_when_the_fence_is_out(machine: type[Two]) -> None:
    machine.store = NoFence
    with pytest.raises(AssertionError, match="another had taken"):
        run(machine, 300)


def test_the_model_notices_when_the_offset_check_is_out(machine: type[Two]) -> None:
    machine.store = NoOffsetCheck
    machine.fates = ("lands", "unknown, late")
    with pytest.raises((AssertionError, BulkWriteError)):  # the unique first offset of `seen` is a second guard
        run(machine, 300)


def test_the_model_notices_when_ids_are_not_checked(machine: type[Two], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "Fold", NoIdCheck)
    with pytest.raises(AssertionError):
        run(machine, 300)
