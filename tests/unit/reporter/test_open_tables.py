"""Open data fits its dictionary, leaves nothing of an edition out, and never changes its bytes."""

import hashlib
from typing import Any

import pytest

from contracts.questionnaire import LANGUAGES, bank
from reporter.national import dictionary, open_tables, package
from reporter.national.open_tables import Table

COUNTS = [3, 8, 19, 40, 25, 2, 1, 7]
QUALITY = {"m": 104, "schools": 11, "alpha": 0.81, "icc": None, "straightlining": 0.07}
AREA = {
    **{"share": 0.6513, "low": 0.6, "high": 0.7, "mean": 3.62, "mean_low": 3.5, "mean_high": 3.74},
    "change": {"share": -0.0412, "low": -0.09, "high": 0.01},
}
CLASS = {
    "schools": 12,
    "school_levels": 13,
    "n": 105,
    "items": {"A1": COUNTS, "A2": COUNTS},
    "areas": {"A": AREA, "B": {"share": 0.5, "low": None, "high": None, "mean": 3.0}},
    "registered": {"schools": 40, "people": 900},
    "rates": {"schools": 0.32, "people": 0.12, "response": 0.87},
    "nonresponse": {"A": {"skipped": 0.07, "pn": 0.0123, "na": 0.02}},
}
HEAD: dict[str, Any] = {
    "_id": "autumn-2026/000007",
    "campaign": "autumn-2026",
    "number": 7,
    "as_of": "2026-12-19",
    "final": True,
    "digest": "5d" * 32,
    "groups": {"teacher": {"schools": 12, "people": 105, "in_no_breakdown": 4}},
    "breakdowns": ["region"],
    "classes": {},
    "since": None,
    "ballots_checked": "2026-12-19",
}
CELLS: list[dict[str, Any]] = [
    {
        "level": level,
        "group": "teacher",
        "classes": {"region:=Quba": CLASS, "all": CLASS},
        "gaps": {
            "student": {
                "A": {"superiority": 0.61, "low": 0.55, "high": 0.66, "word": "small", "n": 105, "n_other": 600}
            }
        },
        "quality": {"A": QUALITY} if level != "all" else {},
        "quality_by_class": {"region:=Quba": {"A": QUALITY}} if level != "all" else {},
    }
    for level in ("primary", "all")
]

KEPT = {
    "figures.csv": "2e8b525010dc5a8a",
    "answers.csv": "ad16e197980e86a3",
    "nonresponse.csv": "6dbb77d70e8f197e",
    "gaps.csv": "87e6c2e726df7767",
    "quality.csv": "5a245dea904dae52",
    "codes.csv": "a30611e35598d12a",
    "edition.json": "16094f255c0fe46a",
}


def made(public: bool = False) -> dict[str, Table]:
    return open_tables.tables(HEAD, CELLS, bank(), lambda level, cls: not public or "all" in (level, cls))


@pytest.mark.parametrize("name", list(dictionary.tables()))
def test_every_cell_is_what_the_dictionary_says_and_no_key_comes_twice(name: str) -> None:
    table, terms = made()[name], dictionary.tables()[name]
    assert table.rows
    wrong = [
        (column.name, cell)
        for row in table.rows
        for column, cell in zip(terms.columns, row, strict=True)
        if not column.fits(cell)
    ]
    assert wrong == []
    keys = [tuple(row[name] for name in terms.key) for row in table.documents()]
    assert len(set(keys)) == len(keys)


def test_every_column_is_explained_in_both_languages_and_none_is_left_over() -> None:
    for terms in dictionary.tables().values():
        for column in terms.columns:
            assert all(column.meaning[language] for language in LANGUAGES), column.name
            assert set(column.unit) in (set(), set(LANGUAGES)), column.name
        assert all(terms.title[language] and terms.about[language] for language in LANGUAGES)
    assert len({row[1] for row in made()["codes"].rows if row[0] == "item"}) == len(bank().items)


def test_what_is_not_seen_is_in_no_table() -> None:
    found = made(public=True)
    for name in ("figures", "answers", "nonresponse", "quality"):
        places = {(row["level"], row["class"]) for row in found[name].documents()}
        assert places
        assert {place for place in places if "all" not in place} == set()
    assert len(found["quality"].rows) < len(made()["quality"].rows)


def test_a_class_with_a_name_like_a_formula_is_none_in_a_file() -> None:
    body = package.files(HEAD, None, made())["codes.csv"].decode()
    assert ",'=Quba," in body
    assert ",=Quba" not in body


def test_a_released_edition_keeps_its_bytes_in_every_later_version() -> None:
    """Other bytes under the same address break whoever kept a checksum: give them a new one (web.editions.FORMAT)."""
    found = package.files(HEAD, {"names": {"en": "Autumn", "az": "Payız"}, "questionnaire": "2026-1"}, made())
    sums = {name: hashlib.sha256(body).hexdigest()[:16] for name, body in found.items()}
    del sums[package.DESCRIPTION], sums[package.SUMS]  # words about the data, which may become clearer
    assert sums == KEPT
