"""Slips: the promise to the group, the link, the lines to type, and nothing that tells them apart but the code."""

import re
import secrets
from dataclasses import replace
from typing import Any

import pytest
from markupsafe import escape

from identity import codes, slips
from identity.settings import LONGEST_OPERATOR
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


def test_twelve_to_a_page_stand_back_to_back_with_the_promise() -> None:
    page = slips.html(replace(SHEET, each_page=12))
    fronts, backs = page.count('class="qr-place"'), page.count(slips.texts().get("board.promise", "az"))
    assert (page.count('<section class="page twelve">'), fronts, backs) == (2, 11, 11)


LONGEST: dict[str, Any] = {
    "operator_codes": "Elm və Təhsil Nazirliyinin Təhsilin İnkişafı Mərkəzi "[:LONGEST_OPERATOR],
    "operator_answers": "Azərbaycan Respublikasının Dövlət Statistika Komitəsi"[:LONGEST_OPERATOR],
    "school_name": "Bakı şəhəri, Nəsimi rayonu, akademik Zərifə Əliyeva adına 20 nömrəli tam orta ümumtəhsil məktəbi",
    "group_name": "Müəssisə təlimçiləri",
    "collector_origin": "https://cavablar.guzgu.edu.az",
    "k": 100,
}


@pytest.mark.parametrize("each", slips.EACH_PAGE)
@pytest.mark.parametrize("level", ["primary", "lower-secondary"])
def test_the_longest_words_fit_on_a_slip_and_none_is_smaller_than_can_be_read(each: int, level: str) -> None:
    from weasyprint import HTML  # large, and only this test of the unit tests needs it

    page = slips.html(replace(SHEET, **LONGEST, each_page=each, level=level, codes=SHEET.codes[:1]))
    document = HTML(string=page).render()
    boxes = [box for sheet in document.pages for box in slip_boxes(sheet._page_box)]
    assert len(boxes) == (2 if each == 12 else 1)
    for box in boxes:
        lowest = max(one.position_y + one.height for one in paragraphs(box))
        assert lowest <= box.position_y + box.border_height() + 0.5, "cut off"
    assert min(float(size) for size in re.findall(r"font-size: ([0-9.]+)pt", page)) >= 6.5


def slip_boxes(box: Any) -> list[Any]:
    if getattr(getattr(box, "element", None), "tag", "") == "article":
        return [box]
    return [found for child in getattr(box, "children", ()) for found in slip_boxes(child)]


def paragraphs(box: Any) -> list[Any]:
    own = [box] if getattr(getattr(box, "element", None), "tag", "") == "p" else []
    return [*own, *(found for child in getattr(box, "children", ()) for found in paragraphs(child))]


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
