"""From all that a report prints no masked count can be solved: other answers would have printed the very same."""

import json
import os
import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from contracts.questionnaire import bank
from reporter.files import exports, sheets, table_words, workbook
from reporter.pages import report_page
from reporter.pages.rendering import HERE, Pages
from reporter.readers.access import Viewer
from reporter.report import assembly
from reporter.report.assembly import SessionView
from reporter.report.cells import share_text
from support import reporter_world as world
from support import solving

FULL = os.environ.get("GUZGU_TEST_FULL") == "1"
SIZES = range(3, 121) if FULL else (3, 4, 5, 8, 10, 13, 17, 19, 20, 22, 30, 40, 61, 99, 100, 120)
ON_PAGES = SIZES if FULL else (4, 21, 101)
PAGES = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js")
VIEWER = Viewer(role="coordinator", school=world.SCHOOL, school_name="Göygöl 4 nömrəli tam orta məktəb")
GROUPS = ("leader", "teacher", "student", "trainer")
Documents = list[dict[str, Any]]


def session(n: int) -> dict[str, Any]:
    return world.a_session(level="vocational", groups={group: (2 * n, k_of(group), 1) for group in GROUPS})


def k_of(group: str) -> int:
    return {"leader": 3, "teacher": 5, "student": 10, "trainer": 5}[group]


def documents(terms: Mapping[str, Any], n: int) -> Documents:
    return [world.a_snapshot(dict(terms), group, n, seed=n) for group in GROUPS if n >= k_of(group)]


def view(terms: Mapping[str, Any], found: Documents) -> SessionView:
    counted = world.a_participation(dict(terms), {group: (0, "released") for group in GROUPS}, True)
    return assembly.view(terms, counted, found, (), bank())


def twin_documents(terms: Mapping[str, Any], found: Documents) -> list[Documents]:
    by_group = [list(solving.twins(document, k_of(document["group"]), bank())) for document in found]
    return [list(answer) for answer in zip(*by_group, strict=True)]


def files(shown: SessionView, language: str) -> list[bytes]:
    voice = PAGES.voice(language, shown.questionnaire)
    return [
        json.dumps(exports.school_document(shown, voice.questionnaire, language), sort_keys=True).encode(),
        exports.school_sheet(shown, voice.questionnaire, language),
        repr(sheets.sheets(shown, voice.questionnaire, language, table_words.saying(voice))).encode(),
    ]


def pages(shown: SessionView, language: str) -> list[bytes]:
    voice = PAGES.voice(language, shown.questionnaire)
    return [
        report_page.report(PAGES, shown, {}, VIEWER, language, "/report"),
        report_page.paper(PAGES, shown, {}, VIEWER, language, 1).encode(),
        workbook.workbook(shown, voice, [("School", "Göygöl")]),
    ]


@pytest.mark.parametrize("n", SIZES)
def test_masked_counts_can_be_others_and_every_file_would_be_the_same(n: int) -> None:
    terms = session(n)
    found = documents(terms, n)
    printed = files(view(terms, found), "az")
    moved = twin_documents(terms, found)
    assert any(twin != found for twin in moved)
    for twin in moved:
        assert files(view(terms, twin), "az") == printed


@pytest.mark.parametrize("n", ON_PAGES)
def test_masked_counts_can_be_others_and_page_charts_and_print_would_be_the_same(n: int) -> None:
    terms = session(n)
    found = documents(terms, n)
    printed = pages(view(terms, found), "en")
    for twin in twin_documents(terms, found):
        assert pages(view(terms, twin), "en") == printed


@pytest.mark.parametrize("n", SIZES)
def test_a_printed_row_alone_never_gives_a_masked_count_away(n: int) -> None:
    terms = session(n)
    for document in documents(terms, n):
        shown = view(terms, [document]).report.groups[document["group"]]
        for item in (*shown.items.values(), *shown.own.values()):
            if item.shares is not None and item.rated is not None:
                cells = [share_text(share) for share in item.shares]
                known = solving.solved(item.rated, cells)  # type: ignore[arg-type]  # shares are never decimals
                assert all(count == 0 for count in known.values()), (item, document["items"][item.code])


def test_the_solver_finds_masked_counts_where_exact_means_with_two_decimals_are_printed() -> None:
    """What the rules are for: with such means, most masked counts of groups of 20 to 40 could be solved."""
    masked = given_away = 0
    for n in (20, 25, 30, 40):
        terms = session(n)
        for document in documents(terms, n):
            shown = view(terms, [document]).report.groups[document["group"]]
            for item in shown.items.values():
                counts = document["items"][item.code][:5]
                if item.shares is None or item.rated is None:
                    continue
                cells: Any = [share_text(share) for share in item.shares]
                exact = round(sum(answer * count for answer, count in enumerate(counts, 1)) / item.rated, 2)
                known = solving.solved_with_mean(item.rated, cells, exact, 2)
                assert all(counts[place] == count for place, count in known.items())
                masked += sum(not isinstance(cell, int) for cell in cells)
                given_away += len(known)
    assert given_away > masked / 4


def test_the_twins_find_a_planted_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    terms = session(30)
    found = documents(terms, 30)
    honest = exports.school_document

    def planted(documents_: Documents) -> list[bytes]:
        def leaking(*given: Any) -> dict[str, Any]:
            answered = [counts[:5] for counts in documents_[0]["items"].values()]
            means = [sum(answer * count for answer, count in enumerate(row, 1)) / sum(row) for row in answered]
            return {**honest(*given), "exact_means": [round(mean, 2) for mean in means]}

        monkeypatch.setattr(exports, "school_document", leaking)
        return files(view(terms, documents_), "az")

    printed = planted(found)
    assert any(planted(twin) != printed for twin in twin_documents(terms, found))


def test_the_reader_of_a_row_finds_what_it_gives_away() -> None:
    assert solving.spans(20, [40, 30, "≤5", "masked", 20]) == [(8, 8), (6, 6), (0, 1), (1, 2), (4, 4)]
    assert solving.solved(20, [40, 30, "≤5", 10, 20]) == {2: 0}
    chance = random.Random(5)  # a simulation
    for _ in range(200):
        counts = [chance.randrange(1, 12) for _ in range(5)]
        cells: list[int | str | None] = [5 * int(20 * count / sum(counts) + 0.5) for count in counts]
        for place, (low, high) in enumerate(solving.spans(sum(counts), cells)):
            assert low <= counts[place] <= high


def test_every_module_but_the_one_that_makes_shown_tables_is_kept_from_snapshots() -> None:
    root = Path(__file__).parents[3]
    contracts = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (rule,) = [found for found in contracts if found["name"] == "Only disclosure sees a snapshot"]
    assert rule["forbidden_modules"] == ["reporter.shown.snapshot"]
    modules = {file.relative_to(HERE).with_suffix("").parts for file in HERE.rglob("*.py")}
    free = {("__init__",), ("__main__",), ("shown", "__init__"), ("shown", "disclosure"), ("shown", "snapshot")}
    # A room is kept out whole; only in the room of shown tables each module is named by itself.
    kept = {parts if parts[0] == "shown" else parts[:1] for parts in modules - free}
    assert {".".join(("reporter", *parts)) for parts in kept} == set(rule["source_modules"])
