"""The store's one transaction: what comes late, twice or from a worker that was replaced writes nothing at all."""

import secrets
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from aggregator.changes import Changes
from aggregator.desk import Desk
from aggregator.fold import Fold
from aggregator.sealing import Sealer
from aggregator.store import Owned, Store
from aggregator.terms import terms_of
from chassis.errors import Fenced
from chassis.mongo import Client, connect
from contracts import topics
from support.aggregating import COLLECTIONS, create
from support.builders import Log, a_response, a_session
from support.parts import MongoPart

pytestmark = pytest.mark.integration
DAY = date(2026, 10, 5)
SESSION = a_session(groups={"student": 8}, k={"student": 3})
PARTITION = topics.partition(SESSION.school)


@pytest.fixture
def place(database: MongoPart) -> Iterator[tuple[Client, str]]:
    name = f"t{secrets.token_hex(4)}-store"
    with connect(database.admin_uri, app="test") as client:
        create(client, name)
        yield client, name
        client.drop_database(name)


class Holder:
    """A worker's state of the partition: its fold, its store, and what it believes to own."""

    def __init__(self, place: tuple[Client, str]) -> None:
        self.store = Store(*place, Sealer(b"k" * 32))
        self.fold = Fold()
        self.terms = {SESSION.session: terms_of(SESSION)}
        owned, _ = self.store.take(PARTITION, self.fold, self.terms.get)
        self.owned = {PARTITION: owned}

    def fold_up(self, log: Log, size: int) -> Changes:
        """What the next `size` records change."""
        at = self.owned[PARTITION].next
        return self.fold.batch({PARTITION: log.partitions[PARTITION][at : at + size]}, self.terms.get)

    def commit(self, changes: Changes, owned: dict[int, Owned] | None = None) -> dict[int, Owned]:
        return self.store.commit(owned or self.owned, changes, DAY)


def log_of(people: int) -> Log:
    log = Log()
    for number in range(people):
        log.append(a_response(SESSION, "student", number, signed=False))
    return log


def everything(place: tuple[Client, str]) -> dict[str, list[Any]]:
    """All documents of the database."""
    client, name = place
    return {collection: list(client[name][collection].find().sort("_id")) for collection in COLLECTIONS}


def test_a_commit_that_lands_a_second_time_writes_nothing(place: tuple[Client, str]) -> None:
    holder, log = Holder(place), log_of(20)
    before, changes = dict(holder.owned), holder.fold_up(log, 10)
    holder.owned |= holder.commit(changes)
    written = everything(place)
    with pytest.raises(Fenced):
        holder.commit(changes, before)
    assert written == everything(place)


def test_a_commit_that_lands_behind_a_longer_one_writes_nothing(place: tuple[Client, str]) -> None:
    holder, log = Holder(place), log_of(20)
    before, lost = dict(holder.owned), holder.fold_up(log, 5)
    owned, _ = holder.store.reread(holder.owned[PARTITION], holder.fold, holder.terms.get)
    holder.owned = {PARTITION: owned}
    holder.owned |= holder.commit(holder.fold_up(log, 10))
    written = everything(place)
    with pytest.raises(Fenced):
        holder.commit(lost, before)
    assert written == everything(place)


def test_a_worker_that_was_replaced_writes_nothing(place: tuple[Client, str]) -> None:
    first, log = Holder(place), log_of(20)
    second = Holder(place)
    written = everything(place)
    with pytest.raises(Fenced):
        first.commit(first.fold_up(log, 10))
    assert written == everything(place)
    second.commit(second.fold_up(log, 10))
    assert written != everything(place)


def test_an_editor_that_was_replaced_publishes_nothing(place: tuple[Client, str]) -> None:
    first, second = (Desk(*place, Sealer(b"k" * 32), holder) for holder in ("first", "second"))
    first.lead()
    first.beat()
    second.lead()
    written = everything(place)
    head = {"_id": "spring/000001", "campaign": "spring", "number": 1}
    with pytest.raises(Fenced):
        first.beat()
    with pytest.raises(Fenced):
        first.publish([head], {"_id": head["_id"], "batches": [], "rest": []})
    first.resign()
    assert written == everything(place)
    second.publish([head], {"_id": head["_id"], "batches": [], "rest": []})
    assert [head] == everything(place)["editions"]
