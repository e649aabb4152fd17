"""Slips on paper: eight on a page with cut marks, each with QR, the lines to type, and the promise."""

import multiprocessing
import threading
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from chassis.errors import Unavailable
from identity import codes, offspring
from look import paths
from look.texts import Texts, load

EACH_PAGE = 8
_LONGEST = 240.0


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
    codes: tuple[str, ...] = field(repr=False)


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
        pages=[slips[at : at + EACH_PAGE] for at in range(0, len(slips), EACH_PAGE)],
        address=sheet.collector_origin.partition("://")[2],
    )


def pdf(sheet: Sheet) -> bytes:
    """The slips as a PDF."""
    from weasyprint import HTML  # only here: it is large, and only a printing process needs it

    written: Any = HTML(string=html(sheet)).write_pdf(pdf_tags=True)
    return bytes(written)


class Printer:
    """One process that prints, so that printing never holds up ballots; started at the first slips."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def pdf(self, sheet: Sheet) -> bytes:
        """The slips as a PDF; Unavailable if the process died or took longer than four minutes."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, mp_context=multiprocessing.get_context("spawn"), initializer=offspring.begin
                )
            pool = self._pool
        try:
            return pool.submit(pdf, sheet).result(timeout=_LONGEST)
        except (BrokenExecutor, TimeoutError) as error:
            with self._lock:
                if self._pool is pool:
                    pool.shutdown(wait=False, cancel_futures=True)
                    self._pool = None
            raise Unavailable("printer-away", 5) from error

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
