"""A small identity for tests of the questionnaire page: trades codes for real blind signatures, over HTTP with CORS."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contracts import ballots
from support.ballots import Signer, code


@dataclass
class Desk:
    """Knows the codes of sessions; a code is signed for once, and for the same blinded message again."""

    origin: str = ""
    allowed: str = ""
    signers: dict[str, Signer] = field(default_factory=dict)
    codes: dict[tuple[str, str, str], str | None] = field(default_factory=dict)
    away: bool = False
    asked: list[int] = field(default_factory=list)

    def admit(self, signer: Signer, group: str) -> str:
        """A fresh participation code of this session and group."""
        self.signers[signer.message.session] = signer
        made = code(8)
        self.codes[(signer.message.session, group, made)] = None
        return made

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.away:
            return 503, {}
        place = (body["session"], body["group"], body["code"])
        if place not in self.codes:
            return 404, {}
        if self.codes[place] not in (None, body["blinded"]):
            return 409, {}
        self.codes[place] = body["blinded"]
        key = self.signers[body["session"]].keys[body["group"]].private_numbers()
        blinded = int.from_bytes(ballots.unb64(body["blinded"]), "big")
        signature = pow(blinded, key.d, key.public_numbers.n).to_bytes(ballots.SIGNATURE_BYTES, "big")
        key_id = self.signers[body["session"]].message.groups[body["group"]].key_id
        return 200, {"key_id": key_id, "blind_signature": ballots.b64(signature)}


@contextmanager
def running_desk(port: int = 0) -> Iterator[Desk]:
    """A desk that answers on loopback; `allowed` is the origin that browsers may ask from."""
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._say(204, None)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = desk.answer(body)
            desk.asked.append(status)
            self._say(status, answer)

        def _say(self, status: int, answer: dict[str, Any] | None) -> None:
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", desk.allowed)
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    desk.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
