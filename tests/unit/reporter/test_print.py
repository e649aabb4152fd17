"""A report on paper: tagged, in words for those who do not see the charts, in letters that the fonts have."""

import os
import re
import signal
import subprocess
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from chassis.errors import Unavailable
from contracts.questionnaire import bank
from reporter.files import printing, sheets
from reporter.files.printing import Printer
from reporter.pages import report_page
from reporter.pages.rendering import TEXTS, Pages
from reporter.readers.access import Viewer
from reporter.report import assembly
from support import reporter_world as world

PAGES = Pages("Asia/Baku", "http://127.0.0.1:8001", "charts.js")
SCHOOL = "Göygöl 4 nömrəli tam orta məktəb"
DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@dataclass(frozen=True, kw_only=True)
class Print:
    """A printed report: its page, its bytes, where they lie, its text, and how many rows of figures it has."""

    html: str
    content: bytes
    file: Path
    text: str
    rows: int

    def told(self, program: str, *options: str) -> str:
        return subprocess.run([program, *options, str(self.file)], capture_output=True, check=True, text=True).stdout

    def objects(self) -> bytes:
        """The objects of the file, unpacked."""
        found = [self.content]
        for packed in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", self.content, re.DOTALL):
            try:
                found.append(zlib.decompress(packed[1]))
            except zlib.error:
                continue
        return b"\n".join(found)


def printed(folder: Path, language: str, groups: dict[str, tuple[int, int]]) -> Print:
    k = {"leader": 3, "teacher": 5, "student": 10}
    terms = world.a_session(groups={group: (2 * n, k[group], own) for group, (n, own) in groups.items()})
    found = [world.a_snapshot(terms, group, n) for group, (n, _) in groups.items() if n >= k[group]]
    said = {group: (n, "released" if n >= k[group] else "withheld") for group, (n, _) in groups.items()}
    view = assembly.view(terms, world.a_participation(terms, said, True), found, (), bank())
    rows = sheets.count(sheets.sheets(view, bank(), language))
    viewer = Viewer(role="coordinator", school=world.SCHOOL, school_name=SCHOOL)
    html = report_page.paper(PAGES, view, {"az": "Payız 2026", "en": "Autumn 2026"}, viewer, language, rows)
    content = printing.pdf(html)
    file = folder / f"report-{language}.pdf"
    file.write_bytes(content)
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, text=True).stdout
    return Print(html=html, content=content, file=file, text=text, rows=rows)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Print:
    return printed(tmp_path_factory.mktemp("print"), "az", {"leader": (3, 0), "teacher": (23, 0), "student": (118, 1)})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Print:
    return printed(tmp_path_factory.mktemp("print"), "en", {"leader": (2, 0), "teacher": (7, 0)})


@pytest.fixture
def printer() -> Iterator[Printer]:
    running = Printer()
    yield running
    running.close()


def test_it_is_tagged_titled_and_speaks_its_language(paper: Print, small: Print) -> None:
    told = paper.told("pdfinfo")
    assert re.search(r"Tagged: +yes", told)
    assert re.search(rf"Title: +{SCHOOL}: .*Payız 2026", told)
    for found, language in ((paper, b"az"), (small, b"en")):
        objects = found.objects()
        assert re.search(rb"/Lang ?\(" + language + rb"\)", objects)
        assert b"pdfuaid" in objects
        assert b"/Outlines" in objects


def test_every_chart_is_told_in_words_and_nothing_else_is_a_picture(paper: Print) -> None:
    pictures = paper.html.count("<svg ")
    objects = paper.objects()
    assert pictures > 8
    assert len(re.findall(rb"/S ?/Figure", objects)) == objects.count(b"/Alt") == pictures
    assert paper.html.count("<title>") == pictures + 1


def test_all_letters_are_in_the_fonts_that_it_carries(paper: Print) -> None:
    fonts = paper.told("pdffonts").splitlines()[2:]
    assert fonts
    for line in fonts:
        assert "DejaVu" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]
    known = TTFont(DEJAVU).getBestCmap()
    assert {"ə", "ğ", "ı", "ş", "İ", "≤", "▲", "·"} <= set(paper.text)
    assert [letter for letter in sorted(set(paper.text)) if ord(letter) not in known and letter not in "\n\f"] == []


def test_it_says_n_the_day_what_is_withheld_and_how_many_rows_it_has(paper: Print, small: Print) -> None:
    text = " ".join(paper.text.split())
    assert "118 cavab" in text
    assert "20 noyabr 2026" in text
    assert TEXTS.get("print.closing", "az", count=paper.rows, session="SESS22A2") in text
    pages = int(re.findall(r"Pages: +(\d+)", paper.told("pdfinfo"))[0])
    assert f"{pages} / {pages}" in text
    assert TEXTS.get("state.withheld_below-k", "en", k=3)[:40] in " ".join(small.text.split())


def test_every_table_stands_open_and_nothing_to_click_is_printed(paper: Print) -> None:
    assert "<details" not in paper.html
    assert "<script" not in paper.html
    assert paper.html.count('id="items-') >= 8
    for key in ("download.heading", "openings.none"):
        assert TEXTS.get(key, "az") not in paper.text


def test_a_print_fetches_nothing(tmp_path: Path) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><text y="50">fetched</text></svg>'
    (tmp_path / "picture.svg").write_text(picture, encoding="utf-8")
    page = f'<html lang="en"><title>t</title><img alt="x" src="file://{tmp_path}/picture.svg"><p>here</p>'
    (tmp_path / "print.pdf").write_bytes(printing.pdf(page))
    told = subprocess.run(["pdftotext", tmp_path / "print.pdf", "-"], capture_output=True, check=True, text=True).stdout
    assert "here" in told
    assert "fetched" not in told


def test_after_the_printing_process_died_the_next_print_comes_from_a_new_one(printer: Printer) -> None:
    page = '<html lang="en"><title>t</title><p>here</p>'
    assert printer.pdf(page).startswith(b"%PDF")
    assert printer._pool is not None
    (process,) = printer._pool._processes
    os.kill(process, signal.SIGKILL)
    with pytest.raises(Unavailable, match="printer-away"):
        printer.pdf(page)
    assert printer.pdf(page).startswith(b"%PDF")
