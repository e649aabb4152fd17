"""The documentation: no dead link, nothing named that is not there, each page found from the index, small pictures."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from support.verbs import PROGRAMS, VERB

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TOP = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md")]
ROOMS = [path for tree in ("services", "libs", "deploy", "tools") for path in (ROOT / tree).glob("*/README.md")]
PAGES = sorted([*TOP, *ROOMS, *DOCS.rglob("*.md")])
MOST_PICTURES = 600_000
"""Bytes of all pictures of the documentation together."""
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
MAKE = re.compile(r"(?<![\w-])make ([a-z][a-z0-9-]*)")
CODE = re.compile(r"`[^`\n]+`")
PROGRAM = re.compile(r"python -m ([\w.]+)((?: [a-z][a-z-]+)?)((?: [^`\n]*)?)")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def links(page: Path) -> list[str]:
    text = CODE.sub("", FENCE.sub("", page.read_text("utf-8")))
    return [unquote(one or other) for one, other in LINK.findall(text)]


@cache
def anchors(page: Path) -> set[str]:
    """The addresses of a page's headings, as the usual viewers make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        found.add(next(one for one in (slug, *(f"{slug}-{n}" for n in range(1, 99))) if one not in found))
    return found


def commands_of(page: Path) -> list[str]:
    """What a page shows as a command: lines of its blocks, and words set as code."""
    text = page.read_text("utf-8")
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()[1:-1]]
    return [*lines, *(code.strip("`") for code in CODE.findall(FENCE.sub("", text)))]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_link_of_a_page_is_dead(page: Path) -> None:
    dead = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_verb_and_command_that_a_page_shows_exists(page: Path) -> None:
    verbs = {name for name, _ in VERB.findall((ROOT / "Makefile").read_text("utf-8"))}
    unknown = []
    for line in commands_of(page):
        unknown += [f"make {verb}" for verb in MAKE.findall(line) if verb not in verbs]
        unknown += [line for program, command, rest in PROGRAM.findall(line) if not _callable(program, command, rest)]
    assert unknown == []


def _callable(program: str, command: str, rest: str) -> bool:
    """Whether `python -m program command rest` can be called, each --option among them."""
    if program.startswith("support."):
        return (ROOT / "tests" / f"{program.replace('.', '/')}.py").is_file()
    if program not in PROGRAMS:
        return True  # not ours
    known = [one for one in vars(import_module(f"{program}.__main__")).values() if isinstance(one, click.Command)]
    groups = [one for one in known if isinstance(one, click.Group)]
    wanted = command.strip()
    if not wanted:
        return True
    found = groups[0].commands.get(wanted) if groups else None
    options = {option for one in (found.params if found else ()) for option in one.opts}
    return found is not None and set(re.findall(r"--[a-z-]+", rest)) <= options | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    known = every_test()
    gone = [name for name in re.findall(r"\btest_\w+\.py", text) if name not in known]
    named_by_page = re.findall(r"\b(test_\w+\.py)::(test_\w+)", text)
    gone += [f"{name}::{test}" for name, test in named_by_page if test not in known.get(name, {test})]
    assert gone == []


@cache
def every_test() -> dict[str, set[str]]:
    """The names of all tests, by file."""
    return {
        path.name: set(re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE))
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
    }


def test_the_index_leads_to_every_page() -> None:
    index = DOCS / "README.md"
    led = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    folders = [path for path in led if path.is_dir()]
    missing = [
        named(page)
        for page in DOCS.rglob("*.md")
        if page != index and page not in led and not any(page.is_relative_to(folder) for folder in folders)
    ]
    assert missing == []


def test_pictures_are_used_and_small() -> None:
    pictures = [path for path in (DOCS / "pictures").rglob("*") if path.is_file()]
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page) if "://" not in link}
    assert [named(path) for path in pictures if path not in shown] == []
    assert sum(path.stat().st_size for path in pictures) < MOST_PICTURES
