"""What the page is given: every form of every group in every language, and words for all that it says."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from collector import forms, page
from collector.forms import Operators
from contracts import ballots
from contracts.questionnaire import CURRENT, LANGUAGES, LEVELS, bank
from support.ballots import Signer, a_session

SOURCE = Path(__file__).parents[3] / "services" / "collector" / "page" / "src"
VALUES = dict.fromkeys(
    (
        "a",
        "b",
        "answered",
        "closes",
        "group",
        "hash",
        "k",
        "level",
        "n",
        "opens",
        "operation",
        "options",
        "status",
        "total",
        "value",
    ),
    "…",
)
COMPUTED = re.compile(r"^(wait|stop|type|device)\.")


def document(signer: Signer, language: str, operators: Operators | None = None) -> dict[str, object]:
    return forms.document(
        signer.message,
        bank(CURRENT),
        language=language,
        state="open",
        operators=operators or Operators(codes="Ministry", answers="Institute"),
        page_hash="hash-of-the-page",
        t=page.texts().bind(language),
        moment=datetime.isoformat,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", LEVELS)
def test_every_group_has_a_whole_form_at_every_level(level: str, language: str) -> None:
    signer = a_session(groups=bank(CURRENT).groups(level), level=level)
    found = json.loads(json.dumps(document(signer, language)))
    assert set(found["groups"]) == set(signer.message.groups)
    for group, asked in found["groups"].items():
        terms = signer.message.groups[group]
        assert [item["code"] for item in asked["items"]] == [item.code for item in terms.items]
        assert [question["code"] for question in asked["background"]] == list(terms.background)
        assert all(item["text"] and item["hint"] and item["area"] in found["texts"]["areas"] for item in asked["items"])
        assert all(option["text"] for question in asked["background"] for option in question["options"])
        promise = " ".join(found["texts"]["promise"][group])
        assert all(part in promise for part in ("Ministry", "Institute", "hash-of-the-page", f" {terms.k} "))
        assert "{" not in promise
    assert set(found["scale"]["agree"]) == {"1", "2", "3", "4", "5", "na", "pn"}
    assert found["key_card"] == ballots.key_card(
        signer.message.session, {group: terms.spki for group, terms in signer.message.groups.items()}
    )


def test_one_operator_of_both_services_is_said_plainly() -> None:
    found = document(a_session(), "en", Operators(codes="Ministry", answers="Ministry"))
    promise = " ".join(found["texts"]["promise"]["teacher"])  # type: ignore[index]  # a JSON document
    assert "Ministry runs both services, so you trust it not to compare them." in promise


def test_no_school_and_no_stratum_reaches_the_page() -> None:
    signer = a_session()
    text = json.dumps(document(signer, "en"))
    assert signer.message.school not in text
    assert signer.message.stratum.region not in text


def test_words_for_children_stand_beside_words_for_all() -> None:
    keys = page.texts().keys()
    assert [key for key in keys if key.endswith(".child") and key.removesuffix(".child") not in keys] == []


def test_the_page_says_nothing_that_has_no_words_and_no_words_are_left_over() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCE.rglob("*.ts")))
    said = set(re.findall(r'"((?:ui|type|finger|wait|stop|promise|device|ask|review|send|done)\.[a-z_.]+)"', code))
    every = page.texts().keys()
    keys = {key.removesuffix(".child") for key in every}
    elsewhere = re.compile(r"(look|shell|own|docs|preview|service|promise\.(adult|child|any))\b")
    known = {key for key in keys if not elsewhere.match(key)}
    assert said - known == set()
    assert {key for key in known - said if not COMPUTED.match(key)} == set()


def test_a_schools_own_item_is_marked_with_the_language_that_it_is_written_in() -> None:
    signer = a_session(
        own=({"az": "Həyətimiz genişdir."}, {"az": "Yeməkxana.", "en": "The canteen."}, {"az": "", "en": "Bus."})
    )
    for language, marks in (("az", ["az", "az", "en"]), ("en", ["az", "en", "en"])):
        items = document(signer, language)["groups"]["teacher"]["items"]  # type: ignore[index]  # a JSON document
        assert {item["language"] for item in items[:-3]} == {language}
        assert [item["language"] for item in items[-3:]] == marks
        assert {item["area"] for item in items[-3:]} == {forms.OWN_AREA}
        assert forms.OWN_AREA not in {item["area"] for item in items[:-3]}


def test_primary_students_are_never_addressed_as_adults() -> None:
    texts = page.texts()
    # Before the questionnaire is there nobody knows who reads.
    early = re.compile(r"(type|ui|shell|docs|preview|look)\.|promise\.(adult|any|leaders)|stop\.unknown|service")
    adult = re.compile(
        r"\b(siz|sizin|sizi|sizə|özünüz)\b|[ıiuü]n[ıiuü]z(?!ə\b)|s[ıiuü]n[ıiuü]z|(?:ay|əy|ey)in\b"
        r"|\b(soruşun|tutuşdurun|seçin|verin|istəyin|gözləyin|oxuyun|bildirin)\b",
        re.IGNORECASE,
    )
    keys = set(texts.keys())
    read = [key for key in keys if not early.match(key) and f"{key}.child" not in keys]
    assert len(read) > 30
    assert {key: found[0] for key in read if (found := adult.search(texts.get(key, "az", **VALUES)))} == {}


def test_adults_and_older_students_are_addressed_politely() -> None:
    texts = page.texts()
    child = re.compile(r"\b(sən|sənin|sənə|səni|özün)\b|\w(ır|ir|ur|ür|ər|ar)s[ae]n\b|\w(ər|ar)sən\b", re.IGNORECASE)
    read = [key for key in texts.keys() if not re.search(r"\.child(\.|$)|^look\.", key)]  # noqa: SIM118  # no dict
    assert {key: found[0] for key in read if (found := child.search(texts.get(key, "az", **VALUES)))} == {}


def test_no_word_of_the_page_promises_more_than_is_true() -> None:
    more = re.compile(
        r"completely anonymous|untraceable|nobody|impossible|tamamilə anonim|heç kim\b|heç kəs\b|mümkün deyil",
        re.IGNORECASE,
    )
    texts = page.texts()
    said = {(key, lang): texts.get(key, lang, **VALUES) for key in own_keys() for lang in LANGUAGES}
    assert {place: found[0] for place, text in said.items() if (found := more.search(text))} == {}


def own_keys() -> list[str]:
    """The keys of this package's texts."""
    return [key for key in page.texts().keys() if not key.startswith("look.")]  # noqa: SIM118  # no dict
