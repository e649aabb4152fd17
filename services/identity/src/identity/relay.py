"""The relay: publishes the outbox, opens and closes sessions when their time comes, keeps the key pool filled.

One process at a time, by a lease whose epoch stands in every transaction. At least once: a message whose
acknowledgement was not seen is sent again, and readers drop what they know.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from chassis.errors import Fenced, Unavailable
from chassis.kafka import Outgoing
from chassis.logs import event
from contracts.topics import RESPONSES, SESSIONS, partition
from identity import manifest, metrics, sessions
from identity.issuer import WrappedKey
from identity.reasons import Refused
from identity.store import campaigns, closing, keys, outbox, participation, records
from identity.store import sessions as store
from identity.store.place import Document, Place, Txn

LEASE_SECONDS = 10.0
ROUND = 200
PURGE_PATIENCE = timedelta(days=2)
OVERSEE_SECONDS = 600.0
_DAY_MS = 86_400_000
Send = Callable[[Sequence[Outgoing]], Sequence[Unavailable | None]]


@dataclass(kw_only=True)
class Relay:
    """`clock` is the service's (it may be moved in tests), `wall` the real one for the timestamps of records."""

    place: Place
    send: Send
    clock: Callable[[], datetime]
    wall: Callable[[], datetime]
    monotonic: Callable[[], float]
    new_key: Callable[[], WrappedKey]
    manifest_key: EllipticCurvePrivateKey = field(repr=False)
    holder: str
    settle_seconds: float
    key_pool: int
    topic_prefix: str
    epoch: int | None = None
    _oldest: tuple[str, float] | None = None
    _overseen: float | None = None

    def turn(self) -> bool:
        """One round of everything; whether there was something to do. Unavailable: try again a little later."""
        if not self._lead():
            return False
        try:
            busy = self._open_sessions() + self._close_sessions() + self._campaigns() + self._publish()
            self._fill_pool()
            self._oversee()
        except Fenced as reason:
            event("relay fenced", level=30, reason=str(reason))
            self.epoch = None
            return False
        return bool(busy)

    def stop(self) -> None:
        """Lets the lease go."""
        if self.epoch is not None:
            records.release(self.place, self.epoch, self.clock())
            self.epoch = None
            metrics.LEADER.set(0)

    def _lead(self) -> bool:
        if self.epoch is None:
            self.epoch = records.acquire(self.place, self.holder, self.clock(), LEASE_SECONDS)
            if self.epoch is not None:
                event("relay leads", epoch=self.epoch)
        else:
            try:
                records.renew(self.place, self.epoch, self.clock(), LEASE_SECONDS)
            except Fenced:
                self.epoch = None
        metrics.LEADER.set(0 if self.epoch is None else 1)
        return self.epoch is not None

    def _fenced(self, act: Callable[[Txn], object]) -> bool:
        """Runs an act in a transaction that holds only while the lease is ours; False if somebody changed the same
        thing meanwhile (the next turn sees it)."""
        epoch = self.epoch
        if epoch is None:
            raise Fenced("no lease")

        def both(txn: Txn) -> None:
            records.renew(self.place, epoch, self.clock(), LEASE_SECONDS, txn)
            act(txn)

        try:
            self.place.transaction(both)
        except Refused:
            return False
        return True

    def _open_sessions(self) -> int:
        now, done = self.clock(), 0
        for held in closing.going_on(self.place):
            if held.message.timetable.state == "planned" and now >= held.message.timetable.opens:
                changed = sessions.opened(held.message)
                done += self._fenced(partial(store.change, self.place, changed))
        return done

    def _close_sessions(self) -> int:
        now, done, overdue = self.clock(), 0, 0
        for held in closing.going_on(self.place):
            if held.message.timetable.state != "open" or held.acknowledged is None:
                continue
            if now >= sessions.marker_due(held.message.timetable, held.acknowledged, self.settle_seconds):
                overdue += 1
                changed = sessions.closed(held.message)
                if self._fenced(partial(closing.mark_closed, self.place, changed)):
                    done += 1
                    event("close marker written", session=held.session)
        metrics.MARKERS_LATE.set(overdue - done)
        return done

    def _campaigns(self) -> int:
        now, done = self.clock(), 0
        for campaign in campaigns.every(self.place):
            if campaign.state == "closed":
                continue
            over = now >= campaign.closes or campaigns.ending(self.place, campaign.campaign)
            if campaign.state == "planned" and now >= campaign.opens:
                campaign = replace(campaign, revision=campaign.revision + 1, state="open")
            elif over and closing.unfinished(self.place, campaign.campaign) == 0:
                campaign = replace(campaign, revision=campaign.revision + 1, state="closed")
            else:
                continue
            done += self._fenced(partial(campaigns.change, self.place, campaign))
        return done

    def _publish(self) -> int:
        waiting = outbox.waiting(self.place, ROUND)
        self._watch(waiting)
        rounds: dict[str, list[Document]] = {}
        for document in waiting:  # one revision of a key at a time: the next only after this one is acknowledged
            rounds.setdefault(f"{document['topic']}/{document['key']}", []).append(document)
        failure: Unavailable | None = None
        done = 0
        while rounds and failure is None:
            first = [documents.pop(0) for documents in rounds.values()]
            rounds = {key: documents for key, documents in rounds.items() if documents}
            for document in first:
                self._list_card(document)
            for document, outcome in zip(first, self.send([self._outgoing(d) for d in first]), strict=True):
                if outcome is not None:
                    failure = outcome
                    continue
                self._acknowledged(document)
                done += 1
        metrics.OUTBOX.set(outbox.depth(self.place))
        if failure is not None:
            raise failure
        return done

    def _outgoing(self, document: Document) -> Outgoing:
        topic = document["topic"]
        today_ms = int(self.wall().timestamp() * 1000) // _DAY_MS * _DAY_MS
        return Outgoing(
            topic=self.topic_prefix + topic,
            partition=partition(document["key"]) if topic == RESPONSES else 0,
            key=document["key"].encode(),
            value=document["value"],
            # Beside answers the marker must look like them: the campaign's day. Elsewhere today, so that a compacted
            # topic's segments roll, and never the future, which brokers refuse.
            timestamp_ms=int(document["day_ms"]) if topic == RESPONSES else today_ms,
        )

    def _acknowledged(self, document: Document) -> None:
        if document["topic"] == SESSIONS:
            session, revision = document["_id"].split("/")[1:]
            closing.acknowledged(self.place, session, int(revision), self.clock())
        outbox.sent(self.place, document["_id"])
        metrics.PUBLISHED.labels(document["topic"]).inc()

    def _list_card(self, document: Document) -> None:
        """Adds a session's key card to the manifest before the session is published for the first time."""
        if document["topic"] != SESSIONS or not document["_id"].endswith("/000001"):
            return
        held = store.get(self.place, document["key"])
        if held is None or records.listed(self.place, held.session):
            return
        sequence, before = records.last_line(self.place)
        text = manifest.line(
            self.manifest_key,
            session=held.session,
            fingerprint=held.fingerprint,
            sequence=sequence + 1,
            line_before=before,
        )
        records.append_line(self.place, sequence + 1, held.session, text)

    def _watch(self, waiting: Sequence[Document]) -> None:
        oldest = min((document["_id"] for document in waiting), default=None)
        if oldest is None:
            self._oldest = None
        elif self._oldest is None or self._oldest[0] not in {document["_id"] for document in waiting}:
            self._oldest = (oldest, self.monotonic())
        metrics.OUTBOX_AGE.set(0 if self._oldest is None else self.monotonic() - self._oldest[1])

    def _fill_pool(self) -> None:
        present = keys.pooled(self.place)
        for _ in range(min(4, self.key_pool - present)):  # a few a turn: a session waits for nothing else
            keys.pool(self.place, self.new_key())
            present += 1
        metrics.KEY_POOL.set(present)

    def _oversee(self) -> None:
        """Tells now and then whether codes are kept for longer than is promised."""
        if self._overseen is None or self.monotonic() - self._overseen >= OVERSEE_SECONDS:
            over = closing.closed_before(self.place, self.clock() - participation.KEPT - PURGE_PATIENCE)
            metrics.CODES_OVERDUE.set(participation.kept(self.place, over))
            self._overseen = self.monotonic()
