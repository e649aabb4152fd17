"""One process that turns pages into tagged PDF files, so that printing never holds up the pages themselves."""

import multiprocessing
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from typing import Any, Final

from chassis import offspring
from chassis.errors import Unavailable

VARIANT: Final = "pdf/ua-1"
LONGEST_SECONDS: Final = 240.0
COME_AGAIN_SECONDS: Final = 5


class Printer:
    """The process, started at the first print; `close` ends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def pdf(self, html: str) -> bytes:
        """A page that needs nothing from anywhere as a PDF; Unavailable if the process died or took too long."""
        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=offspring.begin)
            pool = self._pool
        try:
            return pool.submit(pdf, html).result(timeout=LONGEST_SECONDS)
        except (BrokenExecutor, TimeoutError) as error:
            with self._lock:
                if self._pool is pool:
                    pool.shutdown(wait=False, cancel_futures=True)
                    self._pool = None
            raise Unavailable("printer-away", COME_AGAIN_SECONDS) from error

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None


def pdf(html: str) -> bytes:
    """The PDF of a page, in this process: tagged, with its title, language and bookmarks."""
    from weasyprint import HTML  # only here: it is large, and only the printing process needs it
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=())
    written: Any = HTML(string=html, url_fetcher=nothing).write_pdf(pdf_variant=VARIANT)
    return bytes(written)
