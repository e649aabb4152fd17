"""The manifest of key cards as auditors meet it: how long it is, whether its newest lines hold, where a card stands."""

import json
from dataclasses import dataclass

from identity.desk.desk import Desk
from identity.manifest import previous, signed
from identity.store import records

CHECKED = 200
"""Newest lines whose chain and signatures are looked at for the page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The manifest's end: number of lines, the last line's hash ("" while there is none), how many of the newest lines
    were looked at, and the first of them that does not hold (None: all hold)."""

    lines: int
    hash: str
    checked: int
    broken: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """Where a key card stands in the manifest."""

    session: str
    sequence: int


def head(desk: Desk) -> Head:
    """The end of the manifest, checked as anybody can check all of it from outside."""
    last, text = records.last_line(desk.place)
    after = max(0, last - CHECKED)
    lines = list(records.lines_after(desk.place, after, CHECKED))
    return Head(lines=last, hash=previous(text), checked=len(lines), broken=_broken(desk, lines, after + 1))


def _broken(desk: Desk, lines: list[str], first: int) -> int | None:
    keys = (desk.manifest_key.public_key(), *desk.retiring.manifest_keys)
    before: str | None = None
    for number, text in enumerate(lines, first):
        body = json.loads(text)
        signature = body.pop("signature")
        chained = before is None or body["previous"] == previous(before)
        if not chained or body["sequence"] != number or not any(signed(key, body, signature) for key in keys):
            return number
        before = text
    return None


def of_fingerprint(desk: Desk, fingerprint: str) -> Listed | None:
    """Where the key card of this fingerprint, as slips print it, stands; None where it stands nowhere."""
    text = records.line_of_fingerprint(desk.place, fingerprint)
    if text is None:
        return None
    body = json.loads(text)
    return Listed(session=body["session"], sequence=body["sequence"]) if body["fingerprint"] == fingerprint else None
