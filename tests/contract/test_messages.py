"""Schemas, examples, topics and codec say the same thing about every message."""

import json
from pathlib import Path

import jsonschema
import orjson
import pytest

from contracts import codec, topics
from contracts.data import folder
from contracts.messages import ResponseSubmitted

EXAMPLES = sorted(folder("examples").rglob("*.json"))
NAMES = {f"{kind.name}.v{kind.version}" for kind in codec.KINDS.values()}


def of(path: Path) -> str:
    return f"{path.parts[-4]}.{path.parts[-3]}"


def schema(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((folder("schemas") / f"{name}.schema.json").read_text())
    return loaded


def named(path: Path) -> str:
    return "/".join(path.parts[-4:])


def test_schemas_examples_and_topics_know_exactly_the_codecs_messages() -> None:
    assert {path.name.removesuffix(".schema.json") for path in folder("schemas").glob("*.json")} == NAMES
    assert {of(path) for path in EXAMPLES} == NAMES
    assert {message for topic in topics.topics().values() for message in topic.messages} == NAMES
    for name in NAMES:
        assert {path.parent.name for path in EXAMPLES if of(path) == name} == {"valid", "invalid"}


@pytest.mark.parametrize("path", [p for p in EXAMPLES if p.parent.name == "valid"], ids=named)
def test_a_valid_example_passes_schema_and_codec_and_comes_back_unchanged(path: Path) -> None:
    event = json.loads(path.read_text())
    jsonschema.validate(event, schema(of(path)))
    again = json.loads(codec.encode(codec.decode(orjson.dumps(event))))
    assert event == again


@pytest.mark.parametrize("path", [p for p in EXAMPLES if p.parent.name == "invalid"], ids=named)
def test_an_invalid_example_is_refused_by_schema_and_codec(path: Path) -> None:
    event = json.loads(path.read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(event, schema(of(path)))
    with pytest.raises(codec.Malformed):
        codec.decode(orjson.dumps(event))


@pytest.mark.parametrize("path", [p for p in EXAMPLES if of(p) == "response-submitted.v1"], ids=named)
def test_the_hot_reader_of_responses_agrees_with_the_marshmallow_schema(path: Path) -> None:
    value = path.read_bytes()
    results: list[ResponseSubmitted | str] = []
    for read in (codec.decode, codec.decode_response_by_schema):
        try:
            message = read(value)
            assert isinstance(message, ResponseSubmitted)
            results.append(message)
        except codec.Malformed:
            results.append("refused")
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"{", "not-json"),
        (b"[]", "not-an-event"),
        (b'{"specversion":"0.3","type":"x","data":{}}', "not-an-event"),
        (b'{"specversion":"1.0","type":"guzgu.other.v1","data":{}}', "unknown-type"),
    ],
)
def test_bytes_that_are_no_message_are_refused_with_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(codec.Malformed) as refused:
        codec.decode(value)
    assert reason == refused.value.reason


def test_no_message_carries_a_time_of_its_own() -> None:
    for path in EXAMPLES:
        assert "time" not in json.loads(path.read_text())
