"""The gateway from outside: what it must lead where, and what it must never let through."""

import base64
import ssl
from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx

from support.traces import Traces

OPERATIONAL = ("/livez", "/readyz", "/metrics")
SPELLINGS = ("{}", "{}/", "/{}", "{}?x=1", "/%2e{}", "/./..{}")
"""Ways to write a path that a service may take for the path itself."""


class Gateway:
    """Asks at the gateway's own address for each of its names, with the authority that the set-up made."""

    def __init__(self, told: Mapping[str, str], address: str = "127.0.0.1") -> None:
        """`told`: the settings as deploy/setup.sh writes them."""
        self.hosts = {name: told[f"{name.upper()}_HOST"] for name in ("identity", "collector", "reporter")}
        self.port = int(told["HTTPS_PORT"])
        self._https, self._http = f"https://{address}:{told['HTTPS_PORT']}", f"http://{address}:{told['HTTP_PORT']}"
        self.trusted = ssl.create_default_context(cadata=base64.b64decode(told["TLS_AUTHORITY"]).decode())
        self._client = httpx.Client(verify=self.trusted, trust_env=False, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._client.close()

    def ask(self, host: str, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """One request over TLS for a host name."""
        headers = {"Host": host, **more.pop("headers", {})}
        return self._client.request(
            method, f"{self._https}{path}", headers=headers, extensions={"sni_hostname": host}, **more
        )

    def faults(self, traces: Traces, kept_to_https: bool = True) -> Iterator[str]:
        """A sentence for each thing that is not as it must be; leaves requests behind that carry `traces`. Services
        whose own origin is not https do not keep browsers to it."""
        firsts = {"identity": "/.well-known/jwks.json", "collector": "/", "reporter": "/"}
        for name, path in firsts.items():
            answer = self.ask(self.hosts[name], path)
            if answer.status_code != 200:
                yield f"{name}{path} answers {answer.status_code}"
            if kept_to_https is not ("strict-transport-security" in answer.headers):
                yield f"{name} is not kept to https"
            if "server" in answer.headers:
                yield f"{name} names its server"
        for name, host in self.hosts.items():
            for path in OPERATIONAL:
                for spelling in SPELLINGS:
                    answer = self.ask(host, spelling.format(path))
                    if answer.status_code == 200 or "http_requests_total" in answer.text:
                        yield f"{name} shows {spelling.format(path)} to everybody"
        if (stranger := self.ask("elsewhere.example", "/", headers={"Host": "elsewhere.example"}).status_code) != 421:
            yield f"a foreign name is answered {stranger}"
        plain = self._client.get(f"{self._http}/x?y=1", headers={"Host": self.hosts["collector"]})
        if (plain.status_code, plain.headers.get("Location", "")[:8]) != (308, "https://"):
            yield f"plain http is answered {plain.status_code}"
        yield from self._traced(traces)

    def _traced(self, traces: Traces) -> Iterator[str]:
        """Requests that a log would tell of: refused, broken, and to nowhere."""
        headers, code = traces.headers(), traces.code
        body = {"session": "2222222A", "group": "student", "code": code, "blinded": "A" * 342}
        ballot = self.ask(self.hosts["identity"], "/v1/ballots", "POST", json=body, headers=headers)
        response = self.ask(self.hosts["collector"], "/v1/responses", "POST", json=body, headers=headers)
        for answer, allowed in ((ballot, (404, 422)), (response, (404, 422))):
            if answer.status_code not in allowed:
                yield f"{answer.request.url.path} answers {answer.status_code} to a code that is none"
        for host in (*self.hosts.values(), "elsewhere.example"):
            self.ask(host, f"/nowhere?c={code}", headers=headers)
            self.ask(host, "/v1/responses", "POST", content=f'{{"code": "{code}"'.encode(), headers=headers)
