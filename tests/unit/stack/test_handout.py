"""The hand-out has its fixed shape, gives away no code twice, and is readable by its owner alone."""

import json
from pathlib import Path
from typing import Any

from chassis.kafka import Brokers
from chassis.settings import Secret
from country.campaign import Roster
from country.enrol import Account, Enrolled, Session
from country.forms import Form
from country.journey import Place
from country.people import Registered, School
from country.script import HANDED_OUT, RESERVED, Cue
from country.staging import Staged
from stack.handout import handout, respondent_link, write
from stack.opening import Ministry
from stack.site import KAFKA_USERS, Keys, Ports, Site

SCHOOL = School(
    registry_id="P-1",
    name="Narbulaq",
    region="Baku",
    settlement="urban",
    language="Azerbaijani",
    type="full-secondary",
    levels={"lower-secondary": Registered(leaders=4, teachers=20, students=100)},
)
ACCOUNT = Account(user="school01", password="pw", totp_secret="SECRET")  # nobody's
SITE = Site(
    kafka="127.0.0.1:9092",
    kafka_admin=Brokers(
        addresses="127.0.0.1:9093",
        security="sasl_plaintext",
        mechanism="PLAIN",
        user="admin",
        password=Secret("kafka-secret"),
    ),
    secured="127.0.0.1:9093",
    uri=lambda user, password: f"mongodb://{user}:{password}@127.0.0.1/",
    admin_uri=Secret("mongodb://admin@127.0.0.1/"),
    ports=Ports(),
    keys=Keys.random(),
)


def staged(ends: bool) -> Staged:
    enrolled = Enrolled(school=SCHOOL, code="SCHOOLCODE12", coordinator=ACCOUNT, identity=None)  # type: ignore[arg-type]  # nobody is asked
    place = Place(session="SESSION1", group="student", key_id="k" * 16, spki=b"", version="1")
    session = Session(
        id="SESSION1",
        campaign="demo",
        level="lower-secondary",
        enrolled=enrolled,
        fingerprint="f" * 16,
        places={"student": place},
        forms={"student": Form(version="1", items=("A1",), questions=())},
        thresholds={"student": 10},
    )
    codes = [f"CODE{n:05d}" for n in range(RESERVED["student"])]
    roster = Roster(session=session, people=(), latecomers=(), reserved={"student": codes})
    return Staged(cue=Cue(school=SCHOOL, level="lower-secondary", act=1, ends=ends), roster=roster)


def made(one: Staged) -> dict[str, Any]:
    officer = Ministry(account=ACCOUNT, api_key="key", identity=one.roster.session.enrolled.identity)
    return handout(SITE, officer, [one.roster.session.enrolled], [one])


def test_the_handout_has_the_promised_members() -> None:
    found = made(staged(ends=True))

    assert set(found) == {
        *("identity_url", "collector_url", "reporter_url", "metrics_urls", "kafka", "mongo", "mongo_ro"),
        *("ministry", "schools"),
    }
    assert set(found["ministry"]) == {"user", "password", "totp_secret", "api_key"}
    (school,) = found["schools"]
    assert set(school) == {"code", "coordinator", "sessions"}
    (session,) = school["sessions"]
    assert (session["id"], session["campaign"], session["level"]) == ("SESSION1", "demo", "lower-secondary")
    assert session["state"] == "closed"
    assert len(session["groups"]["student"]["codes"]) == HANDED_OUT["student"]
    assert "kafka-secret" not in str(found), "whoever joins in looks on"
    assert found["mongo_ro"].startswith("mongodb://reporter:")


def test_the_printed_slip_is_in_nobody_elses_hand_out() -> None:
    one = staged(ends=False)
    codes = made(one)["schools"][0]["sessions"][0]["groups"]["student"]["codes"]

    link = respondent_link(SITE.collector, one.roster)

    assert link.startswith("http://127.0.0.1:8002/#s=SESSION1&g=student&c=")
    assert not any(code in link for code in codes)


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "demo.json"
    write(path, {"a": 1})

    assert {"a": 1} == json.loads(path.read_text("utf-8"))
    assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_stay_out_of_what_is_printed_by_mistake() -> None:
    assert "pw" not in repr(ACCOUNT)
    assert "SECRET" not in repr(ACCOUNT)
    assert SITE.keys.blobs.reveal() not in repr(SITE)


def test_no_process_is_told_the_secrets_of_another() -> None:
    secrets = {name: SITE.keys.passwords[name].reveal() for name in SITE.keys.passwords}
    kafka = {name: SITE.keys.kafka_passwords[name].reveal() for name in SITE.keys.kafka_passwords}
    collector = " ".join(SITE.environment("collector").values())

    assert not any(secret in collector for secret in secrets.values())
    assert secrets["identity"] not in " ".join(SITE.environment("reporter").values())
    assert SITE.keys.code_pepper.reveal() not in " ".join(SITE.environment("aggregator").values())
    for process in SITE.metrics:
        told = " ".join(SITE.environment(process).values())
        assert {name for name, secret in kafka.items() if secret in told} == {KAFKA_USERS.get(process)} - {None}, (
            process
        )
    assert "KAFKA_BOOTSTRAP" not in SITE.environment("reporter")
