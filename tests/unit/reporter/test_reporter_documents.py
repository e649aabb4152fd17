"""Documents, settings, texts and templates say the same as the code."""

import json
import re
from pathlib import Path

from chassis.settings import describe, load
from reporter import metrics
from reporter.pages.rendering import HERE, TEXTS
from reporter.settings import Settings, contradictions
from reporter.web import openapi

ROOT = Path(__file__).parents[3]


def test_the_readme_lists_every_setting_with_its_default() -> None:
    text = (ROOT / "services" / "reporter" / "README.md").read_text(encoding="utf-8")
    for name, default, explanation in describe(Settings):
        assert f"| `{name}` | {default or 'empty'} | {explanation} |" in text


def test_the_readme_names_every_figure() -> None:
    text = (ROOT / "services" / "reporter" / "README.md").read_text(encoding="utf-8")
    for metric in (metrics.SIGNONS, metrics.PAGES, metrics.KEYS, metrics.BUILD_SECONDS):
        assert next(iter(metric.describe())).name in text
        assert next(iter(metric.describe())).documentation


def test_the_contract_is_what_the_service_describes() -> None:
    text = (ROOT / "contracts" / "openapi" / "reporter.json").read_text(encoding="utf-8")
    assert json.loads(text) == openapi.document()


def test_every_text_that_is_asked_for_by_name_exists_and_none_is_left_over() -> None:
    files = [*HERE.rglob("*.py"), *(HERE / "templates" / "reporter").rglob("*.html")]
    code = "\n".join(file.read_text(encoding="utf-8") for file in files)
    own = {key for key in TEXTS.keys() if not key.startswith("look.")}  # noqa: SIM118  # no dictionary
    asked = set(re.findall(r"""\bt\(\s*["']([a-z_]+(?:\.[A-Za-z0-9_-]+)+)["']""", code))
    assert asked - set(TEXTS.keys()) == set()
    starts = set(re.findall(r"""["']((?:[a-z_]+\.)+[a-z_]*)(?:["'] ~|\{)""", code))
    quoted = set(re.findall(r"""["']([a-z_]+\.[A-Za-z0-9_-]+(?:\.[a-z]+)?)["']""", code))
    unused = {key for key in own if key not in quoted and not any(key.startswith(start) for start in starts)}
    assert unused == set()


def test_settings_that_contradict_each_other_are_named_together() -> None:
    environ = {
        "MONGO_URI": "mongodb://localhost",
        "COOKIE_KEY": "short",
        "OPEN_DATA_SIGNING_KEY": "short",
        "IDENTITY_ORIGIN": "http://127.0.0.1:8001",
        "REPORTER_ORIGIN": "http://127.0.0.1:8003",
        "CLOCK_OFFSET_SECONDS": "5",
    }
    found = list(contradictions(load(Settings, environ)))
    assert [sentence.split()[0] for sentence in found] == [
        *("IDENTITY_JWKS_URL", "CLOCK_OFFSET_SECONDS", "COOKIE_KEY", "OPEN_DATA_SIGNING_KEY")
    ]
    assert "short" not in " ".join(found)
