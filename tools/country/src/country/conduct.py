"""How people send what they answered: most of them once, some again, some broken first, a few too late."""

import json
import random
import zlib
from collections.abc import Mapping
from typing import Any, Literal

Conduct = Literal["plain", "repeat", "twins", "forged", "off-scale", "unknown-field", "not-json", "late"]
WEIGHTS: Mapping[Conduct, float] = {
    "plain": 0.86,
    "repeat": 0.05,
    "twins": 0.03,
    "forged": 0.015,
    "off-scale": 0.015,
    "unknown-field": 0.015,
    "not-json": 0.015,
}
"""How often each is met among those who come in time; latecomers are a number of their own."""


def conduct_of(seed: int, school: str, level: str, group: str, person: int) -> Conduct:
    """What this person does; always the same for the same seed."""
    draw = random.Random(zlib.crc32(f"{seed}/{school}/{level}/{group}/{person}".encode()))  # noqa: S311  # no secret
    return draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


def broken(conduct: Conduct, response: Mapping[str, Any]) -> tuple[bytes, int] | None:
    """What this person sends by mistake or malice before the real thing, and the status it must get; None for most."""
    if conduct == "forged":
        text = response["signature"]
        turned = ("A" if text[20] != "A" else "B").join((text[:20], text[21:]))
        return _json({**response, "signature": turned}), 401
    if conduct == "off-scale":
        first = next(iter(response["answers"]), None)
        return None if first is None else (_json({**response, "answers": {**response["answers"], first: 6}}), 422)
    if conduct == "unknown-field":
        return _json({**response, "name": "somebody"}), 422
    if conduct == "not-json":
        return b"answers=5", 400
    return None


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body).encode()
