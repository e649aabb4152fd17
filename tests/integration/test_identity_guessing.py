"""Whoever guesses codes learns nothing from how he is refused, is slowed down, and locks nobody out."""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.ballots import b64
from identity import codes
from identity.guesses import FREE
from identity.store import counter, keys, participation
from support.identity import House, house
from support.identity_staff import Staff, staffed
from support.parts import KafkaPart, MongoPart

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
BLINDED = b64(b"\x01" + bytes(255))


@pytest.fixture(scope="module")
def home(broker: KafkaPart, database: MongoPart) -> Iterator[House]:
    with house(broker, database) as made:
        yield made


@pytest.fixture(scope="module")
def people(home: House) -> Staff:
    return staffed(home)


def slips(home: House, people: Staff, count: int, replace: bool = False) -> list[str]:
    wanted = {"group": "teacher", "count": count, "replace_unused": replace}
    headers = {**people.bearer("coordinator"), "Accept": "application/json"}
    answer = home.client().post(f"/v1/sessions/{people.session}/slips", json=wanted, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.get_json()["codes"])


def unknown(length: int = codes.PARTICIPATION) -> str:
    return codes.make(length, secrets.token_bytes)


def ask(home: House, session: str, group: str, code: str, blinded: str = BLINDED) -> Any:
    body = {"session": session, "group": group, "code": code, "blinded": blinded}
    where = {"REMOTE_ADDR": "192.0.2.9"}
    return home.client().post("/v1/ballots", json=body, environ_overrides=where)


@pytest.fixture
def steps(home: House, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each costly step was taken: the real ones, counted."""
    taken: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*arguments: Any) -> Any:
            taken[name] += 1
            return real(*arguments)

        monkeypatch.setattr(owner, name, counted)

    for owner, name in ((counter, "counter"), (participation, "look"), (participation, "spend"), (keys, "get")):
        count(owner, name)
    for name in ("hash", "sign"):
        count(home.desk.signers, name)
    count(home.desk.guesses, "wrong")
    return taken


def test_unknown_session_group_and_code_take_the_same_steps_and_get_the_same_answer(
    home: House, people: Staff, steps: Counter[str]
) -> None:
    (revoked,) = slips(home, people, 1)
    (valid,) = slips(home, people, 1, replace=True)
    found = {}
    for what, (session, group, code) in {
        "an unknown code": (people.session, "teacher", unknown()),
        "a revoked code": (people.session, "teacher", revoked),
        "an unknown session": (unknown(codes.SESSION), "teacher", valid),
        "a group that is not asked": (people.session, "student", valid),
        "a group that is none": (people.session, "parent", valid),
        "everything unknown": (unknown(codes.SESSION), "parent", unknown()),
        "a session that is none": ("$where", "teacher", valid),
    }.items():
        steps.clear()
        reply = ask(home, session, group, code)
        kept = {name: value for name, value in reply.headers.items() if name != "Date"}
        found[what] = (reply.status_code, reply.data, kept, dict(steps))
    assert len({repr(one) for one in found.values()}) == 1, found
    status, _, _, taken = found["an unknown code"]
    assert (status, taken) == (404, {"counter": 1, "hash": 1, "look": 1, "wrong": 1})


def test_a_code_is_hashed_by_one_keyed_hash_and_one_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: Counter[str] = Counter()
    for module, name in ((hmac, "digest"), (hashlib, "scrypt")):
        real = getattr(module, name)

        def counted(*arguments: Any, _name: str = name, _real: Any = real, **options: Any) -> Any:
            taken[_name] += 1
            return _real(*arguments, **options)

        monkeypatch.setattr(module, name, counted)
    codes.keyed_hash(b"pepper", "S", "teacher", "C", 2)
    assert taken == {"digest": 1, "scrypt": 1}


def test_guessing_slows_the_guesser_and_keeps_nobody_with_a_slip_out(home: House, people: Staff) -> None:
    mine = slips(home, people, 3)
    refused = Counter(ask(home, people.session, "teacher", unknown()).status_code for _ in range(3 * FREE))
    assert refused[429] >= FREE
    assert [ask(home, people.session, "teacher", code).status_code for code in mine] == [200, 200, 200]
    elsewhere = ask(home, people.session, "leader", unknown())
    assert elsewhere.status_code == 404, "another group is not slowed"
    page = people.pages["visitor"].get("/sign-in")
    assert page.status_code == 200, "nor is the way in for staff"


def test_sixty_requests_from_one_address_within_a_second_all_pass(home: House, people: Staff) -> None:
    mine = slips(home, people, 15)
    replies = [ask(home, people.session, "teacher", code) for code in mine for _ in range(4)]
    assert len(replies) == 60
    assert Counter(reply.status_code for reply in replies) == {200: 60}


def test_no_service_looks_at_who_asks_by_address() -> None:
    folders = ("libs/chassis/src", "services/identity/src", "services/collector/src", "services/reporter/src")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(paths) > 50
    words = ("remote_addr", "access_route", "forwarded", "remote_port")
    assert [path.name for path in paths if any(word in path.read_text("utf-8").lower() for word in words)] == []
