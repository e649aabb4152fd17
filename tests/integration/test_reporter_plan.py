"""The action plan on a real database: who writes it, what it refuses, how the next session carries and checks it."""

import re
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from reporter.report.plan import LONGEST_GOAL, MOST_STEPS
from support import history_world, reporter_world
from support.history_world import NOW, THEN
from support.parts import MongoPart
from support.reporting import Reporter, running_reporter

pytestmark = pytest.mark.integration
BASE = f"/v1/schools/{reporter_world.SCHOOL}/sessions"
PLAN = f"{BASE}/{NOW}/plan"
STEP = {"item": "C3", "goal": "Internet in every room", "owner": "technician", "due": "2027-05-01"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def reporter(database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reporter]:
    with running_reporter(database, tmp_path_factory.mktemp("reporter"), history_world.fill) as running:
        yield running


@pytest.fixture(autouse=True)
def no_plans(reporter: Reporter) -> None:
    reporter.own["plans"].delete_many({})


def token(client: FlaskClient, path: str = PLAN) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', client.get(f"{path}?lang=en").text)
    assert found
    return found[1]


def fields(*steps: Mapping[str, str], **others: Any) -> dict[str, str]:
    """What the page's form sends."""
    rows = {f"{name}-{place}": value for place, step in enumerate(steps) for name, value in step.items()}
    return {**rows, **{name: str(value) for name, value in others.items()}}


def kept(reporter: Reporter, session: str = NOW) -> list[dict[str, str]]:
    found = reporter.own["plans"].find_one({"_id": session})
    return [] if found is None else list(found["steps"])


def test_a_program_reads_and_puts_a_plan_with_its_bearer_token_alone(reporter: Reporter) -> None:
    client, bearer = reporter.visitor(), {**reporter.bearer(), **JSON}
    assert client.get(PLAN, headers=bearer).json == {"session": NOW, "revision": 0, "steps": []}
    answer = client.put(PLAN, headers=bearer, json={"revision": 0, "steps": [STEP]})
    assert (answer.status_code, answer.json) == (200, {"session": NOW, "revision": 1, "steps": [STEP]})
    assert client.get(PLAN, headers=bearer).json == answer.json
    stored = reporter.own["plans"].find_one({"_id": NOW})
    assert set(stored) == {"_id", "school", "revision", "steps", "edited"}
    assert stored["edited"].time() == datetime(2026, 1, 1, tzinfo=UTC).time()  # a day, and nothing finer
    emptied = client.put(PLAN, headers=bearer, json={"revision": 1, "steps": []})
    assert emptied.json == {"session": NOW, "revision": 2, "steps": []}
    assert kept(reporter) == []


def test_the_page_writes_changes_and_takes_out_steps_without_scripts(reporter: Reporter) -> None:
    client = reporter.signed_on()
    second = {**STEP, "item": "A1", "goal": "One page"}
    answer = client.post(f"{PLAN}?lang=en", data=fields(STEP, second, revision=0, token=token(client)))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PLAN}?lang=en&saved=yes")
    assert kept(reporter) == [STEP, second]
    page = client.get(answer.headers["Location"])
    assert "The plan is saved." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    change = fields({**STEP, "goal": "  In every\nroom\u202e "}, second, revision=1, token=token(client))
    assert client.post(PLAN, data={**change, "remove-1": "yes"}).status_code == 303
    assert kept(reporter) == [{**STEP, "goal": "In every room"}]
    assert "In every room" in client.get(f"{BASE}/{NOW}/report?lang=en").text


@pytest.mark.parametrize("sent", ["", "0" * 64, "ə"])
def test_a_form_without_the_token_of_this_session_changes_nothing(reporter: Reporter, sent: str) -> None:
    client, other = reporter.signed_on(), reporter.signed_on()
    for wrong in (sent, token(other)):
        answer = client.post(PLAN, data=fields(STEP, revision=0, token=wrong))
        assert answer.status_code == 403
        put = client.put(
            PLAN, json={"revision": 0, "steps": [STEP]}, headers={"X-Form-Token": wrong.encode().decode("latin-1")}
        )
        assert put.status_code == 403
    assert kept(reporter) == []
    right = client.put(PLAN, json={"revision": 0, "steps": [STEP]}, headers={"X-Form-Token": token(client)})
    assert right.status_code == 200


def test_what_cannot_be_kept_is_named_field_by_field_and_stays_in_the_form(reporter: Reporter) -> None:
    client = reporter.signed_on()
    bad = {"item": "ZZ9", "goal": "x" * (LONGEST_GOAL + 1), "owner": "Leyla", "due": "2026-02-30"}
    answer = client.post(f"{PLAN}?lang=en", data=fields(bad, revision=0, token=token(client)))
    assert answer.status_code == 422
    for name in ("item-0", "goal-0", "owner-0", "due-0"):
        assert f'href="#{name}"' in answer.text
        assert f'id="{name}-error"' in answer.text
    assert "x" * (LONGEST_GOAL + 1) in answer.text
    put = client.put(PLAN, json={"revision": 0, "steps": [STEP, bad]}, headers={"X-Form-Token": token(client), **JSON})
    assert put.status_code == 422
    pointers = {found["pointer"] for found in (put.json or {})["errors"]}
    assert pointers == {f"/steps/1/{name}" for name in ("item", "goal", "owner", "due")}
    named = {"revision": 0, "steps": [{**STEP, "name": "Leyla"}]}
    bodies: tuple[Any, ...] = ({"revision": 0}, named, {"revision": "0", "steps": []}, [])
    for body in bodies:
        assert client.put(PLAN, json=body, headers={"X-Form-Token": token(client)}).status_code == 422
    many = client.put(
        PLAN, json={"revision": 0, "steps": [STEP] * (MOST_STEPS + 1)}, headers={"X-Form-Token": token(client)}
    )
    assert many.status_code == 422
    assert kept(reporter) == []


def test_who_wrote_second_is_told_and_nothing_is_lost(reporter: Reporter) -> None:
    first, second = reporter.signed_on(), reporter.signed_on()
    theirs, ours = {**STEP, "goal": "Theirs"}, {**STEP, "goal": "Ours"}
    tokens = token(first), token(second)
    assert first.post(PLAN, data=fields(theirs, revision=0, token=tokens[0])).status_code == 303
    answer = second.post(f"{PLAN}?lang=en", data=fields(ours, revision=0, token=tokens[1]))
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert ">Ours</textarea>" in answer.text
    assert kept(reporter) == [theirs]
    assert 'name="revision" value="1"' in answer.text
    assert second.post(PLAN, data=fields(ours, revision=1, token=tokens[1])).status_code == 303
    assert kept(reporter) == [ours]
    stale = reporter.visitor().put(PLAN, headers=reporter.bearer(), json={"revision": 1, "steps": []})
    assert stale.status_code == 409
    assert (stale.json or {})["revision"] == 2


def test_of_many_writers_of_one_revision_exactly_one_is_heard(reporter: Reporter) -> None:
    headers, statuses = reporter.bearer(), []

    def write(number: int) -> None:
        body = {"revision": 0, "steps": [{**STEP, "goal": f"Goal {number}"}]}
        statuses.append(reporter.visitor().put(PLAN, headers=headers, json=body).status_code)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    assert sorted(statuses) == [200, *[409] * 5]


def test_no_other_school_and_no_ministry_role_writes_a_plan(reporter: Reporter) -> None:
    client = reporter.signed_on()
    assert client.post(PLAN, data=fields(STEP, revision=0, token=token(client))).status_code == 303
    body = {"revision": 1, "steps": []}
    elsewhere = {"school": reporter_world.OTHER_SCHOOL, "school_name": "Another"}
    for claims, expected in ((elsewhere, 404), ({"role": "officer", "shared": [NOW]}, 403), ({"role": "officer"}, 404)):
        visitor, bearer = reporter.signed_on(**claims), reporter.bearer(**claims)
        for path in (PLAN, f"/v1/schools/{reporter_world.OTHER_SCHOOL}/sessions/{NOW}/plan"):
            wanted = expected if path == PLAN else 404
            assert visitor.post(path, data=fields(STEP, revision=1)).status_code == wanted
            assert reporter.visitor().put(path, json=body, headers=bearer).status_code == wanted
    assert reporter.visitor().put(PLAN, json=body).status_code == 401
    assert kept(reporter) == [STEP]


def test_who_follows_a_school_reads_its_plan_and_changes_nothing(reporter: Reporter) -> None:
    client = reporter.signed_on()
    assert client.post(PLAN, data=fields(STEP, revision=0, token=token(client))).status_code == 303
    follower, bearer = reporter.signed_on(follower=True), reporter.bearer(follower=True)
    page = follower.get(f"{PLAN}?lang=en")
    assert STEP["goal"] in page.text
    assert f'action="{PLAN}' not in page.text
    assert follower.post(PLAN, data=fields(revision=1, token=token(client))).status_code == 403
    assert reporter.visitor().put(PLAN, json={"revision": 1, "steps": []}, headers=bearer).status_code == 403
    assert kept(reporter) == [STEP]


def test_the_ministry_reads_a_shared_plan_and_has_no_form(reporter: Reporter) -> None:
    client = reporter.signed_on()
    client.post(PLAN, data=fields(STEP, revision=0, token=token(client)))
    page = reporter.signed_on(role="officer", shared=[NOW]).get(f"{PLAN}?lang=en")
    assert STEP["goal"] in page.text
    assert f'action="{PLAN}' not in page.text
    assert "token" not in page.text


def test_a_plan_is_carried_into_the_next_session_and_checked_there(reporter: Reporter) -> None:
    client = reporter.signed_on()
    before = f"{BASE}/{THEN}/plan"
    steps = [{**STEP, "due": "2026-05-01"}, {**STEP, "item": "X1", "goal": "The new room", "due": "2026-06-01"}]
    assert client.post(before, data=fields(*steps, revision=0, token=token(client, before))).status_code == 303
    report = client.get(f"{BASE}/{NOW}/report?lang=en").text
    section = report[report.index('id="last-plan"') :]
    assert "What became of the plan of Autumn 2025" in section
    assert "Internet in every room" in section
    assert re.search(r"mean then 2\.\d, expected by itself 2\.\d, now 3\.\d", section)
    assert "not shown in both sessions" in section  # an own item means another text each time
    offered = client.get(f"{PLAN}?lang=en&carry=yes").text
    assert ">Internet in every room</textarea>" in offered
    assert 'name="due-0" type="date"' in offered
    assert client.get(f"{PLAN}?lang=en&item=C5").text.count('value="C5" selected') == 1
    assert client.get(f"{PLAN}?lang=en&item=C5&made-up=1").status_code == 422


def test_what_a_school_does_not_share_of_earlier_sessions_and_levels_the_ministry_does_not_see(
    reporter: Reporter,
) -> None:
    client = reporter.signed_on()
    before = f"{BASE}/{THEN}/plan"
    client.post(before, data=fields({**STEP, "due": "2026-05-01"}, revision=0, token=token(client, before)))
    own = client.get(f"{BASE}/{NOW}/report?lang=en").text
    part = reporter.signed_on(role="officer", shared=[NOW]).get(f"{BASE}/{NOW}/report?lang=en").text
    everything = reporter.signed_on(role="officer", shared=[NOW, THEN]).get(f"{BASE}/{NOW}/report?lang=en").text
    for mark in ('id="change"', 'id="last-plan"', "Autumn 2025"):
        assert mark in own
        assert mark not in part
        assert mark in everything
    assert 'id="whole"' in own
    assert 'id="whole"' not in part
    guide = reporter.signed_on(role="officer", shared=[NOW]).get(f"{BASE}/{NOW}/guide?lang=en").text
    assert "Autumn 2025" not in guide
    assert "Autumn 2025" in client.get(f"{BASE}/{NOW}/guide?lang=en").text


def test_a_changed_plan_and_a_new_earlier_release_make_a_new_report(reporter: Reporter) -> None:
    client = reporter.signed_on()
    path = f"{BASE}/{NOW}/report?lang=en"
    first = client.get(path)
    client.get(path)  # from now on the list of openings is the same
    same = client.get(path)
    assert client.get(path, headers={"If-None-Match": same.headers["ETag"]}).status_code == 304
    client.post(PLAN, data=fields(STEP, revision=0, token=token(client)))
    changed = client.get(path, headers={"If-None-Match": same.headers["ETag"]})
    assert changed.status_code == 200
    assert STEP["goal"] in changed.text
    assert STEP["goal"] not in first.text


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Where we see things differently"), ("az", "Harada fərqli görürük")]
)
def test_the_discussion_guide_asks_about_what_the_report_found(reporter: Reporter, language: str, word: str) -> None:
    client = reporter.signed_on()
    page = client.get(f"{BASE}/{NOW}/guide?lang={language}")
    assert word in page.text
    again = client.get(f"{BASE}/{NOW}/guide?lang={language}", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304
    empty = client.get(f"{BASE}/SESS55D5/guide?lang={language}")
    assert 'id="next"' not in empty.text


def test_an_angle_bracket_in_a_goal_stays_text(reporter: Reporter) -> None:
    client = reporter.signed_on()
    goal = '<img src=x onerror=alert(1)> "=1+1"'
    assert client.post(PLAN, data=fields({**STEP, "goal": goal}, revision=0, token=token(client))).status_code == 303
    for path in (PLAN, f"{BASE}/{NOW}/report"):
        text = client.get(f"{path}?lang=en").text
        assert "<img" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text
