"""Slips as a printer makes them: each QR code leads to the page with this slip's code, large and clear enough."""

import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image
from weasyprint import HTML

from identity import codes, slips
from identity.slips import EACH_PAGE, Sheet
from support import qr

DOTS = 300
MILLIMETRE = DOTS / 25.4
SHEET = Sheet(
    collector_origin="https://cavab.guzgu.example.az",
    operator_codes="Kod xidməti",
    operator_answers="Cavab xidməti",
    school_name="Yardımlı şəhər 1 saylı tam orta məktəb",
    session="2345679A",
    fingerprint="abcdefgh-_345678",
    level="lower-secondary",
    level_name="Ümumi orta təhsil",
    group="student",
    group_name="Şagirdlər",
    k=10,
    until="24 noyabr 2026, 18:00",
    lang="az",
)


def printed(sheet: Sheet, folder: Path) -> list[qr.Code]:
    """The codes on the first page, as 300 dots an inch show them."""
    (folder / "slips.pdf").write_bytes(HTML(string=slips.html(sheet)).write_pdf())
    command: list[str | Path] = [
        "pdftoppm",
        "-png",
        "-gray",
        "-r",
        str(DOTS),
        "-l",
        "1",
        folder / "slips.pdf",
        folder / "page",
    ]
    subprocess.run(command, check=True)
    (picture,) = folder.glob("page*.png")
    with Image.open(picture) as page:
        return qr.read(np.asarray(page.convert("L")) < 128)


@pytest.mark.parametrize("each_page", EACH_PAGE)
def test_every_printed_code_leads_to_its_own_slip_and_is_large_enough_for_a_phone(
    tmp_path: Path, each_page: int
) -> None:
    made = tuple(codes.make(codes.PARTICIPATION, Random(seed).randbytes) for seed in range(each_page))
    found = printed(replace(SHEET, each_page=each_page, codes=made), tmp_path)
    links = [slips.link(SHEET.collector_origin, SHEET.session, SHEET.group, SHEET.fingerprint, code) for code in made]
    assert sorted(code.text for code in found) == sorted(links)
    assert all(code.quiet for code in found), "four white modules around each"
    assert min(code.module for code in found) / MILLIMETRE >= 0.4
