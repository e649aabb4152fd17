"""The relay on the real broker and database: at least once, in order, one at a time, never a marker too early."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Fenced, Unavailable
from chassis.kafka import Outgoing
from contracts import codec
from contracts.messages import Campaign, SchoolSession
from identity import commands
from identity import sessions as life
from identity.desk import campaigns, conduct, register
from identity.sessions import GroupWish, Wish
from identity.staff import Person
from identity.store import campaigns as campaign_store
from identity.store import keys, outbox, participation, records, schools, sessions
from support.identity import REGISTER, House, house
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
OFFICER = Person(user="officer", role="officer")


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        made.clock.now = datetime.now(UTC).replace(microsecond=0)
        register.take(made.desk, OFFICER, REGISTER)
        yield made


@pytest.fixture
def campaign(home: House) -> str:
    name = f"c-{secrets.token_hex(3)}"
    campaigns.create(
        home.desk,
        OFFICER,
        campaign=name,
        names={"en": "Autumn", "az": "Payız"},
        opens=home.clock.now - timedelta(hours=1),
        closes=home.clock.now + timedelta(days=9),
    )
    return name


def open_session(home: House, campaign: str, **changes: Any) -> SchoolSession:
    school = next(row["school"] for row in home.desk.place["codes"].find({"_id": "002"}))
    wish = Wish(level="lower-secondary", closes=home.clock.now + timedelta(hours=1), groups={"student": GroupWish()})
    who = Person(user="leyla", role="coordinator", school=school)
    return conduct.create(home.desk, who, campaign, replace(wish, **changes)).message


def held(home: House, session: SchoolSession) -> sessions.Held:
    found = sessions.get(home.desk.place, session.session)
    assert found is not None
    return found


def change(home: House, message: SchoolSession) -> None:
    home.desk.place.transaction(lambda txn: sessions.change(home.desk.place, message, txn))


def published(home: House, session: SchoolSession) -> list[int]:
    found = [codec.decode(r.value) for r in home.records("sessions-v1") if r.key == session.session.encode()]
    return [message.timetable.revision for message in found if isinstance(message, SchoolSession)]


class AwayBroker:
    """Refuses everything while it is away, then hands on to the real one."""

    def __init__(self, home: House) -> None:
        self.away = True
        self._send = home.relay.send

    def __call__(self, rows: Sequence[Outgoing]) -> Sequence[Unavailable | None]:
        return [Unavailable("broker")] * len(rows) if self.away else self._send(rows)


def test_nothing_is_lost_while_the_broker_is_away(home: House, campaign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    home.turn()
    broker = AwayBroker(home)
    monkeypatch.setattr(home.relay, "send", broker)
    session = open_session(home, campaign)
    with pytest.raises(Unavailable):
        home.relay.turn()
    assert outbox.depth(home.desk.place) > 0
    assert published(home, session) == []
    broker.away = False
    home.turn()
    assert outbox.depth(home.desk.place) == 0
    assert published(home, session) == [1, 2]


def test_the_marker_waits_until_collectors_can_have_read_the_end(
    home: House, campaign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(home, campaign)
    home.turn()
    broker = AwayBroker(home)
    monkeypatch.setattr(home.relay, "send", broker)
    change(home, life.closing(held(home, session).message, home.clock.now))
    home.clock.move(10 * home.settings.settle_seconds)
    with pytest.raises(Unavailable):
        home.relay.turn()
    assert not held(home, session).marked
    broker.away = False
    home.turn()
    assert not held(home, session).marked
    home.clock.move(home.settings.settle_seconds - 1)
    home.turn()
    assert not held(home, session).marked
    home.clock.move(2)
    home.turn()
    assert held(home, session).marked


def test_an_extension_and_the_marker_cannot_both_happen(home: House, campaign: str) -> None:
    session = open_session(home, campaign)
    home.turn()
    before = held(home, session).message
    home.clock.move(3600 + home.settings.grace_seconds + home.settings.settle_seconds + 1)
    home.turn()
    found = campaign_store.get(home.desk.place, campaign)
    assert found is not None
    from identity.reasons import Refused

    with pytest.raises(Refused, match="changed-meanwhile"):
        change(home, life.extended(before, home.clock.now + timedelta(hours=1), found, home.clock.now))
    assert held(home, session).marked


def test_a_relay_whose_lease_went_to_another_writes_nothing(home: House, campaign: str) -> None:
    home.turn()
    old = replace(home.relay)
    session = open_session(home, campaign)
    home.clock.move(60)
    new = replace(home.relay, holder="another", epoch=None)
    assert new.turn()
    depth = outbox.depth(home.desk.place)
    with pytest.raises(Fenced):
        old._fenced(lambda txn: sessions.change(home.desk.place, life.opened(held(home, session).message), txn))
    assert outbox.depth(home.desk.place) == depth
    old.turn()
    assert old.epoch is None
    lease = records.lease(home.desk.place)
    assert lease is not None
    assert (lease["holder"], lease["epoch"]) == ("another", new.epoch)
    new.stop()
    home.relay.epoch = None
    home.turn()


def test_a_message_sent_twice_changes_nothing_for_readers(home: House, campaign: str) -> None:
    session = open_session(home, campaign)
    home.turn()
    home.desk.place["outbox"].update_many({"key": session.session}, {"$set": {"sent": False}})
    home.turn()
    revisions = published(home, session)
    assert (sorted(set(revisions)), revisions[:2]) == ([1, 2], [1, 2])
    assert home.desk.place["manifest"].count_documents({"session": session.session}) == 1


def test_the_key_pool_is_filled_and_used(home: House, campaign: str) -> None:
    home.turn()
    assert keys.pooled(home.desk.place) == home.settings.key_pool
    session = open_session(home, campaign)
    assert keys.pooled(home.desk.place) == home.settings.key_pool - 1
    kept = home.desk.place["keys"].find_one({"session": session.session})
    assert kept is not None
    assert set(kept) == {"_id", "session", "spki", "wrapped"}


def test_cancelling_frees_the_place_and_takes_the_keys(home: House, campaign: str) -> None:
    session = open_session(home, campaign, opens=home.clock.now + timedelta(minutes=5))
    change(home, life.cancelled(session, home.clock.now))
    assert home.desk.place["keys"].count_documents({"session": session.session}) == 0
    assert open_session(home, campaign).session != session.session
    home.clock.move(7200)
    home.turn(6)
    assert held(home, session).message.timetable.state == "cancelled"


def test_a_second_import_changes_the_totals_of_campaigns_that_go_on(home: House, campaign: str) -> None:
    home.turn()
    changed = REGISTER.replace("5,61,845,0", "5,61,905,0")
    register.take(home.desk, OFFICER, changed)
    home.turn()
    found = [codec.decode(r.value) for r in home.records("campaigns-v1") if r.key == campaign.encode()]
    newest = max((m for m in found if isinstance(m, Campaign)), key=lambda m: m.revision)
    assert max(total.students for total in newest.strata) == 910
    assert len(schools.all_codes(home.desk.place)) == 3
    register.take(home.desk, OFFICER, REGISTER)


def test_purging_forgets_codes_a_week_after_the_end_and_no_sooner(home: House, campaign: str) -> None:
    session = open_session(home, campaign)
    home.turn()
    place = home.desk.place
    place.transaction(lambda txn: participation.add(place, session.session, "student", [secrets.token_bytes(32)], txn))
    end = session.timetable.closes
    home.clock.now = end + timedelta(seconds=home.settings.grace_seconds + home.settings.settle_seconds + 1)
    home.turn()
    commands.purge(place, end + timedelta(days=7))
    assert place["participation_codes"].count_documents({"session": session.session}) == 1
    commands.purge(place, end + timedelta(days=7, seconds=1))
    assert place["participation_codes"].count_documents({"session": session.session}) == 0
    assert held(home, session).final["student"].issued == 0


def test_doctor_finds_a_wrong_wrapping_key_and_a_missing_relay(home: House) -> None:
    home.turn()
    home.clock.now = datetime.now(UTC)
    home.relay.turn()
    well = commands.doctor(home.desk, lambda: None)
    assert set(well.values()) == {"well"}
    later = home.clock.now + timedelta(minutes=1)
    other = replace(home.desk, wrap_key=secrets.token_bytes(32), clock=lambda: later)
    ill = commands.doctor(other, lambda: "Kafka is away")
    assert {name for name, said in ill.items() if said != "well"} == {"key wrapping", "relay", "clock", "broker"}
