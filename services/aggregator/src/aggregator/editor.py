"""The editor: one process that makes national editions of what was released, fenced against any other."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol

from aggregator import metrics
from aggregator.announcing import Places, announcement
from aggregator.batches import Last, below_k, released, released_since
from aggregator.benchmark import benchmark_documents
from aggregator.desk import Desk
from aggregator.documents import Document
from aggregator.edition import Press
from aggregator.nation import Batch, Nation, as_begun
from aggregator.standings import last_edition_before, standings
from aggregator.terms import TermsBook
from chassis.errors import Unavailable
from chassis.kafka import Outgoing, Record
from chassis.logs import event
from contracts.codec import Malformed, decode
from contracts.messages import Campaign
from contracts.values import GROUPS

_LOOK_AT_ALL = 3600.0
_CLOCKS_DIFFER = timedelta(days=2)


class Producer(Protocol):
    """Sends a round of records; Unavailable unless all of them were acknowledged."""

    def send_all(self, records: Sequence[Outgoing]) -> None: ...


@dataclass(kw_only=True, slots=True)
class _Work:
    """A campaign in work: its nation, how far each cell is known, when it was last looked through for what is new and
    when for everything, and the heads of editions that are not known to be announced."""

    nation: Nation
    press: Press
    known: dict[tuple[str, str], Last] = field(default_factory=lambda: defaultdict(Last))
    looked: float | None = None
    looked_at_all: float = 0.0
    number: int = 0
    final: bool = False
    unsent: list[str] = field(default_factory=list)
    ballots_checked: date | None = None
    waits_since: float | None = None


class Editor:
    """Leads or stands by; `turn` is called again and again."""

    def __init__(
        self,
        desk: Desk,
        book: TermsBook,
        campaigns: Callable[[float], Iterable[Record]],
        producer: Producer,
        *,
        places: Places,
        bad_ballots: Callable[[], int],
        today: Callable[[], date],
        edition_seconds: float,
        takeover_seconds: float = 15.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._book = book
        self._read_campaigns = campaigns
        self._producer = producer
        self._places = places
        self._bad_ballots = bad_ballots
        self._today = today
        self._edition_seconds = edition_seconds
        self._takeover = takeover_seconds
        self._monotonic = monotonic
        self._watched: tuple[int | None, float] = (-1, 0.0)
        self._campaigns: dict[str, Campaign] = {}
        self._unwritten: set[str] = set()
        self._work: dict[str, _Work] = {}
        self._stopped_by_ballots: dict[str, float] = {}
        self.leading = False

    def turn(self) -> None:
        """Leads if nobody does, then sees to every campaign. Fenced: begin anew. Unavailable: what was in memory is
        thrown away, and read back the next time."""
        try:
            if not self.leading and not self._take_lead():
                return
            self._desk.beat()
            self._read_topics()
            looked = [self._see_to(self._campaigns[name]) for name in sorted(self._campaigns)]
            if any(looked):
                self._tell()
        except Unavailable:
            self._work.clear()
            raise

    def stop(self) -> None:
        """Lets another editor lead at once."""
        if self.leading:
            self._desk.resign()

    def _take_lead(self) -> bool:
        beats, now = self._desk.beats(), self._monotonic()
        if beats is not None and beats != self._watched[0]:
            self._watched = (beats, now)
            return False
        if beats is not None and now - self._watched[1] < self._takeover:
            return False
        self._desk.lead()
        self.leading = True
        metrics.EDITOR_LEADS.set(1)
        event("editor leads")
        return True

    def _read_topics(self) -> None:
        for record in self._read_campaigns(10.0):
            try:
                message = decode(record.value)
            except Malformed:
                continue
            if isinstance(message, Campaign):
                known = self._campaigns.get(message.campaign)
                if known is None or known.revision < message.revision:
                    self._campaigns[message.campaign] = message
                    self._unwritten.add(message.campaign)
                    if message.campaign in self._work:
                        self._work[message.campaign].nation.campaign = message
        for name in sorted(self._unwritten):
            self._desk.write_campaign(self._campaigns[name])
            self._unwritten.discard(name)
        self._book.refresh()

    def _see_to(self, campaign: Campaign) -> bool:
        """Whether it was looked through for what may be admitted."""
        work = self._work.get(campaign.campaign)
        if work is None:
            work = self._work[campaign.campaign] = self._open(campaign)
        self._announce(work)
        now = self._monotonic()
        if work.final or (work.looked is not None and now - work.looked < self._edition_seconds):
            return False
        work.looked = now
        with metrics.EDITION_SECONDS.time():
            for batch in self._news(work, now):
                work.nation.wait(batch)
            if campaign.state == "closed" and self._everything_closed(campaign.campaign):
                self._last_edition(work)
            elif ids := work.nation.admissible():
                work.nation.enter(ids)
                self._publish(work, ids, (), final=False)
        return True

    def _tell(self) -> None:
        """How many people wait for an edition, for how long, and which campaigns for their last one."""
        going_on = [work for work in self._work.values() if not work.final]
        longest = 0.0
        for work in going_on:
            if not any(map(work.nation.waiting_people, work.nation.groups())):
                work.waits_since = None
            elif work.waits_since is None:
                work.waits_since = self._monotonic()
            else:
                longest = max(longest, self._monotonic() - work.waits_since)
        metrics.WAITING_SECONDS.set(longest)
        for group in GROUPS:
            metrics.EDITION_WAITING.labels(group).set(sum(work.nation.waiting_people(group) for work in going_on))
        metrics.LAST_EDITIONS_DUE.set(sum(work.nation.campaign.state == "closed" for work in going_on))

    def _news(self, work: _Work, now: float) -> Iterator[Batch]:
        """What was released since the last look: by its day, with room for clocks that differ, and once an hour by
        looking at every cell."""
        name = work.nation.campaign.campaign
        if now - work.looked_at_all < _LOOK_AT_ALL:
            return released_since(self._desk.archive, name, work.known, self._today() - _CLOCKS_DIFFER)
        work.looked_at_all = now
        return released(self._desk.archive, name, work.known)

    def _open(self, campaign: Campaign) -> _Work:
        """A campaign as the stored editions left it. Where there is one, the next comes after the usual pause: when
        the last one was made is not kept."""
        heads, admitted = self._desk.archive.heads(campaign.campaign), self._desk.archive.admitted(campaign.campaign)
        nation = Nation(as_begun(campaign, heads), self._book.messages)
        work = _Work(nation=nation, press=Press(nation), unsent=[head["_id"] for head in heads if not head["sent"]])
        if heads and heads[-1]["final"]:  # nothing follows; the moments of its batches may be forgotten by now
            work.number, work.final = heads[-1]["number"], True
            return work
        work.press = Press(nation, last_edition_before(self._desk.archive, campaign))
        work.looked_at_all = self._monotonic()
        for batch in released(self._desk.archive, campaign.campaign, work.known):
            work.nation.wait(batch)
        for head, row in zip(heads, admitted, strict=True):
            work.number, work.looked = head["number"], work.looked_at_all
            work.nation.enter(row["batches"])
        return work

    def _everything_closed(self, campaign: str) -> bool:
        closed = self._desk.closed_sessions(campaign)
        return all(
            session in closed
            for session, message in self._book.messages.items()
            if message.campaign == campaign and message.timetable.state != "cancelled"
        )

    def _last_edition(self, work: _Work) -> None:
        name = work.nation.campaign.campaign
        if self._monotonic() < self._stopped_by_ballots.get(name, 0.0):
            return
        bad = self._bad_ballots()
        metrics.BAD_PROOFS.set(bad)
        if bad:
            event("final edition stopped: false ballot proofs, see verify --ballots", level=40, campaign=name, bad=bad)
            self._stopped_by_ballots[name] = self._monotonic() + 600.0
            return
        for batch in released(self._desk.archive, name, work.known):  # what came with the last markers
            work.nation.wait(batch)
        for batch in below_k(self._desk.archive, name):
            work.nation.wait(batch)
        ids = work.nation.admissible()
        work.nation.enter(ids)
        rest = work.nation.remainder()
        work.nation.enter_nation_alone(rest)
        work.ballots_checked = self._today()
        self._publish(work, ids, rest, final=True)

    def _publish(self, work: _Work, ids: Sequence[str], rest: Sequence[str], *, final: bool) -> None:
        number = work.number + 1
        name, day = work.nation.campaign.campaign, self._today()
        bands: Sequence[Document] = ()
        if final:
            bands = benchmark_documents(name, number, day, standings(self._desk.archive, name, self._book.messages))
        documents = work.press.documents(number, day, final, bands)
        head = documents[0]
        if work.ballots_checked is not None:
            head["ballots_checked"] = work.ballots_checked.isoformat()
        self._desk.publish(documents, {"_id": head["_id"], "batches": list(ids), "rest": list(rest)})
        work.number, work.final, work.waits_since = number, final, None
        work.unsent.append(head["_id"])
        metrics.EDITIONS.labels(str(final).lower()).inc()
        event("edition", campaign=head["campaign"], number=number, final=final, batches=len(ids) + len(rest))
        self._announce(work)

    def _announce(self, work: _Work) -> None:
        """Sends what is not known to be sent; a head is marked only behind the broker's acknowledgement, so that after
        a crash between the two it is sent again."""
        while work.unsent:
            head = self._desk.archive.cell(work.unsent[0])
            if head is not None and not head["sent"]:
                self._producer.send_all([announcement(head, self._desk.archive.cell, self._places)])
                self._desk.mark_sent(head["_id"])
            del work.unsent[0]
