"""docs/security.md and docs/privacy.md name tests that exist, and the pages they lead to."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
PAGES = ("security.md", "privacy.md", "dpia.md", "accessibility.md")


def every_test() -> set[tuple[str, str]]:
    return {
        (path.name, name)
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text("utf-8"), re.MULTILINE)
    }


def test_every_test_that_a_page_names_exists() -> None:
    named = {(page, *found) for page in PAGES for found in NAMED.findall((ROOT / "docs" / page).read_text("utf-8"))}
    assert len(named) > 50
    known = every_test()
    assert sorted(one for one in named if one[1:] not in known) == []


def test_twenty_controls_each_have_a_requirement_and_a_test() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    controls = re.split(r"\n\*\*(?=\d+\. )", text.partition("\n## Guessing")[0])[1:]
    assert [int(one.partition(".")[0]) for one in controls] == list(range(1, 21))
    for one in controls:
        assert re.search(r"\(\d+\.\d+\.\d+", one), one[:40]
        assert NAMED.search(one), one[:40]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_a_page_leads_to_exists(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
