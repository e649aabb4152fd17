"""What every earlier release wrote is read by this one: statistics and log, reports and plans, schools and slips.

Each folder of tests/releases was written by `python -m support.freezing VERSION` with the code of that release.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator import upkeep
from chassis.mongo import connect
from chassis.settings import Secret
from contracts.ballots import unb64
from contracts.codec import decode
from contracts.messages import SchoolSession
from identity import commands
from identity.building import build_app, build_desk
from identity.desk import ballots, issuing
from identity.desk.issuing import Order
from identity.staff import Person
from support.aggregating import Aggregation
from support.builders import a_response
from support.freezing import FRESH, PLAN, RELEASES, documents, fill
from support.identity import House, house
from support.parts import KafkaPart, MongoPart
from support.reporting import running_reporter
from support.upkeep import digest_of, fold_up, kept, ledger_of

pytestmark = pytest.mark.integration
VERSIONS = sorted(path.name for path in RELEASES.iterdir())


@pytest.fixture(scope="module", params=VERSIONS)
def release(request: pytest.FixtureRequest) -> Path:
    return RELEASES / str(request.param)


@pytest.fixture(scope="module")
def expected(release: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release / "expected.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def restored(
    broker: KafkaPart,
    database: MongoPart,
    tmp_path_factory: pytest.TempPathFactory,
    release: Path,
    expected: dict[str, Any],
) -> Iterator[Aggregation]:
    """The release's statistics and log under this version's aggregator; the closed sessions stay as they are."""
    tmp_path = tmp_path_factory.mktemp("release")
    with tarfile.open(release / "backup.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    with kept(broker, database, tmp_path) as here:
        here.blob_key = expected["statistics"]["blob_key"]
        upkeep.run_restore(here.environment(), tmp_path / "backup")
        yield here


def within(old: Any, new: Any) -> bool:
    """Whether everything that was said is still said; a newer version may say more."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(name in new and within(value, new[name]) for name, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(old) == len(new) and all(map(within, old, new))
    return bool(old == new)


def test_statistics_and_log_of_a_release_are_read_and_counting_goes_on(
    restored: Aggregation, expected: dict[str, Any]
) -> None:
    was = expected["statistics"]
    assert was["digest"] == digest_of(restored)
    assert was["ledger"] == ledger_of(restored)["total"]
    assert was["counts"] == {f"{session} {group}": row for (session, group), row in restored.counts().items()}
    said = restored.ask("verify", "--ballots")
    assert "everything stored agrees" in said
    assert "editions agree with their lists" in said
    [going] = [
        message
        for record in restored.values("sessions-v1")
        if isinstance(message := decode(record.value), SchoolSession) and message.session == was["open"]
    ]
    # Two that were counted already, and seven new ones.
    restored.submit(*[a_response(going, number=number) for number in range(FRESH - 2, FRESH + 7)])
    fold_up(restored)
    total = ledger_of(restored)["total"]
    assert (was["ledger"]["folded"] + 7, was["ledger"]["duplicates"] + 2) == (total["folded"], total["duplicates"])
    assert ledger_of(restored)["balanced"]


def test_reports_and_plans_of_a_release_are_shown_with_the_same_figures(
    database: MongoPart, restored: Aggregation, tmp_path: Path, release: Path, expected: dict[str, Any]
) -> None:
    was = expected["statistics"]

    def read(statistics: Any) -> None:
        fill(statistics, ((name, list(restored.db[name].find())) for name in restored.db.list_collection_names()))

    with running_reporter(database, tmp_path, read) as reporter:
        fill(reporter.own, documents(release / "reporting.json.xz").items())
        client = reporter.visitor()
        bearer = reporter.bearer(school=was["school"], school_name="School of a frozen year")
        base = f"/v1/schools/{was['school']}/sessions/{was['closed']}"
        report = client.get(f"{base}/report.json", headers=bearer).json
        assert report is not None
        for name in ("groups", "areas", "items", "background"):
            assert within(was["report"][name], report[name]), name
        nation = client.get("/v1/national.json").json
        assert nation is not None
        same = ("level", "group", "class", "area")
        before = {tuple(row[name] for name in same): row for row in was["national"]["figures"]}
        shown = {tuple(row[name] for name in same): row for row in nation["figures"]}
        assert shown  # perhaps fewer: what the public sees may be narrowed
        assert [key for key, row in shown.items() if key in before and not within(before[key], row)] == []
        for kind in ("", ".pdf", ".xlsx", ".csv"):
            assert 200 == client.get(f"{base}/report{kind}", headers=bearer).status_code, kind
        plan = client.get(f"{base}/plan", headers={**bearer, "Accept": "application/json"}).json
        assert plan is not None
        assert within([PLAN], plan["steps"])
        assert 200 == client.get("/").status_code


@pytest.fixture
def home(
    broker: KafkaPart, database: MongoPart, release: Path, expected: dict[str, Any]
) -> Iterator[tuple[House, dict[str, Any]]]:
    """The release's identity under this version, on the day on which it was frozen."""
    was = expected["identity"]
    with house(broker, database) as made:
        with connect(database.admin_uri, app="test") as administrator:
            fill(administrator[made.settings.identity_database], documents(release / "identity.json.xz").items())
        made.clock.now = datetime.fromisoformat(was["now"])
        keys: dict[str, Any] = {name: Secret(value) for name, value in was["settings"].items()}
        chosen = replace(made.settings, **keys)
        desk = replace(build_desk(chosen), clock=made.clock, passwords=made.desk.passwords)
        made.desk.signers.close()
        made.desk, made.app = desk, build_app(desk)
        made.relay = replace(made.relay, manifest_key=desk.manifest_key)
        try:
            yield made, was
        finally:
            desk.printer.close()
            desk.place.client.close()


def test_schools_sessions_and_slips_of_a_release_work_on(home: tuple[House, dict[str, Any]]) -> None:
    made, was = home
    desk, session = made.desk, was["session"]
    assert unb64(was["signature"]) == ballots.trade(desk, session, "student", was["codes"][0], unb64(was["blinded"]))[1]
    assert ballots.trade(desk, session, "student", was["codes"][1], unb64(was["blinded"]))[1]
    found = {name: said for name, said in commands.doctor(desk, lambda: None).items() if name != "clock"}
    assert {"well"} == set(found.values()), found
    officer = made.headers(**was["officer"])
    assert any(row["campaign"] == was["campaign"] for row in made.get("/v1/campaigns", officer)["campaigns"])
    coordinator = made.headers(**was["coordinator"])
    assert 2 == made.get(f"/v1/sessions/{session}", coordinator)["groups"]["student"]["slips"]["used"]
    assert made.client().get("/v1/manifest").text.startswith(was["manifest"])
    person = Person(user="coordinator", role="coordinator", school=was["school"])
    [fresh] = issuing.issue(desk, person, Order(session=session, group="student", count=1)).codes
    assert ballots.trade(desk, session, "student", fresh, unb64(was["blinded"]))[1]
    made.turn(30)
    made.post(f"/v1/sessions/{session}/close", coordinator)
    made.turn(30)
    [last] = [decode(one.value) for one in made.records("sessions-v1") if one.value and session.encode() in one.value][
        -1:
    ]
    assert isinstance(last, SchoolSession)
    assert last.timetable.closes <= made.clock.now
