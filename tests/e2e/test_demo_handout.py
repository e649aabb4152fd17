"""What the demo hands out has the agreed shape, and is all that anyone's client needs to join in."""

import stat
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from support.foreign import ALPHABET, Office, Respondent
from support.handing_out import handed_out
from support.scan import findings
from support.setting import Setting

pytestmark = pytest.mark.integration
LEAST = {"student": 10, "leader": 2, "teacher": 2, "trainer": 2}
UNAUTHORISED = 13


def exactly(**members: Any) -> dict[str, Any]:
    """An object with these members and no other."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def coded(length: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^[{ALPHABET}]{{{length}}}$"}


TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^http://127\\.0\\.0\\.1:[0-9]+"}
SECRET = {"type": "string", "pattern": "^[A-Z2-7]{16,}$"}
MONGO = {"type": "string", "pattern": "^mongodb://"}
GROUPS = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": False,
    "properties": {
        group: exactly(
            key_id={"type": "string", "pattern": "^[A-Za-z0-9_-]{16}$"},
            codes={"type": "array", "items": coded(9), "minItems": least, "uniqueItems": True},
        )
        for group, least in LEAST.items()
    },
}
SESSION = exactly(id=coded(8), campaign=TEXT, level=TEXT, state={"enum": ["open", "closed"]}, groups=GROUPS)
SCHOOL = exactly(
    code=coded(13),
    coordinator=exactly(user=TEXT, password=TEXT, totp_secret=SECRET),
    sessions={"type": "array", "items": SESSION, "minItems": 1},
)
SHAPE = exactly(
    identity_url=URL,
    collector_url=URL,
    reporter_url=URL,
    metrics_urls={"type": "array", "items": {**URL, "pattern": "/metrics$"}, "minItems": 4, "uniqueItems": True},
    kafka={"type": "string", "pattern": "^[^/]+:[0-9]+$"},
    mongo=MONGO,
    mongo_ro=MONGO,
    ministry=exactly(user=TEXT, password=TEXT, totp_secret=SECRET, api_key=TEXT),
    schools={"type": "array", "items": SCHOOL, "minItems": 1},
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "demo.json"


@pytest.fixture(scope="module")
def handout(stack: Any, http: httpx.Client, path: Path) -> Any:
    return handed_out(stack, http, path)


def test_the_hand_out_has_the_agreed_shape(handout: Any, path: Path) -> None:
    errors = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SHAPE).iter_errors(handout)]
    assert errors == []
    states = {session["state"] for school in handout["schools"] for session in school["sessions"]}
    assert states == {"open", "closed"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "its secrets are for its owner alone"


def test_with_the_hand_out_alone_anyones_client_is_counted(handout: Any, http: httpx.Client, setting: Setting) -> None:
    school = next(one for one in handout["schools"] if any(s["state"] == "open" for s in one["sessions"]))
    session = next(one for one in school["sessions"] if one["state"] == "open")
    # The demo used the one-time code of this half minute; its neighbour is taken too.
    coordinator = Office.signed_in(http, handout["identity_url"], **school["coordinator"], at=time.time() + 30)
    fingerprint = coordinator.get(f"/v1/sessions/{session['id']}")["fingerprint"]

    for group, place in session["groups"].items():
        person = Respondent(
            http=http,
            identity=handout["identity_url"],
            collector=handout["collector_url"],
            session=session["id"],
            group=group,
            code=place["codes"][0],
            fingerprint=fingerprint,
        )
        response = person.response({})
        assert response["key_id"] == place["key_id"]
        assert person.submit(response).status_code == 202

    for group in session["groups"]:
        found = setting.counted_of(session["id"], group, 1)
        assert {tuple(counts) for counts in found["items"].values()} == {(0, 0, 0, 0, 0, 0, 0, 1)}


def test_the_other_doors_of_the_hand_out_open(handout: Any, http: httpx.Client) -> None:
    key = {"Authorization": f"Bearer {handout['ministry']['api_key']}"}
    assert http.get(f"{handout['identity_url']}/v1/campaigns", headers=key).status_code == 200
    assert {http.get(address).status_code for address in handout["metrics_urls"]} == {200}
    assert http.get(f"{handout['reporter_url']}/").status_code == 200
    assert Office.signed_in(
        http,
        handout["identity_url"],
        **{name: handout["ministry"][name] for name in ("user", "password", "totp_secret")},
        at=time.time() + 30,
    )


def test_the_reporters_user_reads_what_is_released_and_nothing_else(handout: Any) -> None:
    administrator: MongoClient[Any] = MongoClient(handout["mongo"])
    reader: MongoClient[Any] = MongoClient(handout["mongo_ro"])
    with administrator, reader:
        prefix = next(n for n in administrator.list_database_names() if n.endswith("statistics") and _own(handout, n))
        for name in ("snapshots", "editions", "sessions", "participation", "campaigns"):
            reader[prefix][name].find_one({})
        for name in ("cells", "offsets", "seen", "moments", "covers", "admitted"):
            with pytest.raises(OperationFailure) as refusal:
                reader[prefix][name].find_one({})
            assert refusal.value.code == UNAUTHORISED
        with pytest.raises(OperationFailure):
            reader[prefix]["snapshots"].insert_one({"_id": "forged"})


def _own(handout: Any, database: str) -> bool:
    """Whether a database is that of this stack: the user's name begins as it does."""
    user = handout["mongo_ro"].removeprefix("mongodb://").partition(":")[0]
    return database == f"{user.removesuffix('reporter')}statistics"


def test_with_the_hand_out_a_scan_finds_nothing_that_leads_to_who_answered(
    handout: Any, stack: Any, setting: Setting
) -> None:
    session = setting.session(setting.school(), "teacher")
    (person,) = setting.respondents(session, "teacher", 1)
    assert person.submit(person.response({"A1": 4})).status_code == 202
    setting.counted(session, "teacher", 1)
    logs = stack.child("identity").log.parent
    assert findings(handout, logs, stack.site.prefix) == []
    marked = {**handout, "schools": [_with_code(school, "response-submitted") for school in handout["schools"]]}
    assert findings(marked, logs, stack.site.prefix) != [], "were a code anywhere, it would be found"


def _with_code(school: Any, code: str) -> Any:
    """The school as if this, which does stand in the log, were one of its codes."""
    sessions = [
        {**one, "groups": {name: {**group, "codes": [code]} for name, group in one["groups"].items()}}
        for one in school["sessions"]
    ]
    return {**school, "sessions": sessions}
