"""A small name server for a test's cluster: services and pods behind them, as the API server knows them."""

import json
import socketserver
import ssl
import struct
import threading
import time
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any, cast

DOMAIN = ".cluster.local"
A_RECORD, INTERNET, NO_SUCH_NAME = 1, 1, 3
FRESH_SECONDS = 1.0


class Names:
    """What names mean, asked of the API server again when older than a second."""

    def __init__(self, api: str, token: str) -> None:
        self._api = api
        self._token = token
        self._lock = threading.Lock()
        self._known: Mapping[str, list[str]] = {}
        self._asked = float("-inf")

    def addresses(self, name: str) -> list[str] | None:
        """IPv4 addresses of a name, [] where it has none now, None where there is no such name."""
        with self._lock:
            if time.monotonic() - self._asked > FRESH_SECONDS:
                self._known = known(
                    self._list("/api/v1/services"), self._list("/apis/discovery.k8s.io/v1/endpointslices")
                )
                self._asked = time.monotonic()
            return self._known.get(name.lower())

    def _list(self, path: str) -> list[dict[str, Any]]:
        request = urllib.request.Request(self._api + path, headers={"Authorization": f"Bearer {self._token}"})
        context = ssl._create_unverified_context()
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:
            return list(json.load(answer)["items"])


def known(services: Iterable[Mapping[str, Any]], slices: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Every name with its addresses: a service's own, or those of its pods where it has none."""
    found: dict[str, list[str]] = {}
    headless: set[str] = set()
    for service in services:
        meta, spec = service["metadata"], service["spec"]
        name = f"{meta['name']}.{meta['namespace']}.svc{DOMAIN}"
        if spec.get("clusterIP") in (None, "", "None"):
            headless.add(name)
            found[name] = []
        else:
            found[name] = [spec["clusterIP"]]
    for one in slices:
        meta = one["metadata"]
        name = f"{meta['labels'].get('kubernetes.io/service-name')}.{meta['namespace']}.svc{DOMAIN}"
        if name not in headless:
            continue
        for endpoint in one.get("endpoints") or []:
            if endpoint.get("conditions", {}).get("ready", True):
                found[name] += endpoint["addresses"]
                if endpoint.get("hostname"):
                    found.setdefault(f"{endpoint['hostname']}.{name}", []).extend(endpoint["addresses"])
    return found


def answer(query: bytes, names: Names) -> bytes:
    """The reply to one question of the DNS; addresses for A, nothing for other kinds of an existing name."""
    number, flags, _ = struct.unpack(">HHH", query[:6])
    labels: list[str] = []
    at = 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace"))
        at += query[at] + 1
    kind, _ = struct.unpack(">HH", query[at + 1 : at + 5])
    found = names.addresses(".".join(labels))
    records = [bytes(map(int, one.split("."))) for one in found or []] if kind == A_RECORD else []
    status = 0 if found is not None else NO_SUCH_NAME
    head = struct.pack(">HHHHHH", number, 0x8480 | (flags & 0x0100) | status, 1, len(records), 0, 0)
    body = b"".join(struct.pack(">HHHIH", 0xC00C, A_RECORD, INTERNET, 1, 4) + one for one in records)
    return head + query[12 : at + 5] + body


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        try:
            sock.sendto(answer(data, cast(Any, self.server).names), self.client_address)
        except OSError:  # the API server does not answer now: the asker asks again
            return


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    names: Names


def serve(address: str, names: Names) -> None:
    """Answers on port 53 of the address for as long as this process lives."""
    server = _Server((address, 53), _Udp)
    server.names = names
    threading.Thread(target=server.serve_forever, daemon=True).start()
