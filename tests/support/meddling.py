"""A site that stands before a collector and changes what it serves on the way, as whoever serves the page could."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.collecting import Collector

Change = Callable[[str, bytes], bytes]
"""A path and what the collector serves there, to what is handed on."""


@contextmanager
def meddled(collector: Collector, change: Change) -> Iterator[str]:
    """The origin of a site that hands on what the collector answers to GET, changed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = collector.get(self.path, Accept_Language=self.headers.get("Accept-Language", ""))
            body = change(self.path, answer.body)
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Security-Policy"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
