"""Whatever bytes stand in a topic, the codec gives a message or says why it is none; nothing else ever happens."""

import copy
import json
from typing import Any

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from contracts import codec
from contracts.data import folder
from contracts.messages import Message, ResponseSubmitted

VALID = [
    json.loads(path.read_text("utf-8"))
    for path in sorted(folder("examples").rglob("*.json"))
    if path.parent.name == "valid"
]
REASONS = {"empty", "not-json", "not-an-event", "unknown-type", "bad-data"}
ODD: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(("student", "A1", "pn", "2026-13-40", "2026-01-01T00:00:00Z", "AAAA", "0" * 32, "=1+1", "\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def spots(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document, as keys and numbers from its top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(spot for key, one in inner for spot in spots(one, (*at, key)))]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A valid event with up to three of its parts replaced, removed or given company."""
    event: Any = copy.deepcopy(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 3))):
        spot = draw(st.sampled_from([one for one in spots(event) if one]))
        around: Any = event
        for key in spot[:-1]:
            around = around[key]
        how = draw(st.sampled_from(("replace", "remove", "add")))
        if how == "replace":
            around[spot[-1]] = draw(ODD)
        elif how == "remove":
            del around[spot[-1]]
        elif isinstance(around, dict):
            around[draw(st.text(max_size=8))] = draw(ODD)
    return orjson.dumps(event)


def read(value: bytes) -> Message | str:
    try:
        return codec.decode(value)
    except codec.Malformed as malformed:
        return malformed.reason


@given(value=broken() | st.binary(max_size=60) | ODD.map(lambda value: orjson.dumps(value)))
@example(value=b"[" * 100_000)
@example(value=b'{"specversion":"1.0","type":"guzgu.response-submitted.v1","data":' + b'{"a":' * 5_000)
@example(value=b'{"specversion": "1.0", "type": "guzgu.purged.v1", "data": {"day": "\\ud800", "offset": 1}}')
def test_any_bytes_are_a_message_or_are_refused_with_a_reason(value: bytes) -> None:
    found = read(value)
    if isinstance(found, str):
        assert found in REASONS
        return
    again = codec.decode(codec.encode(found))
    assert again == found, "what was read can be written, and says the same"
    if isinstance(found, ResponseSubmitted):
        assert codec.decode_response_by_schema(value) == found
