"""A missing tool is named in one sentence that says how to get it."""

from dataclasses import replace
from pathlib import Path

import pytest

from stack.errors import StackError
from stack.toolbox import Toolbox, locate, missing, require


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    """A complete set of tools, as files that nobody runs."""
    libs = tmp_path / "libs"
    libs.mkdir()
    names = ("java", "mongod", "chromium", "setpriv", "libs/kafka_2.13-4.3.1.jar")
    for name in names:
        (tmp_path / name).touch()
    return Toolbox(
        java=tmp_path / "java",
        kafka_libs=libs,
        mongod=tmp_path / "mongod",
        chromium=tmp_path / "chromium",
        setpriv=tmp_path / "setpriv",
    )


def test_nothing_is_missing_from_a_complete_set(tools: Toolbox) -> None:
    assert missing(tools, browser=True) == []


@pytest.mark.parametrize(
    ("tool", "sentence"),
    [
        ("java", "Java is missing: install the Debian package openjdk-17-jre-headless."),
        ("setpriv", "setpriv is missing: install the Debian package util-linux."),
        ("kafka_libs", "Kafka is missing from /nowhere: run deploy/local/bootstrap.sh tools."),
        ("mongod", "MongoDB is missing from /nowhere: run deploy/local/bootstrap.sh tools."),
        ("chromium", "Chromium is missing: install the Debian package chromium."),
    ],
)
def test_a_missing_tool_is_one_sentence(tools: Toolbox, tool: str, sentence: str) -> None:
    assert missing(replace(tools, **{tool: Path("/nowhere")}), browser=True) == [sentence]


def test_chromium_is_not_missed_where_no_browser_is_asked_for(tools: Toolbox) -> None:
    assert missing(replace(tools, chromium=Path("/nowhere"))) == []


def test_all_sentences_are_said_at_once() -> None:
    with pytest.raises(StackError, match=r"^First\. Second\.$"):
        require(["First.", "Second."])


def test_no_sentence_stops_nothing() -> None:
    require([])


def test_kafka_and_mongodb_are_looked_for_where_set_up_lays_them(tmp_path: Path) -> None:
    tools = locate(tmp_path)
    assert (tools.kafka_libs, tools.mongod) == (
        tmp_path / "build/tools/kafka/libs",
        tmp_path / "build/tools/mongod/mongod",
    )
