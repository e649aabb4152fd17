"""The list of mutants and the code stay equal: each safety line is where the list says, and so is each test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.mutants import ROOT, Mutant, mutants, trial

PAGE = ROOT / "docs/testing.md"


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_the_line_of_a_mutant_stands_once_and_its_tests_exist(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text("utf-8")
    assert text.count(mutant.old) == 1, f"the line of {mutant.name!r} changed: write it anew in tests/mutants"
    assert mutant.new not in (mutant.old, text)
    for test in mutant.tests:
        file, _, name = test.partition("::")
        written = (ROOT / file).read_text("utf-8")
        assert not name or f"def {name}(" in written, f"{test} does not exist"


def test_names_are_unique_and_the_page_lists_every_mutant_with_its_tests() -> None:
    listed = mutants()
    assert len({mutant.name for mutant in listed}) == len(listed)
    rows = dict(re.findall(r"^\| ([^|]+?) \| [^|]+ \| ([^|]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    for mutant in listed:
        for test in mutant.tests:
            assert test.removeprefix("tests/").rpartition("::")[2] in rows.get(mutant.name, ""), mutant.name


class Tree:
    """A tree of one file, whose tests end as a test of this file wants."""

    def __init__(self, folder: Path, code: int, said: str) -> None:
        self.folder, self.code, self.said = folder, code, said
        self.written: list[str] = []
        self.write("a.py", "safe\nline\n")

    def text(self, file: str) -> str:
        return (self.folder / file).read_text()

    def write(self, file: str, text: str) -> None:
        self.written.append(text)
        (self.folder / file).write_text(text)

    def test(self, tests: object, environ: object) -> object:
        return type("Done", (), {"returncode": self.code, "stdout": self.said, "stderr": ""})()


@pytest.fixture
def outcome(tmp_path: Path) -> Callable[..., tuple[str | None, list[str]]]:
    def ended(code: int, said: str, old: str = "safe\n") -> tuple[str | None, list[str]]:
        tree = Tree(tmp_path, code, said)
        mutant = Mutant(name="m", promise="p", file="a.py", old=old, new="", tests=("t.py",))
        return trial(tree, mutant, {}), tree.written  # type: ignore[arg-type]  # as much of a copy as is asked for

    return ended


def test_only_a_failed_test_counts_as_noticed_and_the_line_is_put_back(
    outcome: Callable[..., tuple[str | None, list[str]]],
) -> None:
    assert (None, ["safe\nline\n", "line\n", "safe\nline\n"]) == outcome(1, "FAILED t.py::test_x - no\n")
    assert "stayed green" in str(outcome(0, "1 passed")[0])
    assert "could not be run" in str(outcome(4, "no tests ran")[0])
    assert "could not be run" in str(outcome(1, "ERROR t.py - no such fixture\n")[0])
    assert "0 times" in str(outcome(1, "", old="gone\n")[0])
