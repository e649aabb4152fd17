"""Figures of all processes: each is explained, none names anybody, each outcome moves its own counter, and what single
people did is told ten at a time."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest

from support.figures import figures, moving
from support.foreign import ALPHABET, Respondent, blind, check_character, from_now, invented, turned
from support.metric_lists import LABELS, published
from support.setting import Session, Setting, until

pytestmark = pytest.mark.integration
UNAVAILABLE = 'collector_responses_total{outcome="unavailable"'
AWAY = tuple(f'reason="{reason}"' for reason in ("signers-busy", "signers-away", "database"))


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Sessions in every state, and somebody in the open one with a ballot in hand."""

    setting: Setting
    session: Session
    person: Respondent
    response: dict[str, Any]
    planned: Session
    cancelled: Session
    closed: Session
    late: Respondent
    """Somebody with a slip of the closed session."""

    def stranger(self) -> Respondent:
        """Somebody else with an unused slip of the open session."""
        return self.setting.respondents(self.session, "teacher", 1)[0]


@pytest.fixture(scope="module")
def scene(stack: Any, http: httpx.Client, ministry: Any) -> Scene:
    setting = Setting(stack, http, ministry)
    session = setting.session(setting.school(teachers=200), "teacher")
    planned = setting.session(setting.school(), "teacher", opens=from_now(hours=1))
    cancelled = setting.session(setting.school(), "teacher", opens=from_now(hours=1))
    closed = setting.session(setting.school(), "teacher")
    (person,) = setting.respondents(session, "teacher", 1)
    (late,) = setting.respondents(closed, "teacher", 1)
    cancelled.school.office.post(f"/v1/sessions/{cancelled.id}/cancel")
    closed.school.office.post(f"/v1/sessions/{closed.id}/close")
    response = person.response({"A1": 4})
    made = Scene(
        setting=setting,
        session=session,
        person=person,
        response=response,
        planned=planned,
        cancelled=cancelled,
        closed=closed,
        late=late,
    )
    for ended in (cancelled, closed):
        until(partial(refused_as_over, person, {**response, "session": ended.id}), "the collector's knowing of an end")
    return made


def refused_as_over(person: Respondent, response: dict[str, Any]) -> bool:
    return person.submit(response).status_code == 410


Send = Callable[[Scene], httpx.Response]


def submitting(**changes: Any) -> Send:
    return lambda scene: scene.person.submit({**scene.response, **changes})


def elsewhere(which: str) -> Send:
    return lambda scene: scene.person.submit({**scene.response, "session": getattr(scene, which).id})


ACCEPTED = ("accepted", "acknowledged")
SIGNED = (("signed", "first"), ("signed", "repeated"))
COLLECTOR: dict[tuple[str, str], tuple[int, Send]] = {
    ("refused", "too-large"): (413, lambda scene: scene.person.submit_bytes(b" " * 40_000)),
    ("refused", "media-type"): (415, lambda scene: scene.person.submit_bytes(b"{}", "text/plain")),
    ("refused", "not-json"): (400, lambda scene: scene.person.submit_bytes(b"{")),
    ("refused", "shape"): (422, submitting(name="Aynur")),
    ("refused", "unknown-session"): (404, submitting(session=invented(7))),
    ("refused", "closed"): (410, elsewhere("closed")),
    ("refused", "cancelled"): (410, elsewhere("cancelled")),
    ("refused", "not-yet-open"): (425, elsewhere("planned")),
    ("refused", "key"): (401, submitting(key_id="A" * 16)),
    ("refused", "signature"): (401, submitting(signature="A" * 342)),
    ("refused", "content"): (422, submitting(answers={"A1": 6})),
}


@pytest.mark.parametrize(("outcome", "reason"), COLLECTOR)
def test_each_outcome_of_a_submission_moves_its_own_counter_by_one(scene: Scene, outcome: str, reason: str) -> None:
    status, send = COLLECTOR[outcome, reason]
    address = scene.setting.services.site.metrics["collector"]
    with moving(scene.setting.http, address, "collector_responses_total") as moved:
        assert send(scene).status_code == status
    assert moved.by == {f'collector_responses_total{{outcome="{outcome}",reason="{reason}"}}': 1.0}


def test_the_collector_has_no_other_outcome_but_those_of_something_being_away(scene: Scene) -> None:
    address = scene.setting.services.site.metrics["collector"]
    series = figures(scene.setting.http, address).of("collector_responses_total")
    tried = {f'collector_responses_total{{outcome="{o}",reason="{r}"}}' for o, r in (*COLLECTOR, ACCEPTED)}
    assert {one for one in series if not one.startswith(UNAVAILABLE)} == tried


def used(scene: Scene) -> Send:
    person = scene.stranger()
    key = person.key()[1]
    assert person.trade(blind(key).blinded).status_code == 200
    return lambda _: person.trade(blind(key).blinded)


def guessed(scene: Scene) -> Send:
    person = scene.stranger()
    blinded = blind(person.key()[1]).blinded
    until(lambda: person.trade(blinded, code=invented(8)).status_code == 429, "too many guesses")
    return lambda _: person.trade(blinded, code=invented(8))


def trading(whose: str, **changes: str) -> Callable[[Scene], Send]:
    def prepare(scene: Scene) -> Send:
        person = scene.stranger() if whose == "session" else getattr(scene, whose)
        if whose == "planned":
            (person,) = scene.setting.respondents(scene.planned, "teacher", 1)
        blinded = blind(person.key()[1]).blinded
        return lambda _: person.trade(**{"blinded": blinded, **changes})

    return prepare


IDENTITY: dict[tuple[str, str], tuple[int, Callable[[Scene], Send]]] = {
    ("refused", "unknown-slip"): (404, trading("session", code=invented(8))),
    ("refused", "not-yet-open"): (425, trading("planned")),
    ("refused", "session-closed"): (410, trading("late")),
    ("refused", "code-used"): (409, used),
    ("refused", "bad-blinded-message"): (422, trading("session", blinded="_" * 341 + "w")),
    ("refused", "malformed"): (422, trading("session", name="Aynur")),
    ("refused", "too-many-attempts"): (429, guessed),
}


@pytest.mark.parametrize(("outcome", "reason"), IDENTITY)
def test_each_outcome_of_a_request_for_a_ballot_moves_its_own_counter_by_one(
    scene: Scene, outcome: str, reason: str
) -> None:
    status, prepare = IDENTITY[outcome, reason]
    send = prepare(scene)
    address = scene.setting.services.site.metrics["identity"]
    with moving(scene.setting.http, address, "identity_ballots_total") as moved:
        answer = send(scene)
    assert answer.status_code == status, answer.text
    assert moved.by == {f'identity_ballots_total{{outcome="{outcome}",reason="{reason}"}}': 1.0}


def test_ballots_have_no_other_outcome_but_those_of_something_being_away(scene: Scene) -> None:
    series = figures(scene.setting.http, scene.setting.services.site.metrics["identity"]).of("identity_ballots_total")
    tried = {f'identity_ballots_total{{outcome="{o}",reason="{r}"}}' for o, r in (*IDENTITY, *SIGNED)}
    assert {one for one in series if not any(reason in one for reason in AWAY)} == tried


def told_by(scene: Scene, process: str, name: str, labels: str, act: Callable[[], Any], times: int = 40) -> None:
    """The act, done so often, moves this counter by tens, and leaves at most nineteen untold."""
    series, address = f"{name}{{{labels}}}", scene.setting.services.site.metrics[process]
    wanted = figures(scene.setting.http, address).of(name)[series] + times - 19
    with moving(scene.setting.http, address, name) as moved:
        for _ in range(times):
            act()
        until(lambda: figures(scene.setting.http, address).of(name)[series] >= wanted, "most of it being told")
    # A session's close, which may come meanwhile, is nobody's act.
    assert sum(by for one, by in moved.by.items() if 'outcome="marker"' not in one) % 10 == 0
    assert times - 19 <= moved.by[series] <= 2 * times + 19  # what was sent before may be folded only now


def test_accepted_responses_are_told_ten_at_a_time_and_so_are_their_repeats_at_the_fold(scene: Scene) -> None:
    def again() -> None:
        assert scene.person.submit(scene.response).status_code == 202

    again()  # folded, not a duplicate
    told_by(scene, "collector", "collector_responses_total", 'outcome="accepted",reason="acknowledged"', again)
    told_by(scene, "aggregator", "aggregator_records_total", 'outcome="duplicate",reason=""', again)


def test_signed_ballots_and_folded_responses_are_told_ten_at_a_time(scene: Scene) -> None:
    people = scene.setting.respondents(scene.session, "teacher", 30)
    key = people[0].key()[1]
    ready = iter(people)
    blinded = blind(key).blinded

    def first() -> None:
        assert next(ready).trade(blinded).status_code == 200

    told_by(scene, "identity", "identity_ballots_total", 'outcome="signed",reason="first"', first, 30)
    once = people[0]
    told_by(
        scene, "identity", "identity_ballots_total", 'outcome="signed",reason="repeated"', lambda: once.trade(blinded)
    )
    answering = iter(scene.setting.respondents(scene.session, "teacher", 30))

    def answer() -> None:
        person = next(answering)
        assert person.submit(person.response({"A1": 1})).status_code == 202

    told_by(scene, "aggregator", "aggregator_records_total", 'outcome="folded",reason=""', answer, 30)


def test_each_outcome_of_a_sign_in_moves_its_own_counter_by_one(scene: Scene) -> None:
    http, site = scene.setting.http, scene.setting.services.site
    moves = []

    def seen(act: Callable[[], Any]) -> Any:
        with moving(http, site.metrics["identity"], "identity_sign_ins_total") as moved:
            found = act()
        moves.append(moved.by)
        return found

    office = seen(scene.setting.school).office  # its coordinator signs in once
    wrong = {"user": office.user, "password": "not the password", "totp": "000000"}
    assert seen(lambda: http.post(f"{site.identity}/v1/tokens", json=wrong)).status_code == 401
    until(lambda: http.post(f"{site.identity}/v1/tokens", json=wrong).status_code == 429, "too many attempts")
    assert seen(lambda: http.post(f"{site.identity}/v1/tokens", json=wrong)).status_code == 429

    outcomes = ("done", "wrong-credentials", "too-many-attempts")
    assert moves == [{f'identity_sign_ins_total{{outcome="{outcome}"}}': 1.0} for outcome in outcomes]


def test_each_outcome_of_a_sign_on_at_the_reporter_moves_its_own_counter_by_one(scene: Scene) -> None:
    http, site = scene.setting.http, scene.setting.services.site
    wish = {"purpose": "reporter", "session": scene.session.id}
    grant = scene.session.school.office.post("/v1/grants", wish)["grant"]
    parts = grant.split(".")
    tries = {
        ("accepted", ""): (200, grant),
        ("refused", "used"): (403, grant),
        ("refused", "forged"): (403, ".".join((*parts[:2], turned(parts[2])))),
    }
    for (outcome, reason), (status, sent) in tries.items():
        with moving(http, site.metrics["reporter"], "reporter_signons_total") as moved:
            said = http.post(f"{site.reporter}/signon", data={"grant": sent}, headers={"Accept": "application/json"})
        assert said.status_code == status, said.text
        assert moved.by == {f'reporter_signons_total{{outcome="{outcome}",reason="{reason}"}}': 1.0}


def test_every_process_shows_exactly_the_figures_that_the_reference_lists(scene: Scene) -> None:
    for process, address in scene.setting.services.site.metrics.items():
        found, listed = figures(scene.setting.http, address), published(process)
        assert dict(found.kinds) == {name: kind for name, (kind, _) in listed.items()}, process
        assert [name for name in found.kinds if not found.helps.get(name, "").strip()] == [], process
        for series in found.values:
            name = re.sub("_(bucket|sum|count)$", "", series.partition("{")[0])
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', series))
            _, allowed = listed.get(name) or listed[series.partition("{")[0]]
            if not name.startswith(("python_", "process_")):
                assert labels.keys() - {"le"} == allowed, series
            for label, value in labels.items():
                assert [pattern for pattern in patterns(label) if re.fullmatch(pattern, value)], series


def patterns(label: str) -> list[str]:
    """What the values of a label look like."""
    return [pattern for names, (pattern, _) in LABELS.items() if label in names.split("|")]


def test_no_figure_of_any_process_names_a_school_a_session_a_code_or_a_person(scene: Scene) -> None:
    receipt = scene.person.submit(scene.response).json()["receipt"]
    scene.setting.report(scene.session)
    school = scene.session.school
    secret = {
        *(school.code, school.name, school.office.user, scene.setting.ministry.user),
        *(scene.session.id, scene.planned.id, scene.closed.id, scene.session.fingerprint, scene.person.code),
        *(receipt, scene.response["key_id"], scene.response["ballot"], scene.response["signature"]),
    }
    coded = re.compile(f"[{ALPHABET}]{{8,13}}")
    for process, address in scene.setting.services.site.metrics.items():
        text = scene.setting.http.get(address).text
        assert [one for one in secret if one in text] == [], process
        labels = figures(scene.setting.http, address).label_values()
        assert [one for one in labels if coded.fullmatch(one) and check_character(one[:-1]) == one[-1]] == [], process
        assert [
            one for one in labels if re.fullmatch("[0-9a-f]{24,}|[A-Za-z0-9_-]{16}", one) and not one.islower()
        ] == []
