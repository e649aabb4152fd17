"""Slips on paper: eight or twelve on a page with cut marks, each with QR, the lines to type, and the promise."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from identity import codes
from look import paths
from look.texts import Texts, load

EACH_PAGE = (8, 12)
"""Slips on a page: eight with the promise below, or twelve with the promise on the back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """All that the slips of one group say; `codes` are participation codes in the order of printing."""

    collector_origin: str
    operator_codes: str
    operator_answers: str
    school_name: str
    session: str
    fingerprint: str
    level: str
    level_name: str
    group: str
    group_name: str
    k: int
    until: str
    lang: str
    each_page: int = EACH_PAGE[0]
    codes: tuple[str, ...] = field(repr=False, default=())

    def __len__(self) -> int:
        return len(self.codes)

    def part(self, start: int, end: int) -> "Sheet":
        """Some of the slips."""
        return replace(self, codes=self.codes[start:end])

    def html(self) -> str:
        """The page that becomes the PDF."""
        return html(self)


@cache
def texts() -> Texts:
    """The words of workspace and slips."""
    return load(Path(__file__).parent / "texts.yaml")


def link(origin: str, session: str, group: str, fingerprint: str, code: str | None = None) -> str:
    """The address on a slip, everything secret behind the hash; without a code the one for the board."""
    held = f"&c={code}" if code else ""
    return f"{origin}/#s={session}&g={group}{held}&f={fingerprint}"


def qr(address: str) -> str:
    """The address as a QR code with its quiet zone, black on white: a PNG as a data address."""
    return segno.make(address, error="m", micro=False).png_data_uri(scale=6, border=4)


def promise(sheet: Sheet, said: Texts) -> str:
    """The promise to the group, in one paragraph."""
    form = "child" if sheet.group == "student" and sheet.level == "primary" else "adult"
    t = said.bind(sheet.lang)
    same = sheet.operator_codes == sheet.operator_answers
    return " ".join(
        (
            t(f"promise.{form}.exchange"),
            t(f"promise.{form}.one_operator" if same else f"promise.{form}.operators", **_operators(sheet)),
            t(f"promise.{form}.led_back", place=sheet.collector_origin.partition("://")[2]),
            t(f"promise.{form}.school", k=sheet.k),
            t(f"promise.{form}.slip"),
        )
    )


def _operators(sheet: Sheet) -> Mapping[str, str]:
    return {"a": sheet.operator_codes, "b": sheet.operator_answers}


def html(sheet: Sheet) -> str:
    """The page that becomes the PDF."""
    environment = Environment(
        loader=PackageLoader("identity"), autoescape=select_autoescape(), undefined=StrictUndefined, trim_blocks=True
    )
    said = texts()
    slips = [
        {
            "qr": qr(link(sheet.collector_origin, sheet.session, sheet.group, sheet.fingerprint, code)),
            "code": codes.grouped(code),
        }
        for code in sheet.codes
    ]
    return environment.get_template("print/slips.html").render(
        t=said.bind(sheet.lang),
        lang=sheet.lang,
        sheet=sheet,
        font=paths.FONT,
        line=codes.session_line(sheet.session, sheet.group),
        promise=promise(sheet, said),
        pages=[slips[at : at + sheet.each_page] for at in range(0, len(slips), sheet.each_page)],
        address=sheet.collector_origin.partition("://")[2],
    )
