"""The statistics database as the worker uses it: partitions taken over whole, batches written in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from pymongo import InsertOne, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from aggregator import documents
from aggregator.changes import Changes, Release, SessionState, Tally
from aggregator.documents import Document
from aggregator.fold import Fold
from aggregator.sealing import Sealer
from aggregator.terms import Lookup, Terms
from chassis.errors import Fatal, Fenced
from chassis.mongo import Client, in_transaction, told_apart
from contracts.messages import SchoolSession
from contracts.schemas import SchoolSessionSchema

DUPLICATE_KEY = 11000
_CHUNK = 2_000
_SESSION = SchoolSessionSchema()


@dataclass(frozen=True, kw_only=True, slots=True)
class Owned:
    """A partition as this process holds it: where its records go on, and the epoch that fences all others."""

    partition: int
    next: int
    epoch: int


class Store:
    """One process's way into the database."""

    def __init__(self, client: Client, database: str, sealer: Sealer) -> None:
        self._client = client
        self._db = client[database]
        self._sealer = sealer

    def take(self, partition: int, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]:
        """Makes the partition ours alone and loads its state into `fold`; the sessions that have cells."""
        with told_apart():
            self._make_offsets(partition)
            offsets = self._db.offsets.find_one_and_update(
                {"_id": partition, "barred": None}, {"$inc": {"epoch": 1}}, return_document=ReturnDocument.AFTER
            )
            if offsets is None:
                raise Fenced(f"partition {partition} may not be taken now: a rebuild or restore is under way or done")
            return self._load(offsets, fold, lookup)

    def reread(self, owned: Owned, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]:
        """Loads a partition that is ours once more, after a commit of unknown outcome; Fenced if it is not ours."""
        with told_apart():
            offsets = self._db.offsets.find_one({"_id": owned.partition})
            if offsets is None or offsets["epoch"] != owned.epoch:
                raise Fenced(f"partition {owned.partition} has another owner")
            return self._load(offsets, fold, lookup)

    def commit(self, owned: Mapping[int, Owned], changes: Changes, day: date) -> dict[int, Owned]:
        """Writes everything or nothing; the partitions as they stand then. Fenced if one has another owner;
        Unavailable if it is not known to be written: read back before going on."""
        in_transaction(self._client, lambda session: self._write(owned, changes, day, session))
        return {
            tally.partition: Owned(partition=tally.partition, next=tally.last + 1, epoch=owned[tally.partition].epoch)
            for tally in changes.tallies
        }

    def write_sessions(self, sessions: Sequence[SchoolSession]) -> None:
        """Puts the newest message of each session where the reporter finds it; an older one changes nothing."""
        writes = [
            UpdateOne(
                {"_id": message.session, "revision": {"$lt": message.timetable.revision}},
                {"$set": {"revision": message.timetable.revision, "message": _SESSION.dump(message)}},
                upsert=True,
            )
            for message in sessions
        ]
        with told_apart():
            for chunk in _chunks(writes):
                try:
                    self._db.sessions.bulk_write(chunk, ordered=False)
                except BulkWriteError as error:  # the upsert of a revision that is not higher meets its own document
                    if any(row["code"] != DUPLICATE_KEY for row in error.details["writeErrors"]):
                        raise

    def write_participation(self, rows: Sequence[Document]) -> None:
        """Replaces the participation of each session."""
        with told_apart():
            for chunk in _chunks([ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]):
                self._db.participation.bulk_write(chunk, ordered=False)

    def _make_offsets(self, partition: int) -> None:
        if self._db.offsets.find_one({"_id": partition}, {"_id": 1}) is None:
            with suppress(DuplicateKeyError):  # somebody else made it in this moment
                self._db.offsets.insert_one({"_id": partition, "epoch": 0, **documents.new_offsets()})

    def _load(self, offsets: Document, fold: Fold, lookup: Lookup) -> tuple[Owned, list[SessionState]]:
        partition = offsets["_id"]
        cells = list(self._db.cells.find({"partition": partition}))
        ids = [one for row in self._seen(partition) for one in documents.ids_in(row)]
        fold.disown(partition)
        fold.own(partition, ids, [row["_id"] for row in cells if row["closed"]], offsets["in_a_row"])
        states = [self._state(row, lookup) for row in cells]
        last = self._last_releases([state for state in states if state.closing is None])
        for state in states:
            if state.closing is None:
                run = fold.run(state.terms)
                for group, cell in state.groups.items():
                    release = last.get(f"{state.terms.session}/{group}")
                    fold.restore(run, group, cell, state.unreleased[group], release)
        return Owned(partition=partition, next=offsets["next"], epoch=offsets["epoch"]), states

    def _seen(self, partition: int) -> Iterator[Mapping[str, Any]]:
        # "/" is followed by "0" in ASCII: the range holds the ids that begin with this partition and a slash.
        return self._db.seen.find({"_id": {"$gte": f"{partition}/", "$lt": f"{partition}0"}}, {"ids": 1})

    def _state(self, row: Document, lookup: Lookup) -> SessionState:
        terms = lookup(row["_id"])
        if terms is None:
            raise Fatal(f"the terms of a session with answers are not on sessions-v1 (partition {row['partition']})")
        closing = documents.closing_of(row)
        unreleased = {}
        if closing is None:
            unreleased = self._sealer.open(row["_id"], bytes(row["blob"]), list(row["groups"]))
        return SessionState(terms=terms, groups=documents.group_states(row), unreleased=unreleased, closing=closing)

    def _last_releases(self, states: Sequence[SessionState]) -> dict[str, Release]:
        """The newest snapshot of each open cell by "session/group"."""
        wanted: dict[str, Terms] = {
            f"{state.terms.session}/{group}/{cell.steps.seq}": state.terms
            for state in states
            for group, cell in state.groups.items()
            if cell.steps.seq
        }
        found = {}
        for chunk in _chunks(list(wanted)):
            for row in self._db.snapshots.find({"_id": {"$in": chunk}}):
                found[row["_id"].rpartition("/")[0]] = documents.release_of(row, wanted[row["_id"]])
        if len(found) != len(wanted):
            raise Fatal("a cell's last snapshot is missing: see `verify`")
        return found

    def _write(self, owned: Mapping[int, Owned], changes: Changes, day: date, session: ClientSession) -> None:
        moved = self._db.offsets.bulk_write(
            [
                UpdateOne(
                    self._claim(owned[tally.partition], tally),
                    {
                        "$set": {"next": tally.last + 1, "in_a_row": tally.in_a_row},
                        "$inc": documents.counters(tally),
                    },
                )
                for tally in changes.tallies
            ],
            session=session,
        )
        if moved.matched_count != len(changes.tallies):
            raise Fenced("a partition of this batch has another owner")
        self._db.seen.bulk_write(
            [InsertOne(documents.seen_document(tally)) for tally in changes.tallies], ordered=False, session=session
        )
        if changes.sessions:
            self._db.cells.bulk_write(
                [self._cell_write(state, day) for state in changes.sessions], ordered=False, session=session
            )
        if changes.releases:
            self._db.snapshots.insert_many(
                [documents.snapshot_document(release, day) for release in changes.releases],
                ordered=False,
                session=session,
            )
            self._db.moments.insert_many(
                [documents.moments_document(release) for release in changes.releases], ordered=False, session=session
            )
            self._db.covers.insert_many(
                [documents.cover_document(release) for release in changes.releases], ordered=False, session=session
            )

    def _claim(self, owned: Owned, tally: Tally) -> Document:
        """What must still be so for a batch to be written: nobody took the partition, nothing of it is written yet.
        The epoch stops a process that does not know it was replaced, the offset a commit that lands late."""
        return {"_id": owned.partition, "epoch": owned.epoch, "next": tally.first}

    def _cell_write(self, state: SessionState, day: date) -> UpdateOne:
        blob = self._sealer.seal(state.terms.session, state.unreleased)
        changing, fixed = documents.cell_fields(state, blob, day)
        return UpdateOne({"_id": state.terms.session}, {"$set": changing, "$setOnInsert": fixed}, upsert=True)


def _chunks(rows: Sequence[Any]) -> Iterator[list[Any]]:
    for at in range(0, len(rows), _CHUNK):
        yield list(rows[at : at + _CHUNK])
