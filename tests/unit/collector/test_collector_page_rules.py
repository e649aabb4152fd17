"""The page's own rules, run by Node: codes and their check characters, waiting times, the size of a request."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.ballots import ALPHABET, code

PAGE = Path(__file__).parents[3] / "services" / "collector" / "page"
Replies = list[tuple[int, str | None] | None]
Ask = Callable[..., list[Any]]
CALLER = """
import { readFileSync } from "node:fs";
const rules = await import(process.argv[2]);
const { name, calls, replies } = JSON.parse(readFileSync(0, "utf8"));
// What the network answers to each call, one after the other; null is no network.
if (replies) globalThis.fetch = async () => {
  const reply = replies.shift();
  if (reply === null) throw new TypeError("Failed to fetch");
  const headers = new Headers(reply[1] === null ? {} : { "Retry-After": reply[1] });
  return { status: reply[0], headers, json: async () => ({}) };
};
const found = [];
for (const values of calls) found.push((await rules[name](...values)) ?? null);
console.log(JSON.stringify(found));
"""
README = PAGE.parent / "README.md"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Calls one of the page's functions with each list of arguments."""
    node = shutil.which("node")
    assert node, "Node is installed at set-up"
    folder = tmp_path_factory.mktemp("page")
    bundle, caller = folder / "rules.mjs", folder / "call.mjs"
    esbuild = PAGE / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=esm", "--log-level=error", f"--outfile={bundle}"]
    subprocess.run([esbuild, PAGE / "src" / "rules.ts", *options], check=True)
    caller.write_text(CALLER, encoding="utf-8")

    def call(name: str, calls: list[list[Any]], replies: Replies | None = None) -> list[Any]:
        given = json.dumps({"name": name, "calls": calls, "replies": replies})
        done = subprocess.run(
            [node, caller, str(bundle)], input=given, capture_output=True, text=True, check=True, encoding="utf-8"
        )
        found: list[Any] = json.loads(done.stdout)
        return found

    return call


def test_every_code_is_read_and_every_single_typo_is_found(ask: Ask) -> None:
    codes = [code(8) for _ in range(20)]
    assert ask("readCode", [[each] for each in codes]) == codes
    typos = [
        each[:at] + letter + each[at + 1 :]
        for each in codes
        for at in range(9)
        for letter in ALPHABET
        if letter != each[at]
    ]
    assert set(ask("readCode", [[typo] for typo in typos])) == {None}


def test_neighbours_that_changed_places_are_found(ask: Ask) -> None:
    codes = [code(8) for _ in range(50)]
    swapped = [
        each[:at] + each[at + 1] + each[at] + each[at + 2 :]
        for each in codes
        for at in range(7)
        if each[at] != each[at + 1]
    ]
    assert set(ask("readCode", [[each] for each in swapped])) == {None}


def test_hyphens_spaces_and_small_letters_are_all_the_same(ask: Ask) -> None:
    each = code(8)
    written = [
        f"{each[:4]}-{each[4:8]}-{each[8]}",
        f" {each[:4]} {each[4:8]} {each[8]} ".lower(),
        f"{each[:4]}\u2013{each[4:]}\u00a0",
    ]
    assert ask("readCode", [[text] for text in written]) == [each] * 3


def test_a_session_line_names_session_and_group(ask: Ask) -> None:
    each = code(7)
    lines = [[f"{each[:4]}-{each[4:]}-{letter}"] for letter in "LTSCX"]
    groups = ["leader", "teacher", "student", "trainer"]
    assert ask("readSession", lines) == [*({"session": each, "group": group} for group in groups), None]
    assert ask("readSession", [[""], [each], ["ABCD-EFGH-S-S"]]) == [None] * 3


def test_a_link_is_read_whole_or_said_to_be_wrong(ask: Ask) -> None:
    session, mine = code(7), code(8)
    whole = f"#s={session}&g=student&c={mine}&f=abc_DEF-12345678"
    board = f"#s={session}&g=S&f=abc_DEF-12345678"
    wrong = [f"#s={session}&g=S&c={mine[:-1]}", "#s=1&g=S", f"#s={session}&g=janitor"]
    found = ask("readFragment", [[whole], [board], ["#"], [""]])
    slip = {"session": session, "group": "student", "fingerprint": "abc_DEF-12345678", "wrong": False}
    assert found == [{**slip, "code": mine}, slip, {"wrong": False}, {"wrong": False}]
    assert [each["wrong"] for each in ask("readFragment", [[link] for link in wrong])] == [True] * 3


def test_waiting_grows_is_capped_and_never_undercuts_the_server(ask: Ask) -> None:
    own = ask("delay", [[tries, 0] for tries in range(30)])
    assert all(500 <= wait <= 60_000 for wait in own)
    assert own[6] >= 30_000
    asked = ask("delay", [[tries, 120] for tries in range(30)])
    assert all(120_000 <= wait <= 182_000 for wait in asked)
    assert len(set(asked)) > 20, "a class does not come back all at once"


def test_every_request_has_the_same_size(ask: Ask) -> None:
    form = {"session": code(7), "version": "2026-1"}
    ballot = {"keyId": "k" * 16, "message": "m" * 86, "signature": "s" * 342}
    sheets: list[dict[str, Any]] = [
        {"items": {}, "background": {}},
        {"items": {f"A{n}": "pn" for n in range(60)}, "background": {"barriers": ["ə" * 10] * 8}},
    ]
    bodies = ask("body", [[form, "student", "az", sheet, ballot] for sheet in sheets])
    assert [len(body.encode()) for body in bodies] == [8192, 8192]
    assert json.loads(bodies[1])["answers"] == sheets[1]["items"]


def outcomes(ask: Ask, name: str, values: list[Any], replies: Replies) -> list[Any]:
    """What the page makes of each of these answers (status and Retry-After, or None without a network)."""
    found: list[Any] = ask(name, [values] * len(replies), replies)
    return found


@pytest.mark.parametrize(
    ("name", "values", "done", "told"),
    [
        ("submit", ["{}"], 202, "a response"),
        ("trade", ["http://identity", {}], 200, "a ballot"),
        ("fetchForm", ["SESSION", "az"], 200, "a questionnaire"),
    ],
)
def test_the_statuses_that_stop_are_named_and_any_other_keeps_and_tries_again(
    ask: Ask, name: str, values: list[Any], done: int, told: str
) -> None:
    line = re.search(rf"\| {told} \| {done} \| ([\d ·]+) \|", README.read_text("utf-8"))
    assert line is not None, "the README names them"
    stops = {int(status) for status in line[1].split(" · ")}
    every = list(range(200, 600))
    found = outcomes(ask, name, values, [(status, None) for status in every])
    kinds = {status: outcome["kind"] for status, outcome in zip(every, found, strict=True)}
    assert {status for status, kind in kinds.items() if kind == "done"} == {done}
    assert {status for status, kind in kinds.items() if kind == "stop"} == stops
    assert {kind for status, kind in kinds.items() if status not in {*stops, done}} == {"again"}


def test_retry_after_is_honoured_in_seconds_and_nonsense_is_not(ask: Ask) -> None:
    replies: Replies = [(503, "7"), (429, "100000"), (503, "soon"), (503, "-1"), (503, None), None]
    found = outcomes(ask, "submit", ["{}"], replies)
    assert [outcome["after"] for outcome in found] == [7, 3600, 0, 0, 0, 0]
    assert {outcome["kind"] for outcome in found} == {"again"}
