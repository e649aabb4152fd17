"""One process that turns slips into a PDF, a few pages at a time, so that printing never holds up ballots."""

import multiprocessing
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from chassis import offspring
from chassis.errors import Unavailable
from identity.slips import Sheet, html

T = TypeVar("T")
PIECE = 48
"""Slips laid out at a time: whole pages of 8 as of 12."""
MOST_AT_ONCE = 4
_LONGEST = 60.0
_laid_out: dict[str, list[Any]] = {}


def _lay_out(job: str, sheet: Sheet) -> None:
    from weasyprint import HTML  # only here: it is large, and only a printing process needs it

    _laid_out.setdefault(job, []).append(HTML(string=html(sheet)).render())


def _write(job: str) -> bytes:
    documents = _laid_out.pop(job)
    pages = [page for document in documents for page in document.pages]
    return bytes(documents[0].copy(pages).write_pdf(pdf_tags=True))


def _drop(job: str) -> None:
    _laid_out.pop(job, None)


class Job:
    """Slips on their way to paper. Their codes are in this process's memory and the printing one's, nowhere else, and
    gone from both when the job ends. Unavailable: the printing process died or took too long."""

    def __init__(self, sheet: Sheet, do: Callable[..., Any]) -> None:
        self._sheet = sheet
        self._do = do
        self._name = secrets.token_hex(8)

    def pieces(self) -> Iterator[int]:
        """Lays the slips out piece by piece; after each, how many are done."""
        codes = self._sheet.codes
        for at in range(0, len(codes), PIECE):
            piece = codes[at : at + PIECE]
            self._do(_lay_out, self._name, replace(self._sheet, codes=piece))
            yield at + len(piece)

    def write(self) -> bytes:
        """All pieces as one PDF."""
        return bytes(self._do(_write, self._name))

    def end(self) -> None:
        """Forgets what was laid out and not written."""
        self._do(_drop, self._name)


class Printer:
    """Starts its process at the first slips. At most four jobs at once, which take turns piece by piece."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._pool: ProcessPoolExecutor | None = None

    @contextmanager
    def job(self, sheet: Sheet) -> Iterator[Job]:
        """A job for as long as the block runs; Unavailable where four are being printed."""
        if not self._turns.acquire(blocking=False):
            raise Unavailable("printer-busy", 10)
        try:
            pool = self._running()

            def do(act: Callable[..., T], *arguments: object) -> T:
                return self._done(pool, act, *arguments)

            made = Job(sheet, do)
            try:
                yield made
            finally:
                self._forget(made)
        finally:
            self._turns.release()

    def pdf(self, sheet: Sheet) -> bytes:
        """The slips as a PDF; Unavailable if the process died, took too long, or is busy with others."""
        with self.job(sheet) as job:
            for _ in job.pieces():
                pass
            return job.write()

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1, mp_context=multiprocessing.get_context("spawn"), initializer=offspring.begin
                )
            return self._pool

    def _done(self, pool: ProcessPoolExecutor, act: Callable[..., T], *arguments: object) -> T:
        try:
            return pool.submit(act, *arguments).result(timeout=_LONGEST)
        except (BrokenExecutor, TimeoutError, RuntimeError) as error:  # RuntimeError: another job found it dead first
            with self._lock:
                if self._pool is pool:
                    pool.shutdown(wait=False, cancel_futures=True)
                    self._pool = None
            raise Unavailable("printer-away", 5) from error

    def _forget(self, job: Job) -> None:
        try:
            job.end()
        except Unavailable:
            return  # the process is gone, and what it held with it
