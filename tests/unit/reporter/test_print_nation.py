"""The national page on paper: two pages, tagged, with its map and every figure, in the longer of both languages."""

import re
import subprocess
from pathlib import Path

import pytest

from reporter.files import printing
from reporter.national import glance, nation, sight
from reporter.national.sight import Looking
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.web.ministry import PAPER
from support import nation_world

PAGES = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js")


def looking(language: str) -> Looking:
    """An officer before the country's last edition."""
    head, *cells = (found for found in nation_world.an_edition() if found["kind"] != "benchmark")
    viewer = Viewer(role="officer")
    found = nation.read(head, cells, nation_world.a_campaign())
    return Looking(
        found=found,
        cells=cells,
        sight=sight.sight(viewer, found, None),
        message=nation_world.a_campaign(),
        names={found.campaign: "Payız 2026"},
        viewer=viewer,
        language=language,
        query=(),
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("print") / "nation.pdf"
    path.write_bytes(printing.pdf(glance.page(PAGES, looking("az"), **PAPER).decode()))
    return path


def told(program: str, *options: str) -> str:
    return subprocess.run([program, *options], capture_output=True, check=True, text=True).stdout


def test_it_has_two_pages_a_title_and_tags(file: Path) -> None:
    said = told("pdfinfo", str(file))
    assert re.search(r"Pages: +2\n", said)
    assert re.search(r"Tagged: +yes", said)
    assert re.search(r"Title: +Ölkə üzrə nəticələr, Payız 2026", said)


def test_every_share_every_shown_region_and_every_recommendation_is_on_it(file: Path) -> None:
    text = " ".join(told("pdftotext", "-layout", str(file), "-").split())
    look = looking("az")
    voice = PAGES.voice("az", "2026-1")
    for group in ("leader", "teacher", "student"):
        for figure in look.found.of("all", group).values():
            assert voice.percent(figure.share) in text
    for region in nation_world.REGIONS:
        assert region.split("-")[0].split()[0] in text
    assert text.count("Qayda:") >= 5
    assert "n = " in text
