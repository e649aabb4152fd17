"""Pieces of letters bound into one PDF: every page, its bookmark, and the tags that a reading program follows."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from weasyprint import HTML

from identity import binding
from identity.letters import Letter, Letters

NAMES = tuple(f"Gəncə şəhəri, {number} saylı tam orta məktəb" for number in range(1, 8))
LETTERS = Letters(
    origin="https://kod.guzgu.example.az",
    lang="az",
    letters=tuple(
        Letter(name=name, region="Gəncə", registry_id=f"{at:03d}", code=f"ABCD-{at:04d}")
        for at, name in enumerate(NAMES)
    ),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven letters in pieces of three."""
    parts = [HTML(string=LETTERS.part(at, at + 3).html()).write_pdf(pdf_tags=True) for at in range(0, 7, 3)]
    written = tmp_path_factory.mktemp("bound") / "letters.pdf"
    written.write_bytes(binding.bound(parts))
    return written


def told(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_each_letter_has_a_page_of_its_own_in_order(file: Path) -> None:
    pages = told("pdftotext", file, "-").split("\f")[:-1]
    assert [page.splitlines()[0] for page in pages] == list(NAMES)
    assert [f"ABCD-{at:04d}" in page for at, page in enumerate(pages)] == [True] * 7


def test_a_reading_program_finds_in_the_whole_what_it_finds_in_the_pieces(file: Path, tmp_path: Path) -> None:
    at_once = tmp_path / "at-once.pdf"
    at_once.write_bytes(HTML(string=LETTERS.html()).write_pdf(pdf_tags=True))
    expected = told("pdfinfo", "-struct-text", at_once)
    assert expected.count("H1") == 7
    assert told("pdfinfo", "-struct-text", file) == expected


def test_title_and_language_stand_and_each_letter_has_its_bookmark(file: Path) -> None:
    read = PdfReader(file)
    catalog: Any = read.root_object
    assert read.metadata is not None
    assert (read.metadata.title, catalog["/Lang"]) == ("Bütün məktəblərə dəvətnamə", "az")
    outline: list[Any] = read.outline
    assert [(one.title, read.get_destination_page_number(one)) for one in outline] == list(
        zip(NAMES, range(7), strict=True)
    )


def test_what_has_no_tags_is_bound_without() -> None:
    part = HTML(string=LETTERS.part(0, 2).html()).write_pdf()
    read = PdfReader(io.BytesIO(binding.bound([part, part])))
    assert (len(read.pages), "/StructTreeRoot" in read.root_object) == (4, False)
