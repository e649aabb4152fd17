"""Lists that must say the same: reasons and texts, acts and texts, figures and labels, the OpenAPI document."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

import identity
from contracts.data import folder
from identity import main, metrics, registry, slips
from identity.codes import GROUP_LETTERS
from identity.reasons import STATUS
from identity.staff import MINISTRY_ROLES
from identity.workspace import auditing, registering

SOURCE = Path(identity.__file__).parent
CODE = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.py"))
PAGES = "\n".join(path.read_text("utf-8") for path in SOURCE.rglob("*.html"))

KEYS = slips.texts().keys()


def names(prefix: str) -> set[str]:
    return {key.removeprefix(prefix) for key in KEYS if key.startswith(prefix)}


def test_every_reason_has_words_in_both_languages_and_is_used() -> None:
    assert names("reason.") == set(STATUS)
    used = CODE.replace((SOURCE / "reasons.py").read_text("utf-8"), "")
    assert [reason for reason in STATUS if f'"{reason}"' not in used] == []


def test_every_act_reason_and_role_of_a_table_has_words() -> None:
    written = set(re.findall(r'note\([^,]+, "([a-z-]+)"|"act": "([a-z-]+)"', CODE))
    written = {one or other for one, other in written}
    built = {f"session-{act}" for act in ("extended", "closed", "cancelled")}
    built |= {"slips-issued", "slips-reissued", "invitation-printed", "invitation-reissued"}
    assert names("act.") == written | built
    assert set(auditing.ACTS) == names("act."), "the log's filter offers every act"
    assert names("may.") == set(MINISTRY_ROLES)
    assert names("fate.") - {"into", "into.hint"} == set(registering.FATES)
    assert names("row.") == set(registry.ROW_REASONS)
    assert names("role.") == set(MINISTRY_ROLES)
    assert set(GROUP_LETTERS.values()) == set("LTSC")


def test_every_text_is_used_somewhere() -> None:
    made = (
        *("reason.", "act.", "row.", "role.", "promise.", "level.", "settlement.", "breakdown.", "step.", "look."),
        *("session.step.", "session.change.", "confirm.", "slips.each.", "tongue.", "field.", "may.", "fate."),
        *("schools.show.", "campaign.by.", "campaign.no_", "import.unfinished.", "people.reset", "people.end", "keys."),
    )
    plain = [key for key in KEYS if not key.startswith(made)]
    either = ("session.close.", "session.cancel.")
    assert [key for key in plain if f'"{key}"' not in PAGES + CODE and not key.startswith(either)] == []


def test_every_text_that_pages_name_exists() -> None:
    asked = set(re.findall(r'\bt\("([a-z_.-]+)"[,)]', PAGES + CODE))
    assert asked - KEYS == set()


def test_pages_have_no_inline_style_or_script() -> None:
    for path in (SOURCE / "templates" / "workspace").glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?! src=)", text), path.name


def test_figures_have_help_and_labels_from_closed_sets() -> None:
    metrics.begin()
    allowed = {"outcome", "reason", "group", "act", "topic", "le"}
    ours = [family for family in REGISTRY.collect() if family.name.startswith("identity_")]
    assert len(ours) == 15
    for family in ours:
        assert family.documentation.endswith(".")
        assert {label for sample in family.samples for label in sample.labels} <= allowed


def test_the_openapi_document_is_the_one_in_the_contracts() -> None:
    kept = (folder("openapi") / "identity.json").read_text("utf-8")
    assert json.loads(main.openapi()) == json.loads(kept), "write it again: python -m identity openapi"


@pytest.mark.parametrize("status", sorted({status for status, _ in STATUS.values()}))
def test_only_statuses_that_clients_know_how_to_take(status: int) -> None:
    assert status in {401, 403, 404, 409, 410, 422, 425, 429}
