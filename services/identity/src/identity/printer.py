"""One process that turns slips and letters into PDFs, a few pages at a time: printing never holds up ballots."""

import multiprocessing
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, Self, TypeVar

from chassis import offspring
from chassis.errors import Unavailable
from identity import binding

T = TypeVar("T")
PIECE = 48
"""Slips or letters made at a time: whole pages of 8 as of 12. Tagging takes time with their square."""
TAGGED = 1000
"""With more pieces the PDF has no tags, which would take 130 kB of memory a letter; its text is read all the same."""
MOST_AT_ONCE = 4
_LONGEST = 60.0
_A_PAGE = 0.25
"""Seconds that a page may take at most when the whole is bound."""
_made: dict[str, list[bytes]] = {}
"""In the printing process: each job's pieces as PDFs, since pages laid out would take a hundred times their memory."""


class Paper(Protocol):
    """What can be printed: so many pieces (slips, letters), some of them, and their page."""

    def __len__(self) -> int: ...

    def part(self, start: int, end: int) -> Self:
        """Some of it."""
        ...

    def html(self) -> str:
        """The page that becomes the PDF."""
        ...


def _make(job: str, paper: Paper, tagged: bool) -> None:
    from weasyprint import HTML  # only here: it is large, and only a printing process needs it

    _made.setdefault(job, []).append(bytes(HTML(string=paper.html()).write_pdf(pdf_tags=tagged)))


def _bind(job: str) -> bytes:
    return binding.bound(_made.pop(job))


def _drop(job: str) -> None:
    _made.pop(job, None)


class Job:
    """Slips or letters on their way to paper. Their codes are in this process's memory and the printing one's, nowhere
    else, and gone from both when the job ends. Unavailable: the printing process died or took too long."""

    def __init__(self, paper: Paper, do: Callable[..., Any]) -> None:
        self._paper = paper
        self._do = do
        self._name = secrets.token_hex(8)

    def pieces(self) -> Iterator[int]:
        """Makes it piece by piece; after each, how many are done."""
        for at in range(0, len(self._paper), PIECE):
            piece = self._paper.part(at, at + PIECE)
            self._do(_LONGEST, _make, self._name, piece, len(self._paper) <= TAGGED)
            yield at + len(piece)

    def write(self) -> bytes:
        """All pieces as one PDF."""
        return bytes(self._do(_LONGEST + _A_PAGE * len(self._paper), _bind, self._name))

    def end(self) -> None:
        """Forgets what was made and not bound."""
        self._do(_LONGEST, _drop, self._name)


class Printer:
    """Starts its process at the first paper. At most four jobs at once, which take turns piece by piece."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._pool: ProcessPoolExecutor | None = None

    @contextmanager
    def job(self, paper: Paper) -> Iterator[Job]:
        """A job for as long as the block runs; Unavailable where four are being printed."""
        if not self._turns.acquire(blocking=False):
            raise Unavailable("printer-busy", 10)
        try:
            pool = self._running()

            def do(longest: float, act: Callable[..., T], *arguments: object) -> T:
                return self._done(pool, longest, act, *arguments)

            made = Job(paper, do)
            try:
                yield made
            finally:
                self._forget(made)
        finally:
            self._turns.release()

    def pdf(self, paper: Paper) -> bytes:
        """All of it as a PDF; Unavailable if the process died, took too long, or is busy with others."""
        with self.job(paper) as job:
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

    def _done(self, pool: ProcessPoolExecutor, longest: float, act: Callable[..., T], *arguments: object) -> T:
        try:
            return pool.submit(act, *arguments).result(timeout=longest)
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
