"""What people leave where they pass, planted on purpose, and the search for it in logs."""

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from support import scanning

PLANTED = "203.0.113.77"
"""An address for examples, as a proxy before the gateway would hand it on."""


class Traces:
    """One visitor's code, agent and address, and everything else that no log may hold."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(6)
        self.code = "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _ in range(9))
        self.needles: dict[str, set[bytes]] = {
            "a code that was tried": scanning.spelled(self.code),
            "what a client sent along": {self.mark.encode()},
            "an address": {PLANTED.encode()},
            "a client's name": {b"python-httpx"},
        }

    def headers(self) -> dict[str, str]:
        """What the visitor's browser tells of itself."""
        return {
            "User-Agent": f"Agent-{self.mark}",
            "Referer": f"https://referer-{self.mark}.example/",
            "Cookie": f"cookie={self.mark}",
            "X-Forwarded-For": PLANTED,
            "Forwarded": f"for={PLANTED};host=host-{self.mark}",
            "X-Real-IP": PLANTED,
            "X-Request-ID": f"request-{self.mark}",
        }

    def address(self, found: Iterable[str]) -> None:
        """Addresses from which people came."""
        self.needles["an address"] |= {one.encode() for one in found}

    def codes(self, found: Iterable[str]) -> None:
        """Codes that people used."""
        self.needles["a participation code"] = set().union(*(scanning.spelled(code) for code in found))


def traces_in(traces: Traces, logs: Sequence[Path]) -> list[str]:
    """A sentence for each trace in a log; also one for each that was planted in a line of its own and not found."""
    places = [(f"the log of {path.stem}", path.read_bytes()) for path in logs]
    found = scanning.found(traces.needles, places)
    for name, forms in traces.needles.items():
        line = b'GET / HTTP/1.1" 200 ' + min(forms, default=b"") + b" -"
        if not scanning.found({name: forms}, [("a planted line", line)]):
            found.append(f"{name} is not found where it was planted")
    return found
