"""The statistics database as commands and the editor read it: whole figures of cells, totals, digests' material."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import DESCENDING
from pymongo.client_session import ClientSession

from aggregator import documents
from aggregator.changes import GroupState
from aggregator.documents import Document
from aggregator.sealing import Sealer
from aggregator.table import Table
from aggregator.terms import Terms, terms_of
from chassis.errors import Fatal
from chassis.mongo import Client, told_apart
from contracts.messages import Campaign, SchoolSession
from contracts.schemas import CampaignSchema, SchoolSessionSchema

_CAMPAIGN = CampaignSchema()
_SESSION = SchoolSessionSchema()


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """All figures of one cell by name: `unreleased` are the people, counts and moments that no snapshot has;
    `released` the counts of its last snapshot (empty before the first)."""

    session: str
    school: str
    campaign: str
    level: str
    group: str
    state: GroupState
    unreleased_items: Mapping[str, Sequence[int]]
    unreleased_background: Mapping[str, Mapping[str, int]]
    unreleased_moments: Mapping[str, Any]
    released_items: Mapping[str, Sequence[int]]

    @property
    def items(self) -> dict[str, list[int]]:
        """Counts of everybody in the cell."""
        return {
            item: [a + b for a, b in zip(counts, self.released_items.get(item, [0] * 8), strict=True)]
            for item, counts in self.unreleased_items.items()
        }


class Archive:
    """Reads; never writes. With a snapshot session everything is read as it stood at one moment, so that workers may
    go on meanwhile; such a session lives for five minutes."""

    def __init__(self, client: Client, database: str, sealer: Sealer, session: ClientSession | None = None) -> None:
        self._db = client[database]
        self._sealer = sealer
        self._session = session

    def offsets(self) -> list[Document]:
        """The offsets documents of all partitions, in order."""
        with told_apart():
            return list(self._db.offsets.find({"_id": {"$type": "number"}}, session=self._session).sort("_id"))

    def ids(self, partition: int) -> Iterator[bytes]:
        """The response ids of a partition, batch by batch."""
        with told_apart():
            for row in self._db.seen.find(
                {"_id": {"$gte": f"{partition}/", "$lt": f"{partition}0"}}, {"ids": 1}, session=self._session
            ):
                yield from documents.ids_in(row)

    def seen(self) -> Iterator[Document]:
        """Every `seen` document without its ids, but with their number as `size`."""
        with told_apart():
            yield from self._db.seen.aggregate(
                [{"$project": {"partition": 1, "first": 1, "last": 1, "size": {"$binarySize": "$ids"}}}],
                session=self._session,
            )

    def cells(self, query: Mapping[str, Any] | None = None) -> Iterator[Document]:
        """Documents of `cells` without their blobs, by id."""
        with told_apart():
            yield from self._db.cells.find(dict(query or {}), {"blob": 0}, session=self._session).sort("_id")

    def raw(self, collection: str) -> Iterator[bytes]:
        """Every document of a collection as BSON, by id."""
        as_it_is: Any = self._db.get_collection(collection, CodecOptions(document_class=RawBSONDocument))
        with told_apart():
            for row in as_it_is.find(session=self._session).sort("_id"):
                yield row.raw

    def sessions(self) -> dict[str, SchoolSession]:
        """The newest message of each session."""
        with told_apart():
            return {row["_id"]: _SESSION.load(row["message"]) for row in self._db.sessions.find(session=self._session)}

    def snapshots(self, query: Mapping[str, Any] | None = None) -> Iterator[Document]:
        """Documents of `snapshots`, by id."""
        with told_apart():
            yield from self._db.snapshots.find(dict(query or {}), session=self._session).sort("_id")

    def snapshots_since(self, campaign: str, day: date) -> list[str]:
        """Ids of a campaign's snapshots of this day and later, from the index alone."""
        with told_apart():
            query = {"campaign": campaign, "as_of": {"$gte": day.isoformat()}}
            found = self._db.snapshots.find(query, {"_id": 1}, session=self._session)
            return [row["_id"] for row in found]

    def moments(self, names: Sequence[str]) -> dict[str, Document]:
        """Documents of `moments` by id."""
        with told_apart():
            found: dict[str, Document] = {}
            for at in range(0, len(names), 2000):
                rows = self._db.moments.find({"_id": {"$in": list(names[at : at + 2000])}}, session=self._session)
                found.update((row["_id"], row) for row in rows)
            return found

    def covers(self) -> dict[str, Document]:
        """Documents of `covers` by id."""
        with told_apart():
            return {row["_id"]: row for row in self._db.covers.find(session=self._session)}

    def whole_cells(self, query: Mapping[str, Any] | None = None) -> Iterator[Whole]:
        """Every cell with all its figures, opened, by session and group. Fatal if a session's terms are missing."""
        sessions = self.sessions()
        forms: dict[Any, Any] = {}
        tables: dict[int, Table] = {}
        with told_apart():
            for row in self._db.cells.find(dict(query or {}), session=self._session).sort("_id"):
                message = sessions.get(row["_id"])
                if message is None:
                    raise Fatal("a session with answers has no terms in `sessions`: has a worker run since?")
                yield from self._wholes(row, terms_of(message, forms), tables)

    def heads(self, campaign: str) -> list[Document]:
        """Heads of a campaign's editions, in order. They are numbered without a gap, so that the newest number tells
        all ids, and nothing is searched for."""
        with told_apart():
            query = {"_id": {"$gte": f"{campaign}/", "$lt": f"{campaign}0"}}
            newest = self._db.editions.find_one(query, {"number": 1}, sort=[("_id", DESCENDING)], session=self._session)
            ids = [f"{campaign}/{number:06d}" for number in range(1, newest["number"] + 1)] if newest else []
            return list(self._db.editions.find({"_id": {"$in": ids}}, session=self._session).sort("_id"))

    def cell(self, name: str) -> Document | None:
        """One document of an edition."""
        with told_apart():
            found: Document | None = self._db.editions.find_one({"_id": name}, session=self._session)
            return found

    def admitted(self, campaign: str) -> list[Document]:
        """{_id: head, batches, rest} of each edition, in order."""
        with told_apart():
            heads = [row["_id"] for row in self.heads(campaign)]
            rows = {row["_id"]: row for row in self._db.admitted.find({"_id": {"$in": heads}}, session=self._session)}
            return [rows[head] for head in heads]

    def beside_head(self, head: str) -> Iterator[Document]:
        """The documents of an edition beside its head: cells, and benchmarks of a last one, by id."""
        with told_apart():
            # "/" is followed by "0" in ASCII: the range holds the ids that begin with this head and a slash.
            query = {"_id": {"$gte": f"{head}/", "$lt": f"{head}0"}}
            yield from self._db.editions.find(query, session=self._session).sort("_id")

    def campaigns(self) -> dict[str, Campaign]:
        """The newest message of each campaign."""
        with told_apart():
            return {
                row["_id"]: _CAMPAIGN.load(row["message"]) for row in self._db.campaigns.find(session=self._session)
            }

    def _wholes(self, row: Document, terms: Terms, tables: dict[int, Table]) -> Iterator[Whole]:
        unreleased = self._sealer.open(row["_id"], bytes(row["blob"]), list(row["groups"]))
        last = self._last_items(row)
        for group, state in sorted(documents.group_states(row).items()):
            form = terms.groups[group].form
            table = tables.setdefault(id(form), Table(form))
            place = table.take()
            table.unpack(place, unreleased[group], state.steps)
            figures = table.close(place)
            items, background = table.named(figures.counts)
            table.free(place)
            yield Whole(
                session=row["_id"],
                school=row["school"],
                campaign=row["campaign"],
                level=row["level"],
                group=group,
                state=state,
                unreleased_items=items,
                unreleased_background=background,
                unreleased_moments=table.named_moments(figures.moments),
                released_items=last.get(group, {}),
            )

    def _last_items(self, row: Document) -> dict[str, Mapping[str, Sequence[int]]]:
        wanted = [
            f"{row['_id']}/{group}/{cell['n']['seq']}" for group, cell in row["groups"].items() if cell["n"]["seq"]
        ]
        if not wanted:
            return {}
        return {
            one["group"]: one["items"]
            for one in self._db.snapshots.find(
                {"_id": {"$in": wanted}}, {"items": 1, "group": 1}, session=self._session
            )
        }
