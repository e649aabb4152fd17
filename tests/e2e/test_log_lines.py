"""What all processes of a stack write: one JSON object a line, no line for what goes well, nothing of a client."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.setting import Setting

pytestmark = pytest.mark.integration
LEVELS = {"info", "warning", "error", "critical"}
PROCESSES = {
    "identity": ("identity", "web"),
    "relay": ("identity", "relay"),
    "collector": ("collector", "web"),
    "aggregator": ("aggregator", "worker"),
    "editor": ("aggregator", "editor"),
    "reporter": ("reporter", "web"),
}


def lines(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every line of every process."""
    return {
        name: [json.loads(line) for line in (folder / f"{name}.log").read_text("utf-8").splitlines()]
        for name in PROCESSES
    }


def test_every_line_of_every_process_is_an_object_and_what_goes_well_leaves_none(
    setting: Setting, stack: Any, http: httpx.Client
) -> None:
    folder = stack.child("collector").log.parent
    session = setting.session(setting.school(), "teacher")
    people = setting.respondents(session, "teacher", 3)
    before = lines(folder)
    for person in people:
        response = person.response({"A1": 4})
        assert person.submit({**response, "answers": {"A1": 9}}).status_code == 422
        assert person.submit(response).status_code == 202
    assert http.get(f"{stack.site.reporter}/").status_code == 200
    assert http.get(f"{stack.site.identity}/nowhere").status_code == 404
    after = lines(folder)
    for web in ("identity", "collector", "reporter"):
        assert after[web] == before[web], web
    for name, said in after.items():
        for line in said:
            assert {"time", "level", "service", "event"} <= line.keys(), (name, line)
            assert line["level"] in LEVELS, (name, line)


@pytest.mark.parametrize("process", ["relay", "collector", "aggregator", "reporter"])  # each has its own way to start
def test_a_process_that_cannot_start_says_why_in_lines_too(process: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *PROCESSES[process]], env={}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    said = [json.loads(line) for line in done.stderr.splitlines()]
    assert {line["event"] for line in said} == {"cannot go on"}
    assert any(" is missing: " in line["detail"] for line in said)
