"""The frame and the parts of pages are complete, escaped, and need neither inline style nor inline script."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from look import page, paths
from look.texts import load
from look.tokens import LIGHT

TEXTS = load(paths.TEXTS)
MACROS = re.findall(r"macro ([a-z]\w+)\(", (paths.TEMPLATES / "look" / "macros.html").read_text(encoding="utf-8"))


def rendered(body: str, lang: str = "en", **names: Any) -> str:
    """A page around `body`, with every macro at hand and undefined names refused."""
    source = (
        f'{{% extends "look/layout.html" %}}{{% from "look/macros.html" import {", ".join(MACROS)} with context %}}'
        f"{{% block content %}}{body}{{% endblock %}}"
    )
    loader = PrefixLoader(
        {"look": FileSystemLoader(paths.TEMPLATES / "look"), "test": DictLoader({"page.html": source})}
    )
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.globals.update(page.constants())
    return environment.get_template("test/page.html").render(
        **{**page.speaking(TEXTS, lang, "/here"), "service_name": "Güzgü", **names}
    )


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


EVERY_PART = """
{{ error_summary({"a": "Write it"}) }}
{{ field("a", "A", hint="h", error="Write it", attrs={"required": true, "autocomplete": "off"}) }}
{{ field("b", "B", type="textarea", optional=True) }}{{ field("f", "F", type="file") }}
{{ select_field("c", "C", [("1", "one"), ("2", "two")], "2") }}
{{ choices("d", "D", [("x", "X"), ("y", "Y", "hint")], "y", scale=True) }}{{ checkbox("e", "E", checked=True) }}
{{ button("Go") }}{{ button("Go", href="/go", kind="secondary") }}
{{ table("T", ["a", {"label": "n", "kind": "number"}], [["x", 1], ["y", withheld("few")]], "t") }}
{{ details_table("T", ["a"], [], "u") }}
<dl class="figures">{{ key_figure("1", "one", "of 2") }}</dl>
{{ notice("n") }}{{ notice("n", "good") }}{{ notice("n", "caution") }}
{% call notice(kind="error") %}<p>x</p>{% endcall %}
{{ badge("open") }}{{ badge("planned") }}{{ badge("closed") }}{{ badge("cancelled") }}
{{ progress(3, 8, "areas") }}{{ share_bar(1.7, "teacher") }}{{ pagination(2, 3, "?page={page}") }}
{{ group_mark("leader") }}{{ group_mark("teacher") }}{{ group_mark("student") }}{{ group_mark("trainer", bare=True) }}
{{ answer_key([("1", "no")]) }}{{ card("c", href="/c") }}{{ empty_state("none", "next") }}
{{ chart("C", "svg", "as of") }}
{{ language_switch(languages) }}{{ breadcrumb([{"text": "x", "href": "/"}, {"text": "y"}]) }}
"""
FULL: dict[str, Any] = {
    "nav_items": [{"text": "Here", "href": "/here", "current": True}, {"text": "There", "href": "/there"}],
    "breadcrumbs": [{"text": "Home", "href": "/"}, {"text": "Here"}],
    "user_menu": {"name": "A", "links": [{"text": "Me", "href": "/me"}], "sign_out": "/sign-out"},
    "csrf_token": "tok",
}


@pytest.mark.parametrize("lang", ["az", "en"])
def test_no_part_needs_inline_style_or_script(lang: str) -> None:
    for tag, attrs in Elements(rendered(EVERY_PART, lang, **FULL)).found:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith("on")], tag
        assert tag not in ("style", "script")


def test_the_specimen_of_tests_shows_every_macro() -> None:
    # The rest come as part of a shown one.
    assert {name for name in MACROS if f" {name}(" not in EVERY_PART and f"{{{name}(" not in EVERY_PART} <= {
        "radio_row"
    }


def test_every_macro_is_documented() -> None:
    readme = (paths.PACKAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in MACROS if f"`{name}(" not in readme] == []


def test_the_frame_alone_asks_only_for_language_and_service_name() -> None:
    html = rendered("<h1>Hello</h1>", "az")
    assert '<html lang="az" dir="ltr">' in html
    assert '<a class="skip-link" href="#content">Məzmuna keç</a>' in html
    assert "<title>Güzgü</title>" in html


def test_every_reference_points_to_an_element_of_the_page() -> None:
    elements = Elements(rendered(EVERY_PART, **FULL))
    ids = [attrs["id"] for _, attrs in elements.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in elements.found:
        for name in ("for", "aria-describedby", "aria-labelledby"):
            assert set((attrs.get(name) or "").split()) <= set(ids)
        if (attrs.get("href") or "").startswith("#"):
            assert (attrs["href"] or "")[1:] in ids


def test_drawings_use_colours_that_turn_dark() -> None:
    used = re.findall(r'(?:fill|stroke)="(#[^"]*)"', rendered(EVERY_PART))
    assert used
    assert set(used) <= set(LIGHT.values())


def test_files_are_fetched_from_the_own_address_with_their_version() -> None:
    for link in Elements(rendered("", look_static="/static/look")).named("link"):
        assert re.fullmatch(r"/static/look/(favicon\.svg|look\.css|charts\.css)\?v=[0-9a-f]{10}", link["href"] or "")


def test_what_people_wrote_is_escaped() -> None:
    html = rendered('{{ field("a", name, value=name) }}{{ notice(name) }}{{ card(name) }}', name='<b>"x"</b>')
    assert "<b>" not in html


def test_a_password_and_a_file_are_never_written_back() -> None:
    html = rendered(
        '{{ field("p", "P", type="password", value="secret") }}{{ field("f", "F", type="file", value="secret") }}'
    )
    assert "secret" not in html


def test_the_error_summary_takes_the_focus_and_links_to_the_field() -> None:
    html = rendered('{{ error_summary([("a", "Write it"), (None, "Later")]) }}{{ field("a", "A", error="Write it") }}')
    (summary,) = [attrs for attrs in Elements(html).named("div") if attrs.get("class") == "error-summary"]
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary
    assert '<a href="#a">Write it</a>' in html
    assert 'aria-describedby="a-error" aria-invalid="true"' in html


def test_nothing_wrong_shows_no_error_summary() -> None:
    assert "error-summary" not in rendered("{{ error_summary({}) }}{{ error_summary(None) }}")


def test_a_withheld_cell_says_the_word_and_the_reason() -> None:
    html = rendered('{{ withheld("10 nəfərdən az") }}', "az")
    assert "Göstərilmir" in html
    assert "10 nəfərdən az" in html


def test_the_chosen_answers_are_checked_also_when_numbers() -> None:
    inputs = Elements(rendered('{{ choices("d", "D", [(1, "X"), (2, "Y")], [2], type="checkbox") }}')).named("input")
    assert [("checked" in attrs) for attrs in inputs] == [False, True]


def test_pagination_links_to_its_neighbours_only() -> None:
    html = rendered('{{ pagination(1, 3, "?page={page}") }}')
    assert 'href="?page=2"' in html
    assert 'rel="prev"' not in html
    assert "pagination" not in rendered('{{ pagination(1, 1, "?page={page}") }}')


def test_signing_out_carries_the_token() -> None:
    assert '<input type="hidden" name="csrf_token" value="tok">' in rendered("", **FULL)


def test_the_direction_of_writing_is_the_languages_own() -> None:
    assert 'dir="rtl"' in rendered("", dir="rtl")
