"""Ballots under pressure: parallel requests, figures, dead helpers, and the time a wrong code takes."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY

from chassis.errors import Unavailable
from contracts.ballots import b64
from identity import codes, metrics
from identity.desk import ballots, campaigns, conduct, issuing, register, views
from identity.desk.issuing import Order
from identity.guesses import FREE
from identity.reasons import STATUS, Refused
from identity.sessions import GroupWish, Wish
from identity.signers import Signers, Tools
from identity.staff import Person
from support.company import told_at_once
from support.identity import REGISTER, House, house
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
OFFICER = Person(user="officer", role="officer")


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        register.take(made.desk, OFFICER, REGISTER)
        yield made


@pytest.fixture
def coordinator(home: House) -> Person:
    found = home.desk.place["codes"].find_one({"_id": "002"})
    assert found is not None
    return Person(user="leyla", role="coordinator", school=found["school"])


@pytest.fixture
def session(home: House, coordinator: Person) -> str:
    name = f"c-{secrets.token_hex(3)}"
    opens, closes = home.clock.now - timedelta(hours=1), home.clock.now + timedelta(days=9)
    names = {"en": "Autumn", "az": "Payız"}
    campaigns.create(home.desk, OFFICER, campaign=name, names=names, opens=opens, closes=closes)
    wish = Wish(level="lower-secondary", closes=home.clock.now + timedelta(hours=1), groups={"student": GroupWish()})
    return conduct.create(home.desk, coordinator, name, wish).message.session


def slips(home: House, coordinator: Person, session: str, count: int) -> list[str]:
    return list(issuing.issue(home.desk, coordinator, Order(session=session, group="student", count=count)).codes)


def message() -> bytes:
    """A blinded message that every modulus of 2048 bits takes."""
    return b"\x01" + secrets.token_bytes(255)


def patiently(act: Callable[[], Any]) -> Any:
    """Repeats what was only not possible at that moment."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return act()
        except Unavailable:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_five_identical_requests_at_once_spend_one_code_and_get_one_answer(
    home: House, coordinator: Person, session: str
) -> None:
    with ThreadPoolExecutor(5) as pool:
        for code in slips(home, coordinator, session, 10):
            trade = partial(ballots.trade, home.desk, session, "student", code, message())
            rounds = [pool.submit(patiently, trade) for _ in range(5)]
            assert len({answer.result() for answer in rounds}) == 1
    assert views.view(home.desk, coordinator, session).groups["student"].used == 10


def test_of_different_requests_with_one_code_exactly_one_is_answered(
    home: House, coordinator: Person, session: str
) -> None:
    def attempt(code: str) -> str:
        blinded = message()
        try:
            patiently(lambda: ballots.trade(home.desk, session, "student", code, blinded))
        except Refused as refusal:
            return refusal.reason
        return "signed"

    with ThreadPoolExecutor(5) as pool:
        for code in slips(home, coordinator, session, 5):
            assert sorted(pool.map(attempt, [code] * 5)) == [*["code-used"] * 4, "signed"]


def test_wrong_codes_are_slowed_and_a_right_one_always_passes(home: House, coordinator: Person, session: str) -> None:
    right = slips(home, coordinator, session, 1)[0]
    found = [_outcome(home, session, codes.make(codes.PARTICIPATION, secrets.token_bytes)) for _ in range(FREE + 5)]
    assert found == [404] * FREE + [429] * 5
    reply = _post(home, session, codes.make(codes.PARTICIPATION, secrets.token_bytes))
    assert int(reply.headers["Retry-After"]) >= 1
    assert _outcome(home, session, right) == 200


def _post(home: House, session: str, code: str, blinded: bytes | None = None) -> Any:
    body = {"session": session, "group": "student", "code": code, "blinded": b64(blinded or message())}
    return home.client().post("/v1/ballots", json=body)


def _outcome(home: House, session: str, code: str) -> int:
    return int(_post(home, session, code).status_code)


def test_a_mistyped_code_costs_nothing_and_is_not_counted(home: House, session: str) -> None:
    code = codes.make(codes.PARTICIPATION, secrets.token_bytes)
    mistyped = code[:-1] + next(letter for letter in codes.ALPHABET if letter != code[-1])
    assert {_outcome(home, session, mistyped) for _ in range(2 * FREE)} == {404}


def _counts() -> dict[tuple[str, str], float]:
    return {
        (sample.labels["outcome"], sample.labels["reason"]): sample.value
        for family in REGISTRY.collect()
        if family.name == "identity_ballots"
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def _moved(act: Callable[[], object]) -> dict[tuple[str, str], float]:
    before = _counts()
    act()
    return {labels: value - before.get(labels, 0) for labels, value in _counts().items() if value != before.get(labels)}


def test_each_outcome_moves_its_own_counter_by_one(
    home: House, coordinator: Person, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics.begin()
    told_at_once(monkeypatch, metrics, "signed")
    used, unused = slips(home, coordinator, session, 2)
    blinded = message()
    assert _moved(lambda: _post(home, session, used, blinded)) == {("signed", "first"): 1}
    assert _moved(lambda: _post(home, session, used, blinded)) == {("signed", "repeated"): 1}
    assert _moved(lambda: _post(home, session, used)) == {("refused", "code-used"): 1}
    assert _moved(lambda: _post(home, session, unused, b"\xff" * 256)) == {("refused", "bad-blinded-message"): 1}
    assert _moved(lambda: _post(home, session, "XXXXXXXXX")) == {("refused", "unknown-slip"): 1}
    home.clock.move(3600)
    assert _moved(lambda: _post(home, session, unused)) == {("refused", "session-closed"): 1}
    home.clock.move(-3600)
    known = {("refused", reason) for reason in metrics.BALLOT_OUTCOMES["refused"]}
    assert {("refused", reason) for reason in STATUS if ("refused", reason) in _counts()} <= known


@pytest.fixture
def signers() -> Iterator[Signers]:
    made = Signers(Tools(pepper=b"pepper", wrap_key=secrets.token_bytes(32), cost=2**10), 1)
    yield made
    made.close()


def test_the_next_after_a_full_queue_is_refused_at_once(signers: Signers) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(signers.turn())
        with pytest.raises(Unavailable, match="signers-busy"):
            signers.turn().__enter__()
    with signers.turn():
        pass


def test_a_killed_helper_is_replaced(signers: Signers) -> None:
    expected = signers.hash("S", "student", "CODE")
    pool = signers._pool()
    for helper in list(pool._processes):
        os.kill(helper, signal.SIGKILL)
    with pytest.raises(Unavailable, match="signers-away"):
        signers.hash("S", "student", "CODE")
    assert patiently(lambda: signers.hash("S", "student", "CODE")) == expected
