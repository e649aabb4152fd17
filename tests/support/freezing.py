"""Freezes what this version writes, so that later ones are tried on it: `python -m support.freezing VERSION`.

Writes tests/releases/VERSION/: `backup.tar.xz` (of the aggregator: statistics and log), `identity.json.xz` and
`reporting.json.xz` (documents as MongoDB's extended JSON), and `expected.json`: keys, names and what was read from
them (the keys open nothing but these files), `contracts.json`: schemas and topics.
"""

import dataclasses
import json
import lzma
import secrets
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bson import json_util

from aggregator import upkeep
from chassis.mongo import connect
from chassis.settings import Secret
from contracts import topics
from contracts.ballots import b64
from contracts.data import folder as folder_of
from contracts.messages import SchoolSession
from contracts.questionnaire import bank
from identity.desk import accounts, ballots, conduct, issuing
from identity.desk.issuing import Order
from identity.sessions import GroupWish, Wish
from identity.staff import Person
from support.aggregating import Aggregation, wait_for
from support.builders import a_campaign, a_marker, a_response, a_school, a_session
from support.identity import house
from support.identity_staff import staffed
from support.parts import KafkaPart, MongoPart, running_pair
from support.reporting import running_reporter
from support.upkeep import digest_of, fold_up, kept, ledger_of

RELEASES = Path(__file__).parents[1] / "releases"
LEVEL = "lower-secondary"
STUDENTS, FRESH = 12, 14
"""People of each closed session, and of the open one, which is two batches in its report's eyes and unreleased on."""
PLAN = {"item": "C3", "goal": "Wi-Fi in every room", "owner": "technician", "due": "2027-05-01"}


def main(version: str) -> None:
    """Writes the folder anew."""
    folder = RELEASES / version
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="freezing-") as name, running_pair(Path(name)) as (broker, database):
        work = Path(name)
        expected = {
            "statistics": _statistics(broker, database, work, folder),
            "identity": _identity(broker, database, folder),
        }
    (folder / "contracts.json").write_text(json.dumps(contracts_now(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    (folder / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n", "utf-8")


def contracts_now() -> dict[str, Any]:
    """The schemas of all messages, and of all topics what offsets and counts hang on."""
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder_of("schemas").glob("*.json"))}
    return {
        "schemas": schemas,
        "topics": {
            name: {"partitions": topic.partitions, "config": dict(topic.config), "messages": list(topic.messages)}
            for name, topic in sorted(topics.topics().items())
        },
    }


def country() -> tuple[SchoolSession, list[SchoolSession], SchoolSession]:
    """A session long gone, six that closed, and an open one."""
    asked = bank("2026-1")
    items, background = (found(LEVEL, "student") for found in (asked.core, asked.background))
    form: dict[str, Any] = {"items": items[:8], "background": background[:2], "level": LEVEL}
    many = [a_session(**form) for _ in range(6)]
    return a_session(school=a_school(5), **form), many, a_session(school=a_school(5), **form)


def _statistics(broker: KafkaPart, database: MongoPart, work: Path, folder: Path) -> dict[str, Any]:
    gone, closed, going = country()
    with kept(broker, database, work) as here:
        here.announce(gone, *closed, going, a_campaign([gone, *closed, going]))
        here.submit(*[a_response(gone, number=n, signed=False) for n in range(STUDENTS)], a_marker(gone))
        fold_up(here)
        here.db.cells.update_one({"_id": gone.session}, {"$set": {"closed_day": "2026-01-01"}})
        upkeep.run_purge(here.environment())
        for session in closed:
            here.submit(*[a_response(session, number=n) for n in range(STUDENTS)], a_marker(session))
        here.submit(*[a_response(going, number=n) for n in (*range(FRESH), 3)])
        here.raw(b"nonsense", 8)
        fold_up(here)
        here.start("editor")
        wait_for("an edition", lambda: here.db.editions.find_one({"kind": "head", "sent": True}))
        here.stop()
        upkeep.run_backup(here.environment(), work / "backup")
        with tarfile.open(folder / "backup.tar.xz", "w:xz", preset=9) as packed:
            packed.add(work / "backup", "backup", filter=_nameless)
        return {
            "blob_key": here.blob_key,
            "open": going.session,
            "closed": closed[0].session,
            "digest": digest_of(here),
            "ledger": ledger_of(here)["total"],
            "counts": {f"{session} {group}": row for (session, group), row in here.counts().items()},
            **_read(database, work, here, closed[0], folder),
        }


def _read(database: MongoPart, work: Path, here: Aggregation, session: SchoolSession, folder: Path) -> dict[str, Any]:
    """What the reporter makes of it; the school's plan is written."""

    def fill(statistics: Any) -> None:
        for name in here.db.list_collection_names():
            if rows := list(here.db[name].find()):
                statistics[name].insert_many(rows)

    with running_reporter(database, work, fill) as reporter:
        base = f"/v1/schools/{session.school}/sessions/{session.session}"
        who = {"school": session.school, "school_name": "School of a frozen year"}
        client, bearer = reporter.visitor(), reporter.bearer(**who)
        written = client.put(f"{base}/plan", headers=bearer, json={"revision": 0, "steps": [PLAN]})
        assert written.status_code == 200, written.text
        report = client.get(f"{base}/report.json", headers=bearer)
        nation = client.get("/v1/national.json")
        assert (report.status_code, nation.status_code) == (200, 200), (report.text, nation.text)
        _write(folder / "reporting.json.xz", reporter.own)
        return {"school": session.school, "report": report.json, "national": nation.json}


def _identity(broker: KafkaPart, database: MongoPart, folder: Path) -> dict[str, Any]:
    with house(broker, database) as home:
        staff = staffed(home)
        person = Person(user="coordinator", role="coordinator", school=staff.school)
        groups = {"student": GroupWish()}
        end = home.clock.now + timedelta(days=9)
        wish = Wish(level="primary", closes=end, groups=groups)
        conduct.cancel(home.desk, person, staff.planned)
        session = conduct.create(home.desk, person, staff.campaign, wish).message.session
        home.turn(9)
        codes = issuing.issue(home.desk, person, Order(session=session, group="student", count=3)).codes
        blinded = b"\x00" + secrets.token_bytes(255)
        signature = ballots.trade(home.desk, session, "student", codes[0], blinded)[1]
        account = accounts.reset(home.desk, Person(user="officer", role="officer"), "coordinator")
        assert account is not None
        with connect(database.admin_uri, app="freezing") as administrator:
            _write(folder / "identity.json.xz", administrator[home.settings.identity_database])
        return {
            "now": home.clock.now.isoformat(),
            "settings": {
                field.name: value.reveal()
                for field in dataclasses.fields(home.settings)
                if isinstance(value := getattr(home.settings, field.name), Secret) and field.name != "mongo_uri"
            },
            "officer": home.officer,
            "coordinator": {
                "user": "coordinator",
                "password": account.password,
                "totp_secret": account.totp_secret,
            },
            "campaign": staff.campaign,
            "school": staff.school,
            "session": session,
            "codes": codes,
            "blinded": b64(blinded),
            "signature": b64(signature),
            "manifest": home.client().get("/v1/manifest").text,
            "sent": [record.value.decode() for record in home.records(topics.SESSIONS) if record.value],
        }


def _write(path: Path, database: Any) -> None:
    found = {name: list(database[name].find()) for name in sorted(database.list_collection_names())}
    path.write_bytes(lzma.compress(json_util.dumps(found, ensure_ascii=False).encode(), preset=9))


def documents(path: Path) -> dict[str, list[dict[str, Any]]]:
    """The collections of a frozen database."""
    found: dict[str, list[dict[str, Any]]] = json_util.loads(lzma.decompress(path.read_bytes()).decode())
    return found


def fill(database: Any, collections: Iterable[tuple[str, list[dict[str, Any]]]]) -> None:
    """Puts frozen documents in place of whatever a database has."""
    for name, rows in collections:
        database[name].delete_many({})
        if rows:
            database[name].insert_many(rows)


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    main(sys.argv[1])
