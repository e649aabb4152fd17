"""Texts are complete in every language or refused at once, with every gap named."""

import datetime as clock
from pathlib import Path

import pytest

from look import paths
from look.texts import MissingText, Texts, load


def texts(tmp_path: Path, yaml: str, languages: tuple[str, ...] = ("en", "az")) -> Texts:
    file = tmp_path / "texts.yaml"
    file.write_text(yaml, encoding="utf-8")
    return load(file, languages, shared=False)


def problems(tmp_path: Path, yaml: str, languages: tuple[str, ...] = ("en", "az")) -> tuple[str, ...]:
    with pytest.raises(MissingText) as refused:
        texts(tmp_path, yaml, languages)
    return refused.value.problems


def test_a_text_is_said_in_the_language_asked_for(tmp_path: Path) -> None:
    found = texts(tmp_path, 'hello: {en: "Hello, {name}", az: "Salam, {name}"}')
    assert found.get("hello", "az", name="Əli") == "Salam, Əli"
    assert found.bind("en")("hello", name="Ali") == "Hello, Ali"


def test_every_gap_is_named_at_once(tmp_path: Path) -> None:
    yaml = 'one: {en: "One"}\ntwo: {en: "", az: "İki"}\nthree: {az: " "}'
    assert set(problems(tmp_path, yaml)) == {
        "one [az]: missing",
        "two [en]: missing",
        "three [en]: missing",
        "three [az]: missing",
    }


def test_a_key_written_twice_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, 'x: {en: "a", az: "b"}\nx: {en: "c", az: "d"}') == ("x: written twice",)


def test_languages_must_share_their_placeholders(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, 'x: {en: "{count} of {total}", az: "{count} / {cem}"}')
    assert problem.startswith("x [en/az]: placeholders differ")


@pytest.mark.parametrize("text", ["{a.__class__}", "{a[0]}", "{}", "{0}"])
def test_a_placeholder_cannot_reach_into_its_value(tmp_path: Path, text: str) -> None:
    assert any("not a plain placeholder" in p for p in problems(tmp_path, f'x: {{en: "{text}", az: "{text}"}}'))


def test_an_unclosed_placeholder_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, 'x: {en: "{a", az: "a"}')[0].startswith("x [en]:")


def test_a_plural_needs_each_category_of_its_language(tmp_path: Path) -> None:
    yaml = 'x: {en: {one: "a", other: "b"}, az: {other: "c"}}'
    assert problems(tmp_path, yaml) == ("x [az]: missing (one)",)
    yaml = 'x: {en: {one: "a", other: "b", few: "d"}, az: {one: "c", other: "c"}}'
    assert problems(tmp_path, yaml) == ("x [en]: no plural category 'few'",)


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [("en", 1, "1 school"), ("en", 1204, "1,204 schools"), ("az", 1, "1 məktəb"), ("az", 1204, "1.204 məktəb")],
)
def test_the_count_chooses_the_plural_and_is_written_by_locale(
    tmp_path: Path, language: str, count: int, expected: str
) -> None:
    azerbaijani = '{one: "{count} məktəb", other: "{count} məktəb"}'
    yaml = 'x: {en: {one: "{count} school", other: "{count} schools"}, az: ' + azerbaijani + "}"
    assert texts(tmp_path, yaml).get("x", language, count=count) == expected


def test_days_are_written_by_locale_and_times_ask_for_a_zone(tmp_path: Path) -> None:
    found = texts(tmp_path, 'x: {en: "until {day}", az: "{day}"}')
    assert found.get("x", "en", day=clock.date(2026, 5, 5)) == "until 5 May 2026"
    assert found.get("x", "az", day=clock.date(2026, 5, 5)) == "5 may 2026"
    with pytest.raises(TypeError):
        found.get("x", "en", day=clock.datetime(2026, 5, 5, tzinfo=clock.UTC))


def test_an_unknown_key_language_or_value_is_an_error(tmp_path: Path) -> None:
    found = texts(tmp_path, 'x: {en: "{a}", az: "{a}"}')
    with pytest.raises(KeyError):
        found.get("y", "en")
    with pytest.raises(KeyError):
        found.get("x", "en")
    with pytest.raises(KeyError):
        found.bind("de")


def test_the_frames_own_texts_come_along_complete(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text('x: {en: "a", az: "b"}', encoding="utf-8")
    found = load(file)
    assert found.get("look.withheld", "az") == "Göstərilmir"
    own = load(paths.TEXTS).keys()
    assert found.keys() == own | {"x"}
    assert all(key.startswith("look.") for key in own)
