"""A report is assembled once for each release, and costs the same however many people answered."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any
from unittest import mock

import pytest
from prometheus_client import REGISTRY
from pymongo import monitoring

from reporter.drawn import drawing
from reporter.files.printing import Printer
from reporter.main import DATA_WAITING
from reporter.national import package
from reporter.store import Recent
from reporter.web import shelf
from support import reporter_world as world
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
BASE = f"/v1/schools/{world.SCHOOL}/sessions"
LONGEST = 120


class Watching(monitoring.CommandListener):
    """Counts commands and the documents that came back, while it is `on`."""

    def __init__(self) -> None:
        self.on, self.commands, self.documents = False, 0, 0
        self.endless: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in ("find", "aggregate", "count", "distinct") and "maxTimeMS" not in event.command:
            self.endless.append(f"{event.command_name} {event.command[event.command_name]}")
        self.commands += self.on and event.command_name in ("find", "aggregate", "getMore", "count", "distinct")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        cursor = event.reply.get("cursor", {}) if self.on else {}
        self.documents += len(cursor.get("firstBatch", cursor.get("nextBatch", ())))

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing came back."""


WATCHING = Watching()
monitoring.register(WATCHING)  # for every client made from here on


def fill(statistics: Any) -> None:
    """The world as it is, and a school whose sessions have few or very many answers, one beside many schools."""
    world.fill(statistics)
    for session, n in (("FEW22222", 50), ("MANY3333", 5000)):
        terms = world.a_session(session, level="vocational", groups={"student": (2 * n, 10, 0), "teacher": (40, 5, 0)})
        terms["timetable"] = {**terms["timetable"], "opens": "2026-11-02T05:00:00Z"}
        statistics["sessions"].insert_one({"_id": session, "message": {**terms, "school": session.ljust(13, "2")}})
        for group, people in (("student", n), ("teacher", 20)):
            steps = (1, 2) if n < 100 else range(1, 41)
            last = world.a_snapshot(terms, group, people)
            statistics["snapshots"].insert_many(
                [{**last, "_id": f"{session}/{group}/{seq}", "seq": seq, "final": seq == steps[-1]} for seq in steps]
            )


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("costs"), fill) as running:
        yield running


def outcomes(page: str) -> dict[str, float]:
    names = ("built", "ready", "not-modified")
    return {
        name: REGISTRY.get_sample_value("reporter_pages_total", {"page": page, "outcome": name}) or 0 for name in names
    }


def moved(page: str, before: dict[str, float]) -> dict[str, float]:
    return {name: value - before[name] for name, value in outcomes(page).items()}


def test_many_openings_of_a_report_are_one_build(reporter: Reporter) -> None:
    before = outcomes("report")
    for _ in range(3):
        client = reporter.signed_on()
        first = client.get(f"{BASE}/SESS22A2/report?lang=en")
        again = client.get(f"{BASE}/SESS22A2/report?lang=en", headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert moved("report", before) == {"built": 1, "ready": 2, "not-modified": 3}


def test_readers_who_come_at_once_wait_for_one_build(reporter: Reporter) -> None:
    before, ready = outcomes("report"), threading.Barrier(6)
    clients = [reporter.signed_on() for _ in range(6)]

    def read(place: int) -> bytes:
        ready.wait(LONGEST)
        return bytes(clients[place].get(f"{BASE}/SESS33B3/report?lang=az").data)

    with ThreadPoolExecutor(6) as threads:
        bodies = list(threads.map(read, range(6)))
    assert len(set(bodies)) == 1
    assert moved("report", before)["built"] == 1


def test_a_page_after_another_role_has_opened_it_draws_no_chart_again(reporter: Reporter) -> None:
    reporter.signed_on().get(f"{BASE}/SESS22A2/report?lang=en")
    drawn = drawing.PICTURES.drawn
    officer = reporter.signed_on(role="officer", shared=["SESS22A2"])
    assert officer.get(f"{BASE}/SESS22A2/report?lang=en").status_code == 200
    assert drawing.PICTURES.drawn == drawn


def test_a_print_is_made_once_and_a_crowd_at_the_printer_holds_up_no_page(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "WAIT_SECONDS", LONGEST)  # who has a place keeps it on a slow machine too
    started, go = threading.Event(), threading.Event()
    printed: list[str] = []

    def slow(self: Printer, html: str) -> bytes:
        printed.append(html)
        started.set()
        assert go.wait(LONGEST)
        return b"%PDF"

    client = reporter.signed_on()
    client.get(f"{BASE}/SESS44C4/report?lang=en")
    languages = ("en", "az")
    with mock.patch.object(Printer, "pdf", slow), ThreadPoolExecutor(8) as threads:
        first = threads.submit(reporter.signed_on().get, f"{BASE}/SESS44C4/report.pdf?lang=en")
        assert started.wait(LONGEST)
        crowd = [reporter.signed_on() for _ in range(6)]
        asked = [
            threads.submit(one.get, f"{BASE}/SESS44C4/report.pdf?lang={languages[place % 2]}")
            for place, one in enumerate(crowd)
        ]
        sent_away: set[Future[Any]] = set()
        while len(sent_away) < 3:
            done, _ = wait(set(asked) - sent_away, LONGEST, FIRST_COMPLETED)
            assert done
            sent_away |= done
        assert client.get(f"{BASE}/SESS44C4/report?lang=en").status_code == 200
        go.set()
        answers = [one.result(LONGEST) for one in (first, *asked)]
    told = ("en", *(languages[place % 2] for place in range(len(asked))))
    served = [language for language, answer in zip(told, answers, strict=True) if answer.status_code == 200]
    assert len(printed) == len(set(served)) < len(served), "each language once, for all who came in time for it"
    turned = [answer for answer in answers if answer.status_code == 503]
    assert len(turned) == 3
    assert all(answer.headers["Retry-After"] == "3" for answer in turned)
    assert {answer.data for answer in answers if answer.status_code == 200} == {b"%PDF"}


def test_a_crowd_at_open_data_is_sent_away_and_holds_up_no_report(
    reporter: Reporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "WAIT_SECONDS", LONGEST)
    started, go = threading.Event(), threading.Event()
    made: list[str] = []

    def slow(*given: Any) -> dict[str, bytes]:
        made.append("edition")
        started.set()
        assert go.wait(LONGEST)
        return dict.fromkeys(package.names(), b"rows")

    with mock.patch.object(package, "files", slow), ThreadPoolExecutor(DATA_WAITING + 4) as threads:
        place = f"/open-data/{world.CAMPAIGN}/3/answers.csv"
        asked = [threads.submit(reporter.visitor().get, place) for _ in range(DATA_WAITING + 4)]
        assert started.wait(LONGEST)
        sent_away: set[Future[Any]] = set()
        while len(sent_away) < 4:
            done, _ = wait(set(asked) - sent_away, LONGEST, FIRST_COMPLETED)
            assert done
            sent_away |= done
        assert reporter.signed_on().get(f"{BASE}/SESS44C4/report?lang=az").status_code == 200
        go.set()
        answers = [one.result(LONGEST) for one in asked]
    turned = [answer for answer in answers if answer.status_code == 503]
    assert (len(turned), len(made)) == (4, 1)
    assert all(answer.headers["Retry-After"] == "3" for answer in turned)
    assert {answer.data for answer in answers if answer.status_code == 200} == {b"rows"}


def test_every_query_of_every_route_is_bounded_in_time(reporter: Reporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recent, "get", lambda self, key, read: read())
    client, places = reporter.signed_on(role="officer", shared=["SESS22A2"]), {"school": world.SCHOOL}
    places |= {
        "session": "SESS22A2",
        "campaign": world.CAMPAIGN,
        "edition": "3",
        "name": "figures.csv",
        "table": "figures",
    }
    rules = [rule for rule in reporter.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    asked = [rule for rule in rules if not rule.rule.startswith(("/static", "/livez", "/readyz", "/metrics"))]
    WATCHING.endless.clear()
    for rule in asked:
        place = re.sub(r"<(\w+)>", lambda found: places[found[1]], rule.rule)
        if not place.endswith(".pdf"):
            assert client.get(place).status_code in (200, 302), place
    assert WATCHING.endless == []


@pytest.mark.parametrize(
    "what", ["report?lang=en", "report.json", "report.csv", "report.xlsx", "participation?lang=en"]
)
def test_fifty_and_five_thousand_answers_cost_the_same_reads(
    reporter: Reporter, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recent, "get", lambda self, key, read: read())  # nothing is kept from the one for the other
    costs = []
    for session in ("FEW22222", "MANY3333"):
        client = reporter.signed_on(school=session.ljust(13, "2"))
        place = f"/v1/schools/{session.ljust(13, '2')}/sessions/{session}/{what}"
        WATCHING.commands = WATCHING.documents = 0
        WATCHING.on = True
        try:
            assert client.get(place).status_code == 200
        finally:
            WATCHING.on = False
        costs.append((WATCHING.commands, WATCHING.documents))
    (few, few_documents), (many, many_documents) = costs
    assert few == many <= 24
    assert many_documents - few_documents <= 2 * (40 - 2), "only keys of earlier steps may be read beside"
