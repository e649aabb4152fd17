"""Looks through everything that a running demo keeps, with its hand-out: `make scan`, or
`python -m support.scan build/demo/demo.json`; one line for each finding, exit 1 if there is one."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from support import fields, scanning

NAMES = ("identity", "statistics", "reporting")
STAFF = ("audit", "campaigns", "imports", "leases", "outbox", "schools", "sessions", "staff")
TERMS = ("campaigns", "sessions", "leases")
DAY_MS = 86_400_000


def needles(handout: Any) -> dict[str, set[bytes]]:
    """The codes that were handed out, and what clients of the demo send along."""
    sessions = [session for school in handout["schools"] for session in school["sessions"]]
    codes = [code for session in sessions for group in session["groups"].values() for code in group["codes"]]
    found = {"a participation code": set().union(*(scanning.spelled(code) for code in codes))}
    return {**found, "a browser's name": {b"python-httpx", b"Mozilla/"}, "an address": {b"127.0.0.1"}}


def beside_answers(rows: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Of (place, document): what is kept of answers and of codes."""
    for where, row in rows:
        database, _, name = where.partition(".")
        if name not in {"identity": STAFF, "statistics": TERMS, "reporting": ("grants",)}[database]:
            yield where, row


def findings(handout: Any, logs: Path | None, prefix: str = "") -> list[str]:
    """Everything that should not be there, in words; `prefix` stands before the stack's topics and databases."""
    published = {place for place in fields.published() if "." not in place}
    client: MongoClient[Any]
    with MongoClient(handout["mongo"], tz_aware=True) as client:
        wanted = [f"{prefix}{name}" for name in (*NAMES, "statistics_b")]
        present = [name for name in client.list_database_names() if name in wanted]
        documents = [row for name in present for row in scanning.documents(client, name)]
        plain = [(where.removeprefix(prefix), row) for where, row in documents]
        rows = [(where.replace("statistics_b.", "statistics."), row) for where, row in plain]
        everything = scanning.messages(handout["kafka"], prefix)
        # An edition announces where the site publishes it: on one machine that looks like a client's address.
        own = handout["reporter_url"].encode()
        plainly = [replace(row, value=row.value.replace(own, b"")) for row in everything]
        messages = [row for row in plainly if row.topic.removeprefix(prefix) in published]
        places = [
            *scanning.in_topics(messages),
            *scanning.in_documents(rows),
            *scanning.in_oplog(client, f"{prefix}({'|'.join(NAMES)})"),
        ]
        found = scanning.found(needles(handout), places)
    if logs is not None:
        spelt = {name: forms for name, forms in needles(handout).items() if name != "an address"}
        found += scanning.found(spelt, scanning.in_logs(logs))
    events = [(row.topic.removeprefix(prefix), json.loads(row.value)) for row in messages]
    found += [f"an unpublished field: {field}" for field in fields.unlisted([*rows, *events])]
    found += scanning.clock_times(beside_answers(rows))
    found += [f"an id of the database's own in {where}" for where in scanning.object_ids(rows)]
    answers = [row for row in messages if row.topic.startswith(f"{prefix}responses-v1")]
    found += ["a time of day at a response"] * any(row.timestamp % DAY_MS for row in answers)
    found += ["headers at a response"] * any(row.headers for row in answers)
    return [*found, *([] if answers else ["no response at all: nothing was looked at"])]


def main() -> None:
    """Prints the findings and ends with 0 or 1."""
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo/demo.json")
    if not path.is_file():
        sys.exit(f"{path} is not there: no demo is running. Start one with `make demo`, and scan while it stays up.")
    logs = path.parent.parent / "logs"
    found = findings(json.loads(path.read_text("utf-8")), logs if logs.is_dir() else None)
    for one in found:
        print(one)
    print(f"{len(found)} findings" if found else "Nothing found that leads to a respondent, and no unpublished field.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
