"""What an earlier release put on a topic stays readable: no schema lost, narrowed or with more to ask for, no topic
with other partitions."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.freezing import RELEASES, contracts_now

FROZEN = sorted(RELEASES.glob("*/contracts.json"))


def narrowed(old: Any, new: Any, at: str = "") -> Iterator[str]:
    """Where a message that fitted the old schema might not fit the new one."""
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        if old != new:
            yield f"{at}: {old!r} became {new!r}"
        return
    for name in old.keys() | new.keys():
        place = f"{at}/{name}"
        if name == "required":
            more = set(new.get(name, ())) - set(old.get(name, ()))
            yield from (f"{place}: {one} is asked for" for one in sorted(more))
        elif name == "enum":
            gone = [one for one in old.get(name, ()) if one not in new.get(name, old.get(name, ()))]
            yield from (f"{place}: {one!r} is taken no more" for one in gone)
        elif name in ("title", "description", "$comment", "examples"):
            continue
        elif name not in new:
            yield f"{place}: it is gone"
        elif name in old:
            yield from narrowed(old[name], new[name], place)
        elif not at.endswith("/properties") and not at.endswith("/$defs"):
            yield f"{place}: it is new here"


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.parent.name)
def test_every_message_of_a_release_still_fits_its_schema(path: Path) -> None:
    then, now = json.loads(path.read_text("utf-8"))["schemas"], contracts_now()["schemas"]
    assert [found for name, old in then.items() for found in narrowed(old, now.get(name, {}), name)] == []


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.parent.name)
def test_no_topic_of_a_release_has_other_partitions_or_settings_now(path: Path) -> None:
    then, now = json.loads(path.read_text("utf-8"))["topics"], contracts_now()["topics"]
    for name, topic in then.items():
        assert (topic["partitions"], topic["config"]) == (now[name]["partitions"], now[name]["config"]), name
        assert set(topic["messages"]) <= set(now[name]["messages"]), name


def test_what_would_break_a_reader_is_found() -> None:
    old = {"properties": {"a": {"type": "string", "enum": ["x", "y"]}}, "required": ["a"]}
    wider = {"properties": {"a": {"type": "string", "enum": ["x", "y", "z"]}, "b": {}}, "required": ["a"]}
    assert list(narrowed(old, wider)) == []
    narrower = {"properties": {"a": {"type": "integer", "enum": ["x"]}}, "required": ["a", "b"]}
    assert 3 == len(list(narrowed(old, narrower)))
