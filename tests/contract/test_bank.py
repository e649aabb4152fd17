"""The item bank keeps its promises: what is asked of whom, in words that are there, in the right language."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
import yaml

from contracts import bank as files
from contracts.data import folder
from contracts.forms import read_background, read_items
from contracts.questionnaire import (
    AREAS,
    CURRENT,
    GROUPS,
    LANGUAGES,
    LEVELS,
    BankFault,
    OwnItem,
    UnknownVersion,
    assemble,
    bank,
    versions,
)

GENERAL = ("primary", "lower-secondary", "upper-secondary")
FORMS = [(level, group) for level in LEVELS for group in bank().groups(level)]
AZERBAIJANI = set("abcçdeəfgğhxıijkqlmnoöprsştuüvyzABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVYZ")
MARKS = set(" .,:;?!()–-0123456789%/")


def texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of the bank in one language, with the path by which a reader would name it."""
    q = bank()
    for level, group in FORMS:
        for code in q.core(level, group) + q.optional(level, group):
            words = q.text(code, group, level, language)
            yield f"{code}/{group}/{level}", words.text
            yield f"{code}/{group}/{level}/hint", words.hint
        for code in q.background(level, group):
            yield f"{code}/{group}/{level}", q.question_text(code, group, language, level)
    for code, question in q.questions.items():
        for option in question.options:
            yield f"{code}/{option}", q.option_text(code, option, language)
    for area in AREAS:
        yield f"area/{area}", q.area_name(area, language)
        yield f"area/{area}/question", q.area_question(area, language)
    for group in GROUPS:
        yield f"group/{group}", q.group_name(group, language)
        yield f"member/{group}", q.member_name(group, language)
    for level in LEVELS:
        yield f"level/{level}", q.level_name(level, language)
    for kind in ("agree", "useful"):
        yield from ((f"scale/{kind}/{step}", label) for step, label in enumerate(q.scale(kind, language), start=1))
        yield from ((f"scale/{kind}/{code}", label) for code, label in q.special(language, kind).items())


@pytest.mark.parametrize(
    ("level", "leader", "teacher", "student", "trainer"),
    [
        ("primary", 34, 34, 12, None),
        ("lower-secondary", 34, 34, 18, None),
        ("upper-secondary", 34, 34, 18, None),
        ("vocational", 37, 37, 20, 12),
    ],
)
def test_each_group_is_asked_as_many_core_items_as_designed(
    level: str, leader: int, teacher: int, student: int, trainer: int | None
) -> None:
    counts = {group: len(bank().core(level, group)) for group in bank().groups(level)}
    designed = {"leader": leader, "teacher": teacher, "student": student}
    assert counts == (designed if trainer is None else {**designed, "trainer": trainer})


def test_primary_students_have_their_twelve() -> None:
    designed = "C3 C5 C8 F1 F3 F4 F5 G3 H1 H3 H6 H7"
    assert bank().core("primary", "student") == tuple(designed.split())


def test_every_designed_item_is_there_in_the_order_of_the_form_and_no_other() -> None:
    designed = (
        "A1 A2 A3 A4 A5 A6 B1 B2 B3 B4 C1 C2 C3 C5 C7 C8 C10 C11 C12 C13 C14 C15 C16 "
        "D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 "
        "E1 E2 E3 E4 E5 F1 F3 F4 F5 F6 F8 G1 G3 G5 G7 G8 G9 G10 G11 H1 H3 H4 H6 H7 H8 H9 H11 H13 H14"
    )
    assert tuple(bank().items) == tuple(designed.split())


def test_trainers_answer_in_vocational_schools_only() -> None:
    assert [level for level in LEVELS if "trainer" in bank().groups(level)] == ["vocational"]
    for level in GENERAL:
        assert bank().core(level, "trainer") == bank().optional(level, "trainer") == ()
        assert bank().background(level, "trainer") == ()


def test_items_of_vocational_education_are_core_there_and_never_core_elsewhere() -> None:
    only = {"A6", "F8", "H14"}
    for group in ("leader", "teacher"):
        core = {level: set(bank().core(level, group)) for level in LEVELS}
        assert core["vocational"] - core["upper-secondary"] == only
        assert all(not only & core[level] for level in GENERAL)


def test_only_usefulness_of_training_has_a_scale_of_its_own_and_only_teachers_see_it() -> None:
    own = {code for code, item in bank().items.items() if item.scale == "useful"}
    assert own == {f"D{number}" for number in range(4, 12)}
    assert all(bank().items[code].groups == ("teacher",) for code in own)


@pytest.mark.parametrize(("level", "group"), FORMS)
def test_core_and_optional_part_what_a_group_can_be_asked(level: str, group: str) -> None:
    core, optional = bank().core(level, group), bank().optional(level, group)
    assert not set(core) & set(optional)
    assert set(core + optional) == {code for code, item in bank().items.items() if item.asked(level, group)}


@pytest.mark.parametrize(("level", "group"), FORMS)
def test_areas_of_a_form_hold_its_core_items_and_are_never_empty(level: str, group: str) -> None:
    areas = bank().area_items(level, group)
    assert all(areas.values())
    assert tuple(code for codes in areas.values() for code in codes) == bank().core(level, group)


def test_students_are_not_asked_about_leadership_training_or_materials() -> None:
    assert set(bank().area_items("lower-secondary", "student")) == {"B", "C", "F", "G", "H"}


@pytest.mark.parametrize(("level", "group"), FORMS)
def test_every_group_is_asked_how_useful_this_was_and_whether_it_would_recommend_it(level: str, group: str) -> None:
    assert bank().background(level, group)[-2:] == ("useful", "recommend")
    assert bank().question("useful").options == tuple(str(number) for number in range(1, 11))


def test_option_codes_never_meet_the_words_kept_for_other_answers() -> None:
    for question in bank().questions.values():
        assert not {"pn", "skipped", "na"} & set(question.options)
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", option) for option in question.options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_one_line_of_words_and_not_its_key(language: str) -> None:
    for path, text in texts(language):
        *_, key = path.split("/")
        number = re.fullmatch(r"useful/[2-9]", path)
        assert text, path
        assert text == text.strip(), path
        assert "\n" not in text, path
        assert number or text != key, path
        assert len(text) <= 160, path


def test_no_text_is_the_same_in_both_languages() -> None:
    english, azerbaijani = dict(texts("en")), dict(texts("az"))
    assert english.keys() == azerbaijani.keys()
    same = [path for path in english if english[path] == azerbaijani[path]]
    assert same == [f"useful/{number}" for number in range(2, 10)]


def test_azerbaijani_is_written_with_its_own_letters() -> None:
    wrong = {path: text for path, text in texts("az") if set(text) - AZERBAIJANI - MARKS}
    assert wrong == {}


def test_english_is_written_with_english_letters() -> None:
    wrong = {path: text for path, text in texts("en") if not text.isascii()}
    assert wrong == {}


def test_items_end_as_statements_or_questions_do_and_hints_as_sentences() -> None:
    for language, (level, group) in product(LANGUAGES, FORMS):
        for code in bank().core(level, group) + bank().optional(level, group):
            words = bank().text(code, group, level, language)
            assert words.text.endswith("?" if bank().items[code].scale == "useful" else "."), words
            assert words.hint.endswith((".", "?")), words


def test_primary_students_are_addressed_as_sen_and_everybody_else_as_siz() -> None:
    familiar = re.compile(r"\b([Ss]ən(in|i|ə|dən|cə)?|\w+([ıu]rsan|[iü]rsən|arsan|ərsən))\b")
    polite = re.compile(r"\b([Ss]iz(in|i|ə|dən|cə)?|\w+(ınız|iniz|unuz|ünüz))\b")
    for path, text in texts("az"):
        if "/student/primary" in path:
            assert not polite.search(text), path
        else:
            assert not familiar.search(text), path


def test_primary_students_read_shorter_sentences() -> None:
    for language in LANGUAGES:
        for code in bank().core("primary", "student"):
            assert len(bank().text(code, "student", "primary", language).text) <= 85, code


def test_an_item_is_not_handed_to_a_group_that_is_not_asked_it() -> None:
    with pytest.raises(KeyError):
        bank().text("A1", "student", "vocational", "en")
    with pytest.raises(KeyError):
        bank().text("H4", "student", "primary", "en")


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnknownVersion):
        bank("1999-1")


def faults_after(edit: tuple[str, ...], to: object) -> tuple[str, ...]:
    """What loading says once the text at the path `edit` (language first) has been put to `to` (None: taken away)."""
    structure, _ = files.read(folder("questionnaire") / CURRENT)
    shelves = {}
    for language in LANGUAGES:
        root = folder("questionnaire") / CURRENT / language
        tree = {name: files.read_yaml(root / f"{name}.yaml") for name in files.FILES}
        if language == edit[0]:
            place = tree
            for step in edit[1:-1]:
                place = place[step]
            if to is None:
                del place[edit[-1]]
            else:
                place[edit[-1]] = to
        shelves[language] = files.Texts(language, tree)
    with pytest.raises(BankFault) as caught:
        assemble(CURRENT, structure, shelves)
    return caught.value.faults


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("az", "items", "C3", "student"), None),
        (("az", "items", "C3", "primary_hint"), ""),
        (("en", "items", "A1", "trainer"), "   "),
        (("en", "items", "A1", "hint"), "two\nlines"),
        (("az", "background", "years", "options", "3-5"), None),
        (("az", "names", "scales", "agree", "pn"), None),
        (("en", "names", "areas", "H", "name"), 7),
    ],
)
def test_a_missing_empty_or_broken_text_fails_the_load_and_is_named(path: tuple[str, ...], to: object) -> None:
    language, *rest = path
    assert faults_after(path, to) == (f"{language}: {'/'.join(rest)}: no text",)


def test_a_text_that_belongs_to_nothing_fails_the_load() -> None:
    assert faults_after(("en", "items", "A1", "student"), "Hello.") == ("en: items/A1/student: belongs to nothing",)


def test_what_is_not_understood_in_the_structure_is_named() -> None:
    faults: list[str] = []
    read_items([{"code": "Z1", "groups": "LT", "kind": "core"}, {"code": "A1", "groups": "LQ", "kind": "core"}], faults)
    read_background([{"code": "years", "groups": "L", "kind": "one", "options": ["pn", "x"]}], faults)
    assert [fault.split(":")[0] for fault in faults] == ["item Z1", "item A1", "background years"]


def test_a_key_written_twice_fails_the_load(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text('A1: "one"\nA1: "two"\n')
    with pytest.raises(yaml.YAMLError, match="written twice: A1"):
        files.read_yaml(tmp_path / "twice.yaml")


@pytest.mark.parametrize("version", versions())
def test_a_version_is_what_was_sealed(version: str) -> None:
    assert files.digest(folder("questionnaire") / version) == files.seals()[version]["sha256"]


def test_every_folder_of_the_bank_is_a_sealed_version_and_the_current_one_is_among_them() -> None:
    assert {path.name for path in folder("questionnaire").iterdir() if path.is_dir()} == set(versions())
    assert CURRENT in versions()


def test_a_published_version_is_never_sealed_anew_and_one_under_work_is(tmp_path: Path) -> None:
    for version in ("old", "new"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "items.yaml").write_text("A1: changed\n")
    sealed = {"old": {"published": True, "sha256": "0"}, "new": {"published": False, "sha256": "0"}}
    (tmp_path / "versions.yaml").write_text("# why\n" + yaml.safe_dump(sealed))
    assert files.seal(tmp_path) == ["old"]
    written = (tmp_path / "versions.yaml").read_text()
    assert written.startswith("# why\n")
    assert yaml.safe_load(written)["old"]["sha256"] == "0"
    assert yaml.safe_load(written)["new"]["sha256"] == files.digest(tmp_path / "new")


def test_a_school_s_own_item_has_a_code_of_its_own_and_falls_back_to_the_language_it_was_written_in() -> None:
    own = OwnItem(code="X1", texts={"az": "Məktəb bağçamız gözəldir."})
    assert own.text("en") == own.text("az") == "Məktəb bağçamız gözəldir."
    with pytest.raises(ValueError, match="X11"):
        OwnItem(code="X11", texts={"az": "Artıqdır."})
    with pytest.raises(ValueError, match="no text"):
        OwnItem(code="X2", texts={"az": " "})


def test_the_wheel_carries_the_bank(tmp_path: Path) -> None:
    source = folder("questionnaire").parent
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    asked = (
        "from contracts.questionnaire import bank; from contracts.data import folder; "
        "print(folder('questionnaire'), len(bank().core('vocational', 'trainer')), folder('topics').is_dir(), "
        "folder('schemas').is_dir(), folder('access.yaml').is_file())"
    )
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(tmp_path / "site")], check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    assert said.stdout.split() == [str(tmp_path / "site/contracts/_data/questionnaire"), "12", "True", "True", "True"]
