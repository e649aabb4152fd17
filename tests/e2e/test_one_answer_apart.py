"""Two dumps taken one answer apart tell that somebody answered, and nothing of what was answered."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pymongo import MongoClient

from support import scanning
from support.fields import paths
from support.foreign import answers_to
from support.setting import Session, Setting, until

pytestmark = pytest.mark.integration
RESTLESS = ("identity.leases", "statistics.leases", "statistics.participation", "identity.outbox", "identity.sessions")
"""What moves by itself: who leads, and what is told every few minutes."""


class Copies:
    """Dumps of everything that this stack's databases hold."""

    def __init__(self, setting: Setting) -> None:
        self._prefix = setting.services.site.prefix
        self._client: MongoClient[Any] = MongoClient(setting.services.site.admin_uri.reveal(), tz_aware=True)

    def taken(self) -> scanning.Dump:
        names = [name for name in self._client.list_database_names() if name.startswith(self._prefix)]
        rows = [row for name in names for row in scanning.documents(self._client, name)]
        plain = [(where.removeprefix(self._prefix), row) for where, row in rows]
        return scanning.dump(
            row for row in plain if row[0] not in RESTLESS and row[1]["_id"] not in ("editor", "purge")
        )

    def close(self) -> None:
        self._client.close()


def difference(before: scanning.Dump, after: scanning.Dump) -> list[tuple[str, str, object]]:
    """(collection, field, by how much) of everything that a second dump has differently: numbers by their difference,
    sealed or hashed bytes by their length, names of places left out."""
    found: list[tuple[str, str, object]] = []
    for (where, name), row in after.items():
        old, new = dict(paths(before.get((where, name), {}))), dict(paths(row))
        for field, value in new.items():
            if old.get(field) != value:
                found.append((where, field, _amount(field, old.get(field), value)))
    return sorted(found, key=repr)


def _amount(field: str, old: object, new: object) -> object:
    if field in ("_id", "partition", "first", "last", "next", "upto"):
        return "a place"
    if isinstance(new, bytes):
        return f"{len(new)} bytes"
    if isinstance(new, int) and not isinstance(new, bool):
        return new - (old if isinstance(old, int) else 0)
    return repr(new)


@pytest.fixture
def copies(setting: Setting) -> Iterator[Copies]:
    made = Copies(setting)
    yield made
    made.close()


def answered(setting: Setting, session: Session, value: int | str, people: int) -> None:
    """One more student of the session, the `people`th, answers everything alike and is counted."""
    (person,) = setting.respondents(session, "student", 1)
    form = person.questionnaire()
    asked = dict.fromkeys(answers_to(form, "student", 1), value)
    assert person.submit(person.response(asked)).status_code == 202
    setting.counted(session, "student", people)


def test_what_two_dumps_tell_is_the_same_whatever_was_answered(setting: Setting, copies: Copies) -> None:
    sessions = [setting.session(setting.school(), "student") for _ in range(2)]
    for session in sessions:
        answered(setting, session, 3, 1)
        until(lambda: setting.ledger()["balanced"], "a balanced ledger")

    told = []
    for session, value in zip(sessions, (1, 5), strict=True):
        slips = setting.codes(session, "student", 1)
        before = copies.taken()
        person = setting.respondent(session, "student", slips[0])
        asked = dict.fromkeys(answers_to(person.questionnaire(), "student", 1), value)
        assert person.submit(person.response(asked)).status_code == 202
        setting.counted(session, "student", 2)
        told.append(difference(before, copies.taken()))

    assert told[0] == told[1], "somebody who agreed with nothing, and somebody who agreed with everything"
    assert [place for place in told[0] if place[0] == "identity.participation_codes"] == [
        ("identity.participation_codes", "used", "32 bytes")
    ], "that one code was used, and no more"
    changed = {re.sub("^statistics.", "", where) + "." + field for where, field, _ in told[0] if where[:1] == "s"}
    assert changed == {
        *("cells.blob", "cells.groups.student.n.buffer", "offsets.next", "offsets.folded"),
        *(f"seen.{name}" for name in ("_id", "partition", "first", "last", "ids", "folded")),
        *(f"seen.{name}" for name in ("duplicates", "buried", "markers")),
    }


def test_figures_in_clear_would_be_noticed() -> None:
    def cell(counts: list[int]) -> Mapping[str, Any]:
        return {"_id": "S", "blob": b"\x01" * 40, "items": {"A1": {str(n): count for n, count in enumerate(counts)}}}

    before = {("statistics.cells", "S"): cell([0, 0, 1, 0, 0])}
    low = difference(before, {("statistics.cells", "S"): cell([1, 0, 1, 0, 0])})
    high = difference(before, {("statistics.cells", "S"): cell([0, 0, 1, 0, 1])})
    assert low == [("statistics.cells", "items.A1.0", 1)]
    assert high == [("statistics.cells", "items.A1.4", 1)]
