"""The editor's way into the statistics database: what was released, what was admitted, and editions as they go out."""

from collections.abc import Sequence
from contextlib import suppress

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import BulkWriteError, DuplicateKeyError

from aggregator.archive import Archive
from aggregator.documents import Document
from aggregator.sealing import Sealer
from chassis.errors import Fatal, Fenced
from chassis.mongo import Client, in_transaction, told_apart
from contracts.messages import Campaign
from contracts.schemas import CampaignSchema

_CAMPAIGN = CampaignSchema()
EDITOR = "editor"


class Desk:
    """One editor's database. Who leads is said by one document: holder, an epoch that fences, and a count that the
    holder raises; no time stands in it."""

    def __init__(self, client: Client, database: str, sealer: Sealer, holder: str) -> None:
        self._client = client
        self._db = client[database]
        self._name = database
        self._holder = holder
        self._epoch = -1
        self.archive = Archive(client, database, sealer)

    def beats(self) -> int | None:
        """How often the leader has raised its count; None if nobody leads."""
        with told_apart():
            row = self._db.offsets.find_one({"_id": EDITOR})
            return int(row["beats"]) if row is not None and row["holder"] else None

    def lead(self) -> None:
        """Takes the lead, whoever has it: the other is fenced from now on."""
        with told_apart():
            with suppress(DuplicateKeyError):
                if self._db.offsets.find_one({"_id": EDITOR}, {"_id": 1}) is None:
                    self._db.offsets.insert_one({"_id": EDITOR, "epoch": 0, "beats": 0, "holder": ""})
            row = self._db.offsets.find_one_and_update(
                {"_id": EDITOR, "barred": None},
                {"$inc": {"epoch": 1, "beats": 1}, "$set": {"holder": self._holder}},
                return_document=ReturnDocument.AFTER,
            )
            if row is None:
                raise Fenced("nobody may lead now: a rebuild or restore is under way or done")
            self._epoch = row["epoch"]
            self._db.current.update_one({"_id": "pointer"}, {"$setOnInsert": {"database": self._name}}, upsert=True)

    def beat(self) -> None:
        """Says that the leader is there; Fenced if it is another by now."""
        with told_apart():
            self._hold(None)

    def resign(self) -> None:
        """Gives the lead back, if it is still ours."""
        with told_apart():
            self._db.offsets.update_one(
                {"_id": EDITOR, "epoch": self._epoch, "holder": self._holder}, {"$set": {"holder": ""}}
            )

    def write_campaign(self, campaign: Campaign) -> None:
        """Puts the newest message of a campaign where the reporter finds it; an older one changes nothing."""
        with told_apart(), suppress(DuplicateKeyError):  # an upsert of a revision that is not higher
            self._db.campaigns.update_one(
                {"_id": campaign.campaign, "revision": {"$lt": campaign.revision}},
                {"$set": {"revision": campaign.revision, "message": _CAMPAIGN.dump(campaign)}},
                upsert=True,
            )

    def closed_sessions(self, campaign: str) -> set[str]:
        """Sessions of a campaign that are final."""
        with told_apart():
            return {row["_id"] for row in self._db.cells.find({"campaign": campaign, "closed": True}, {"_id": 1})}

    def publish(self, documents: Sequence[Document], admitted: Document) -> None:
        """Writes an edition and its list in one transaction. Fenced if another leads; Unavailable if it is not known
        to be written: read back before going on."""

        def act(session: ClientSession) -> None:
            self._hold(session)
            self._db.editions.insert_many(documents, session=session)
            self._db.admitted.insert_one(admitted, session=session)

        try:
            in_transaction(self._client, act)
        except (BulkWriteError, DuplicateKeyError) as error:
            raise Fatal("an edition of this number is there already: is another editor's fence missing?") from error

    def mark_sent(self, head: str) -> None:
        """Notes that an edition was announced and acknowledged."""
        with told_apart():
            self._db.editions.update_one({"_id": head}, {"$set": {"sent": True}})

    def _hold(self, session: ClientSession | None) -> None:
        held = self._db.offsets.update_one(
            {"_id": EDITOR, "epoch": self._epoch, "holder": self._holder}, {"$inc": {"beats": 1}}, session=session
        )
        if held.matched_count != 1:
            raise Fenced("another editor leads")
