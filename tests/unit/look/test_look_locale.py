"""Numbers, days, letters and the choice of language follow the language, never another one's rule."""

import datetime as clock
import random

import pytest

from look import locale


@pytest.mark.parametrize(("lang", "expected"), [("en", "1,234.5"), ("az", "1.234,5")])
def test_numbers_are_grouped_by_language(lang: str, expected: str) -> None:
    assert locale.number(1234.5, lang) == expected


def test_decimals_can_be_fixed() -> None:
    assert locale.number(3, "az", 2) == "3,00"
    assert locale.number(3.6, "en", 0) == "4"


def test_shares_are_written_in_per_cent() -> None:
    assert locale.percent(0.625, "en", 1) == "62.5%"
    assert locale.percent(0.62, "az") == "62%"
    assert locale.percent(0.625, "az", 1) == "62,5%"


def test_days_and_times_are_words_in_the_zone_of_the_reader() -> None:
    evening = clock.datetime(2026, 12, 31, 21, 5, tzinfo=clock.UTC)
    assert locale.date(evening.date(), "az") == "31 dekabr 2026"
    assert locale.datetime(evening, "en", "Asia/Baku") == "1 January 2027, 01:05"
    assert locale.datetime(evening, "az", "Asia/Baku") == "1 yanvar 2027, 01:05"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        locale.datetime(clock.datetime(2026, 1, 1), "en", "Asia/Baku")  # noqa: DTZ001 (the mistake under test)


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "expected"),
    [
        ("en", "az", "az", "en"),
        (None, "en", "az", "en"),
        ("xx", "yy", None, "az"),
        (None, None, "en-GB,en;q=0.9,az;q=0.8", "en"),
        (None, None, "ru;q=0.9,en;q=0.3,az;q=0.5", "az"),
        (None, None, "en;q=0, ru", "az"),
        (None, None, "EN-us", "en"),
        (None, None, ";;,q=,en;q=high", "az"),
        (None, None, "", "az"),
    ],
)
def test_the_language_is_asked_for_remembered_or_guessed_in_this_order(
    query: str | None, cookie: str | None, accept: str | None, expected: str
) -> None:
    assert locale.pick_language(query, cookie, accept) == expected


def test_the_language_switch_keeps_the_address() -> None:
    azerbaijani, english = locale.language_links("az", "/schools", [("page", "2"), ("lang", "az"), ("q", "a&b")])
    assert english.href == "/schools?page=2&q=a%26b&lang=en"
    assert (azerbaijani.current, english.current) == (True, False)


def test_directions() -> None:
    assert [locale.direction(lang) for lang in ("az", "en", "ar")] == ["ltr", "ltr", "rtl"]


def test_dotted_and_dotless_i_stay_different_letters() -> None:
    assert locale.upper("işıq", "az") == "İŞIQ"
    assert locale.lower("İŞIQ", "az") == "işıq"
    assert locale.upper("light", "en") == "LIGHT"
    assert locale.lower("LIGHT", "en") == "light"


def test_lower_undoes_upper_for_every_letter() -> None:
    assert locale.lower(locale.upper(locale.ALPHABET, "az"), "az") == locale.ALPHABET


def test_names_follow_the_azerbaijani_alphabet() -> None:
    letters = list(locale.upper(locale.ALPHABET, "az"))
    mixed = random.Random(3).sample(letters, len(letters))
    assert sorted(mixed, key=lambda name: locale.sort_key(name, "az")) == letters
    towns = [
        "Zaqatala",
        "İmişli",
        "Xaçmaz",
        "Quba",
        "Işıqlı",
        "Əliabad",
        "Ağdam",
        "Şəki",
        "Çinarlı",
        "Cəlilabad",
    ]
    assert sorted(towns, key=lambda name: locale.sort_key(name, "az")) == [
        "Ağdam", "Cəlilabad", "Çinarlı", "Əliabad", "Xaçmaz", "Işıqlı", "İmişli", "Quba", "Şəki", "Zaqatala",
    ]  # fmt: skip


def test_numbers_in_names_are_sorted_by_size() -> None:
    names = ["10 nömrəli məktəb", "9 nömrəli məktəb", "Lisey 2", "Lisey 11"]
    assert sorted(names, key=lambda name: locale.sort_key(name, "az")) == [names[1], names[0], "Lisey 2", "Lisey 11"]


def test_accents_do_not_push_an_english_name_to_the_end() -> None:
    assert sorted(["Zoe", "Émile", "Eve", "Frank"], key=lambda name: locale.sort_key(name, "en"))[-1] == "Zoe"
