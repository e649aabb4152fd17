"""A plausible school and edition for the reporter: documents as the aggregator writes them, made with a fixed seed.

`python tests/support/reporter_world.py` prints how to look at them; it needs GUZGU_TEST_MONGO.
"""

import base64
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.questionnaire import bank

SCHOOL = "ABCDEFGHJKMN2"
OTHER_SCHOOL = "NMKJHGFEDCBA3"
CAMPAIGN = "autumn-2026"
TILT = {"leader": 0.9, "teacher": 0.45, "student": -0.25, "trainer": 0.1}
AREA_TILT = {"A": 0.4, "B": 0.0, "C": -0.6, "D": 0.2, "E": 0.3, "F": 0.1, "G": -0.3, "H": 0.25}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """Plays identity: signs grants, and publishes the key as a JWKS."""

    key: Ed25519PrivateKey
    kid: str = "test-1"

    def jwks(self) -> bytes:
        raw = self.key.public_key().public_bytes_raw()
        key = {"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": b64(raw), "use": "sig", "alg": "EdDSA"}
        return json.dumps({"keys": [key]}).encode()

    def grant(self, now: datetime, **claims: Any) -> str:
        whole = {
            "iss": "guzgu-identity",
            "aud": "reporter",
            "jti": random.randbytes(16).hex(),  # unique is enough in a test
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=60)).timestamp()),
            "role": "coordinator",
            "scope": {},
            "school": SCHOOL,
            "school_name": "Göygöl 4 nömrəli tam orta məktəb",
            "shared": [],
            "sharers": {session: {} for session in claims.get("shared", ())},
            **claims,
        }
        return jwt.encode(whole, self.key, algorithm="EdDSA", headers={"kid": self.kid})


def a_session(session: str = "SESS22A2", **changes: Any) -> dict[str, Any]:
    """A `sessions` message; `groups` maps a group to (registered, k, own items)."""
    level = changes.pop("level", "lower-secondary")
    groups = changes.pop("groups", {"leader": (3, 3, 0), "teacher": (26, 5, 0), "student": (140, 10, 2)})
    state = changes.pop("state", "closed")
    return {
        "session": session,
        "campaign": CAMPAIGN,
        "school": SCHOOL,
        "level": level,
        "questionnaire": "2026-1",
        "day": "2026-11-02",
        "stratum": {
            "region": "Gəncə-Daşkəsən",
            "settlement": "urban",
            "size": "50-199",
            "language": "az",
            "type": "general",
            "level": level,
        },
        "groups": {
            group: {
                "key_id": "0123456789abcdef",
                "spki": "AAAA",
                "k": k,
                "registered": registered,
                "expected": registered,
                "items": [
                    *({"code": code, "optional": False, "own": None} for code in bank().core(level, group)),
                    *({"code": f"X{place}", "optional": False, "own": own_text(place)} for place in range(1, own + 1)),
                ],
                "background": list(bank().background(level, group)),
            }
            for group, (registered, k, own) in groups.items()
        },
        "timetable": {
            "revision": 2,
            "opens": "2026-11-02T05:00:00Z",
            "closes": "2026-11-20T14:00:00Z",
            "grace": 900,
            "state": state,
        },
        **changes,
    }


def own_text(place: int) -> dict[str, str]:
    return {
        "en": f"The new computer room {place} is open when we need it.",
        "az": f"Yeni kompüter otağı {place} bizə lazım olanda açıqdır.",
    }


def counts(people: int, tilt: float, chance: random.Random) -> list[int]:
    """Eight counts of one item."""
    found = [0] * 8
    for _ in range(people):
        roll = chance.random()
        if roll < 0.06:
            found[5 + chance.randrange(3)] += 1
        else:
            found[min(4, max(0, round(chance.gauss(2.4 + tilt, 0.95))))] += 1
    return found


def a_snapshot(
    session: dict[str, Any], group: str, n: int, seq: int = 1, final: bool = True, seed: int = 7
) -> dict[str, Any]:
    """A `snapshots` document whose areas and groups differ as real ones might."""
    chance = random.Random(f"{seed}/{session['session']}/{group}")  # a simulation
    items = {
        item["code"]: counts(n, TILT[group] + AREA_TILT.get(item["code"][0], 0) + chance.gauss(0, 0.3), chance)
        for item in session["groups"][group]["items"]
    }
    background: dict[str, dict[str, int]] = {}
    for code in session["groups"][group]["background"]:
        question = bank().question(code)
        if question.kind == "many":
            ticks = {option: chance.randrange(n + 1) for option in question.options}
            background[code] = {**ticks, "pn": 0, "skipped": 1}
        else:
            tally = dict.fromkeys((*question.options, "pn", "skipped"), 0)
            for _ in range(n):
                tally[chance.choice(list(tally))] += 1
            background[code] = tally
    return {
        "_id": f"{session['session']}/{group}/{seq}",
        "school": session["school"],
        "session": session["session"],
        "campaign": session["campaign"],
        "level": session["level"],
        "group": group,
        "seq": seq,
        "n": n,
        "items": items,
        "background": background,
        "final": final,
        "as_of": "2026-11-20",
    }


def a_participation(session: dict[str, Any], groups: dict[str, tuple[int, str]], closed: bool) -> dict[str, Any]:
    """A `participation` document; `groups` maps a group to (answers, state)."""
    return {
        "_id": session["session"],
        "school": session["school"],
        "campaign": session["campaign"],
        "level": session["level"],
        "region": session["stratum"]["region"],
        "settlement": session["stratum"]["settlement"],
        "day": None,
        "groups": {
            group: {
                "answers": answers // 5 * 5 if answers >= session["groups"][group]["k"] else 0,
                "expected": session["groups"][group]["expected"],
                "registered": session["groups"][group]["registered"],
                "k": session["groups"][group]["k"],
                "state": state,
                "slips": {
                    "registered": session["groups"][group]["registered"],
                    "issued": answers + 9,
                    "reissued": 2,
                    "revoked": 1,
                    "used": answers + 1,
                }
                if closed
                else None,
            }
            for group, (answers, state) in groups.items()
        },
        "complete": True,
    }


def a_campaign(breakdowns: tuple[str, ...] = ("settlement",), state: str = "open") -> dict[str, Any]:
    """A `campaigns` message."""
    return {
        "campaign": CAMPAIGN,
        "revision": 1,
        "names": {"en": "Autumn 2026", "az": "Payız 2026"},
        "opens": "2026-11-02T05:00:00Z",
        "closes": "2026-12-18T14:00:00Z",
        "questionnaire": "2026-1",
        "k": {"leader": 3, "teacher": 5, "student": 10},
        "state": state,
        "breakdowns": list(breakdowns),
        "classes": {},
        "strata": [
            {
                "stratum": {
                    "region": "Abşeron-Xızı",
                    "settlement": "urban",
                    "size": "50-199",
                    "language": "az",
                    "type": "general",
                    "level": level,
                },
                "schools": schools,
                "leaders": schools,
                "teachers": 20 * schools,
                "students": 100 * schools,
            }
            for level, schools in (("lower-secondary", 12), ("upper-secondary", 10))
        ],
    }


def an_edition(
    number: int = 3, classes: tuple[str, ...] = ("all", "settlement:urban", "settlement:rural")
) -> list[dict[str, Any]]:
    """The head and cells of an edition."""
    chance = random.Random(number)  # a simulation
    people = {"leader": 31, "teacher": 214, "student": 1604}
    head = {
        "_id": f"{CAMPAIGN}/{number:06d}",
        "kind": "head",
        "campaign": CAMPAIGN,
        "number": number,
        "as_of": "2026-11-20",
        "final": False,
        "digest": "5d" * 32,
        "groups": {group: {"schools": 12, "people": n, "in_no_breakdown": n % 7} for group, n in people.items()},
        "breakdowns": ["settlement"],
        "coverage": {group: {"schools_registered": 12, "people_registered": 2 * n} for group, n in people.items()},
    }
    cells = []
    for level in ("all", "lower-secondary", "upper-secondary"):
        for group, n in people.items():
            found = {}
            place = "lower-secondary" if level == "all" else level
            for cls in classes:
                m = n if level == "all" else n // 2
                m = m if cls == "all" else m // 2
                items = {
                    code: counts(m, TILT[group] + AREA_TILT[code[0]] + chance.gauss(0, 0.2), chance)
                    for code in bank().core(place, group)
                }
                areas = {}
                for area, codes in bank().area_items(place, group).items():
                    share = sum(sum(items[c][3:5]) / max(1, sum(items[c][:5])) for c in codes) / len(codes)
                    half = 0.9 / m**0.5
                    areas[area] = {
                        "share": round(share, 4),
                        "low": round(max(0.0, share - half), 4),
                        "high": round(min(1.0, share + half), 4),
                        "mean": round(2.6 + 2 * share / 1.5, 4),
                    }
                schools = 12 if cls == "all" else 6
                found[cls] = {
                    "schools": schools,
                    "n": m,
                    "items": items,
                    "areas": areas,
                    "school_levels": schools,
                    "registered": {"schools": schools, "people": 2 * m},
                }
            cells.append(
                {
                    "_id": f"{head['_id']}/{level}/{group}",
                    "kind": "cell",
                    "campaign": CAMPAIGN,
                    "number": number,
                    "level": level,
                    "group": group,
                    "as_of": "2026-11-20",
                    "final": False,
                    "classes": found,
                    "quality": {},
                }
            )
    return [head, *cells]


def fill(statistics: Any) -> dict[str, dict[str, Any]]:
    """Writes a school with a closed, a filling, a small and a planned session, another school, and an edition."""
    closed = a_session("SESS22A2")
    filling = a_session(
        "SESS33B3",
        level="upper-secondary",
        state="open",
        groups={"leader": (3, 3, 0), "teacher": (24, 5, 0), "student": (120, 10, 0)},
    )
    small = a_session(
        "SESS44C4", level="primary", groups={"leader": (2, 3, 0), "teacher": (9, 5, 0), "student": (40, 10, 0)}
    )
    planned = a_session("SESS55D5", level="vocational", state="planned", groups={"student": (60, 10, 0)})
    foreign = a_session("SESS66E6", school=OTHER_SCHOOL)
    for message in (closed, filling, small, planned, foreign):
        statistics["sessions"].insert_one({"_id": message["session"], "message": message})
    statistics["snapshots"].insert_many(
        [
            a_snapshot(closed, "leader", 3),
            a_snapshot(closed, "teacher", 23),
            a_snapshot(closed, "student", 31, seq=1, final=False),
            a_snapshot(closed, "student", 118, seq=2),
            a_snapshot(filling, "student", 34, final=False),
            a_snapshot(small, "student", 14),
            a_snapshot(small, "teacher", 7),
            a_snapshot(foreign, "teacher", 22),
        ]
    )
    out, wait = "released", "filling"
    statistics["participation"].insert_many(
        [
            a_participation(closed, {"leader": (3, out), "teacher": (23, out), "student": (118, out)}, True),
            a_participation(filling, {"leader": (1, wait), "teacher": (11, wait), "student": (71, out)}, False),
            a_participation(small, {"leader": (1, "withheld"), "teacher": (7, out), "student": (14, out)}, True),
            a_participation(foreign, {"leader": (0, "empty"), "teacher": (22, out), "student": (0, "empty")}, True),
        ]
    )
    statistics["campaigns"].insert_one({"_id": CAMPAIGN, "message": a_campaign()})
    statistics["editions"].insert_many(an_edition())
    return {message["session"]: message for message in (closed, filling, small, planned, foreign)}


def now() -> datetime:
    return datetime.now(UTC)
