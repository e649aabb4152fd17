"""What the reporter reads and keeps: released statistics (read-only) and its own `reporting` database."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError
from pymongo.read_preferences import SecondaryPreferred

from chassis.mongo import Client, Document, told_apart
from contracts.questionnaire import GROUPS

T = TypeVar("T")
RECENT_SECONDS: Final = 2.0
MOST_RECENT: Final = 1000
AFTER_SLASH: Final = "0"  # the character after "/": `<id>/` to `<id>0` are all keys that begin with the id and a slash
_SAID: Final = {"$map": {"input": {"$objectToArray": "$groups"}, "in": "$$this.v.state"}}
_COUNTED: Final = {"$map": {"input": {"$objectToArray": "$groups"}, "in": "$$this.v.answers"}}
BEGUN_AND_REACHED: Final = {
    "started": {"$anyElementTrue": {"$map": {"input": _SAID, "in": {"$ne": ["$$this", "empty"]}}}},
    "reached": {"$gt": [{"$max": _COUNTED}, 0]},
}
"""Of a session's document: whether anybody has answered, and whether a group has reached k."""


class Recent:
    """What was read in the last `seconds`, so that a crowd of readers asks the database once."""

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._found: dict[Any, tuple[float, Any]] = {}

    def get(self, key: Any, read: Callable[[], T]) -> T:
        """The value of `key`, read anew if it is older."""
        with self._lock:
            at, value = self._found.get(key, (float("-inf"), None))
        if self._monotonic() - at < self._seconds:
            return value  # type: ignore[no-any-return]  # what `read` gave for this key
        fresh = read()
        with self._lock:
            if len(self._found) > MOST_RECENT:
                self._found.clear()
            self._found[key] = (self._monotonic(), fresh)
        return fresh


class Store:
    """Reads of `statistics`, each bounded in time, secondaries preferred; writes of `reporting`."""

    def __init__(
        self, client: Client, statistics: str, reporting: str, milliseconds: int, recent: Recent | None = None
    ) -> None:
        self._client = client
        self._recent = recent or Recent(RECENT_SECONDS)
        self._statistics = statistics
        self._own = client[reporting]
        self._milliseconds = milliseconds
        self._opened: set[str] = set()

    def session(self, session: str) -> Document | None:
        """The newest message of a session, or None."""
        found = self._one("sessions", {"_id": session})
        return None if found is None else dict(found["message"])

    def sessions_of(self, school: str) -> list[Document]:
        """The newest messages of a school's sessions, the latest opening first."""
        found = self._many("sessions", {"message.school": school}, [("message.timetable.opens", DESCENDING)])
        return [dict(document["message"]) for document in found]

    def latest_snapshots(self, session: str) -> list[Document]:
        """The last released snapshot of each group of a session."""
        return self.snapshots(self.latest_keys([session])[session])

    def latest_keys(self, sessions: Sequence[str]) -> dict[str, list[str]]:
        """The keys of the last released snapshot of each group of each of these sessions."""
        found: dict[str, dict[str, tuple[int, str]]] = {session: {} for session in sessions}
        wanted = {"$or": [_below(session) for session in sessions]}
        fields = {"session": 1, "group": 1, "seq": 1}
        for key in self._many("snapshots", wanted, fields=fields) if sessions else ():
            last = found[key["session"]]
            last[key["group"]] = max(last.get(key["group"], (-1, "")), (key["seq"], key["_id"]))
        return {session: sorted(name for _, name in last.values()) for session, last in found.items()}

    def snapshots(self, keys: Sequence[str]) -> list[Document]:
        """The released snapshots of these keys, in their order."""
        return self._many("snapshots", {"_id": {"$in": list(keys)}}) if keys else []

    def participation(self, session: str) -> Document | None:
        """How far a session has come, in steps, or None before the first count."""
        return self._one("participation", {"_id": session})

    def participation_of(self, school: str) -> dict[str, Document]:
        """How far each session of a school has come, by session."""
        return {document["_id"]: document for document in self._many("participation", {"school": school})}

    def participation_totals(self, campaign: str) -> list[Document]:
        """Per region and level: sessions opened, begun (somebody answered), and with enough answers (a group at k); per
        group the sessions that reached k and the people registered in all of them; never a school."""
        groups = {
            f"{name}_{group}": {"$sum": found}
            for group in GROUPS
            for name, found in (
                ("reached", {"$cond": [{"$gt": [{"$ifNull": [f"$groups.{group}.answers", 0]}, 0]}, 1, 0]}),
                ("registered", {"$ifNull": [f"$groups.{group}.registered", 0]}),
            )
        }
        steps: Sequence[Mapping[str, Any]] = [
            {"$match": {"campaign": campaign}},
            {"$project": {"region": 1, "level": 1, "groups": 1, **BEGUN_AND_REACHED}},
            {
                "$group": {
                    "_id": {"region": "$region", "level": "$level"},
                    "opened": {"$sum": 1},
                    "begun": {"$sum": {"$cond": ["$started", 1, 0]}},
                    "enough": {"$sum": {"$cond": ["$reached", 1, 0]}},
                    **groups,
                }
            },
            {"$sort": {"_id": 1}},
        ]
        rows = self._recent.get(("totals", campaign), lambda: self._aggregated(steps))
        return [
            {name: row[name] for name in ("_id", "opened", "begun", "enough")}
            | {
                "groups": {
                    group: {"reached": row[f"reached_{group}"], "registered": row[f"registered_{group}"]}
                    for group in GROUPS
                }
            }
            for row in rows
        ]

    def participating_schools(self, campaign: str) -> Document:
        """{schools, started, reached}: schools with a session, with an answer, with a group at k."""
        steps: Sequence[Mapping[str, Any]] = [
            {"$match": {"campaign": campaign}},
            {"$project": {"school": 1, **BEGUN_AND_REACHED}},
            {"$group": {"_id": "$school", "started": {"$max": "$started"}, "reached": {"$max": "$reached"}}},
            {
                "$group": {
                    "_id": None,
                    "schools": {"$sum": 1},
                    "started": {"$sum": {"$cond": ["$started", 1, 0]}},
                    "reached": {"$sum": {"$cond": ["$reached", 1, 0]}},
                }
            },
        ]
        found = self._recent.get(("schools", campaign), lambda: self._aggregated(steps))
        return found[0] if found else {"schools": 0, "started": 0, "reached": 0}

    def campaigns(self) -> list[Document]:
        """The newest message of every campaign, the latest opening first."""
        found = self._recent.get("campaigns", lambda: self._many("campaigns", {}, [("message.opens", DESCENDING)]))
        return [dict(document["message"]) for document in found]

    def campaign_names(self, campaign: str) -> dict[str, str]:
        """A campaign's names by language; empty if it is not known."""
        return next((dict(found["names"]) for found in self.campaigns() if found["campaign"] == campaign), {})

    def edition(self, campaign: str) -> Document | None:
        """The head document of a campaign's newest edition, or None."""
        query = {**_below(campaign), "kind": "head"}
        newest = [("_id", DESCENDING)]
        found = self._recent.get(("edition", campaign), lambda: self._many("editions", query, newest, limit=1))
        return found[0] if found else None

    def edition_numbered(self, campaign: str, number: int) -> Document | None:
        """The head document of one edition, or None."""
        name = f"{campaign}/{number:06d}"
        return self._recent.get(("numbered", name), lambda: self._one("editions", {"_id": name, "kind": "head"}))

    def editions(self, campaign: str, before: int | None, limit: int) -> list[Document]:
        """At most `limit` head documents of a campaign, the newest first, below the number `before` if one is given."""
        numbers = {} if before is None else {"number": {"$lt": before}}
        query = {"campaign": campaign, "kind": "head", **numbers}
        return self._recent.get(
            ("editions", campaign, before, limit),
            lambda: self._many("editions", query, [("number", DESCENDING)], limit=limit),
        )

    def edition_cells(self, head: str) -> list[Document]:
        """Every cell document of an edition."""
        return self._many("editions", {**_below(head), "kind": "cell"}, [("_id", ASCENDING)])

    def benchmarks(self, head: str, level: str) -> list[Document]:
        """The benchmark bands that came with a campaign's last edition, of one level."""
        query = _below(f"{head}/benchmark/{level}")
        return self._recent.get(("benchmarks", head, level), lambda: self._many("editions", query))

    def use_grant(self, jti: str, expires: datetime) -> bool:
        """Notes a grant as used; False if it was used before."""
        try:
            with told_apart():
                self._own["grants"].insert_one({"_id": jti, "expires": expires})
        except DuplicateKeyError:
            return False
        return True

    def note_opening(self, school: str, session: str, role: str, day: str) -> None:
        """Notes that a role opened a session's report on a day, once."""
        name = f"{session}/{day}/{role}"
        if name in self._opened:  # a reader who comes again costs no write
            return
        named = {"school": school, "session": session, "role": role, "day": day}
        with told_apart():
            self._own["openings"].update_one({"_id": name}, {"$setOnInsert": named}, upsert=True)
        if len(self._opened) >= MOST_RECENT:
            self._opened.clear()
        self._opened.add(name)

    def openings(self, session: str) -> list[Document]:
        """Who opened a session's report: role and day, in order of days."""
        with told_apart():
            found = self._own["openings"].find(_below(session), max_time_ms=self._milliseconds)
            return list(found.sort("_id", ASCENDING))

    def plans(self, sessions: Sequence[str]) -> dict[str, Document]:
        """The plans of these sessions, by session; those without one are left out."""
        with told_apart():
            found = self._own["plans"].find({"_id": {"$in": list(sessions)}}, max_time_ms=self._milliseconds)
            return {document["_id"]: document for document in found}

    def keep_plan(
        self, school: str, session: str, revision: int, steps: Sequence[Mapping[str, str]], edited: datetime
    ) -> bool:
        """Puts these steps in place of revision `revision` (0 for none yet); False if that is not the newest one.

        `edited` is kept as a day: it says when a plan that nobody touches is deleted, and nothing finer.
        """
        day = edited.replace(hour=0, minute=0, second=0, microsecond=0)
        fresh = {"school": school, "revision": revision + 1, "steps": list(steps), "edited": day}
        with told_apart():
            if revision == 0:
                try:
                    self._own["plans"].insert_one({"_id": session, **fresh})
                except DuplicateKeyError:
                    return False
                return True
            known = {"_id": session, "school": school, "revision": revision}
            return bool(self._own["plans"].update_one(known, {"$set": fresh}).matched_count)

    def _collection(self, name: str) -> Any:
        database = self._client[self._recent.get("database", self._current)]
        return database.get_collection(name, read_preference=SecondaryPreferred())

    def _aggregated(self, steps: Sequence[Mapping[str, Any]]) -> list[Document]:
        with told_apart():
            return list(self._collection("participation").aggregate(list(steps), maxTimeMS=self._milliseconds))

    def _current(self) -> str:
        """The database that is read: the one that `rebuild` switched to, else the first."""
        with told_apart():
            current = self._client[self._statistics]["current"]
            found = current.find_one({"_id": "pointer"}, max_time_ms=self._milliseconds)
        return str(found["database"]) if found else self._statistics

    def _one(self, name: str, query: Mapping[str, Any]) -> Document | None:
        with told_apart():
            found: Document | None = self._collection(name).find_one(query, max_time_ms=self._milliseconds)
            return found

    def _many(
        self,
        name: str,
        query: Mapping[str, Any],
        order: Sequence[tuple[str, int]] = (("_id", ASCENDING),),
        fields: Mapping[str, int] | None = None,
        limit: int = 0,
    ) -> list[Document]:
        with told_apart():
            found = self._collection(name).find(query, fields, max_time_ms=self._milliseconds, limit=limit)
            return list(found.sort(list(order)))


def _below(name: str) -> dict[str, Any]:
    return {"_id": {"$gte": f"{name}/", "$lt": f"{name}{AFTER_SLASH}"}}
