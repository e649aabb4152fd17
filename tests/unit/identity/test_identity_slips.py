"""Slips: the promise to the group, the link, the lines to type, and nothing that tells them apart but the code."""

import re
import secrets
from dataclasses import replace

import pytest
from markupsafe import escape

from identity import codes, slips
from identity.slips import Sheet

SHEET = Sheet(
    collector_origin="https://answers.example.az",
    operator_codes="Bureau <A>",
    operator_answers="Office B",
    school_name="Yardımlı “1” saylı məktəb & lisey",
    session="2345679A",
    fingerprint="abcdefgh12345678",
    level="lower-secondary",
    level_name="Ümumi orta təhsil",
    group="student",
    group_name="Şagirdlər",
    k=12,
    until="24 noyabr 2026, 18:00",
    lang="az",
    codes=tuple(codes.make(codes.PARTICIPATION, secrets.token_bytes) for _ in range(11)),
)


def test_the_link_holds_everything_behind_the_hash() -> None:
    assert (
        slips.link("https://a.az", "2345679A", "student", "F", "CODE")
        == "https://a.az/#s=2345679A&g=student&c=CODE&f=F"
    )
    assert slips.link("https://a.az", "2345679A", "student", "F") == "https://a.az/#s=2345679A&g=student&f=F"


def test_a_page_holds_eight_slips_each_with_its_own_code_and_no_number() -> None:
    page = slips.html(SHEET)
    assert (page.count('<section class="page">'), page.count('<article class="slip">')) == (2, 11)
    assert re.findall(r'<p class="line">([A-Z0-9-]+)</p>', page)[1::2] == [codes.grouped(code) for code in SHEET.codes]
    words = [
        re.sub(r'(src="data:[^"]+"|[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9])', "", part) for part in page.split("<article")[1:9]
    ]
    assert len({word.partition("</article>")[0] for word in words}) == 1


def test_what_people_typed_is_escaped() -> None:
    page = slips.html(SHEET)
    assert str(escape(SHEET.school_name)) in page
    assert "<A>" not in page


@pytest.mark.parametrize("lang", ["az", "en"])
def test_the_promise_names_both_operators_and_the_groups_own_threshold(lang: str) -> None:
    said = slips.promise(replace(SHEET, lang=lang), slips.texts())
    assert [word for word in ("Bureau <A>", "Office B", "12", "answers.example.az") if word not in said] == []


def test_one_operator_of_both_services_is_said() -> None:
    said = slips.promise(replace(SHEET, lang="en", operator_answers="Bureau <A>"), slips.texts())
    assert "Bureau <A> runs both services, so you trust it not to compare them." in said


def test_the_promise_never_says_more_than_is_true() -> None:
    for form in ("adult", "child"):
        for part in ("exchange", "operators", "led_back", "school", "slip"):
            words = slips.texts().get(f"promise.{form}.{part}", "en", a="", b="", k=10, place="")
            assert not re.search(r"completely anonymous|untraceable|nobody can", words, re.IGNORECASE)


def test_primary_students_are_addressed_as_children() -> None:
    texts = slips.texts()
    assert "Kodun anonim" in slips.promise(replace(SHEET, level="primary"), texts)
    assert "Kodunuz anonim" in slips.promise(SHEET, texts)


def test_codes_do_not_show_in_a_repr() -> None:
    assert SHEET.codes[0] not in repr(SHEET)
