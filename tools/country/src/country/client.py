"""HTTP as the country speaks it: accounts at identity, submissions at the collector, and repeats until it is known
what became of a request."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pyotp

UNKNOWN = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may be sent again."""
TOKEN_SECONDS = 780.0
PAD_TO = 8192


class Refused(Exception):
    """A service said no, with a status and its problem document; or it never answered (status 0)."""

    def __init__(self, what: str, status: int, body: str) -> None:
        super().__init__(f"{what}: {status} {body[:300]}")
        self.status = status
        self.body = body


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer whose outcome is known; `body` is {} unless it is a JSON object."""

    status: int
    body: Mapping[str, Any]


def http_client(connections: int = 64, authorities: str | None = None) -> httpx.Client:
    """A client for many threads; it follows no proxy settings of the machine. `authorities`: PEM of those who may
    certify a server, in place of the usual ones."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    trusted: ssl.SSLContext | bool = ssl.create_default_context(cadata=authorities) if authorities else True
    return httpx.Client(timeout=httpx.Timeout(20.0), limits=limits, trust_env=False, verify=trusted)


def until_known(
    send: Callable[[], httpx.Response], *, pause: Callable[[float], None] = time.sleep, seconds: float = 180.0
) -> httpx.Response:
    """Sends until an answer says what became of the request; Refused with status 0 or the last one after `seconds`.

    A lost connection, a timeout and the statuses of UNKNOWN leave the outcome unknown, so the request goes out again.
    """
    limit = time.monotonic() + seconds
    wait = 0.2
    while True:
        try:
            response = send()
            if response.status_code not in UNKNOWN:
                return response
            problem, status = response.text, response.status_code
            wait = max(wait, min(_seconds(response.headers.get("Retry-After")), 5.0))
        except httpx.TransportError as error:
            problem, status = type(error).__name__, 0
        if time.monotonic() + wait > limit:
            raise Refused("no answer that says what happened", status, problem)
        pause(wait)
        wait = min(wait * 1.5, 3.0)


class Identity:
    """One account's access to identity: signs in again before its token ends, or carries an API key."""

    def __init__(self, http: httpx.Client, url: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._url = url
        self._pause = pause
        self._token = ""
        self._until = 0.0
        self._account: tuple[str, str, str] | None = None

    def with_api_key(self, key: str) -> "Identity":
        """The same address with a ministry API key."""
        other = Identity(self._http, self._url, self._pause)
        other._token, other._until = key, float("inf")
        return other

    def sign_in(self, user: str, password: str, totp_secret: str) -> None:
        """Signs in now, and again whenever the token is about to end."""
        self._account = (user, password, totp_secret)
        self._renew()

    def accept_invitation(self, invitation: str, user: str, password: str) -> str:
        """A coordinator's first sign-up; the TOTP secret of the new account."""
        body = {"invitation": invitation, "user": user, "password": password}
        return str(self._send("POST", "/v1/invitations", body, signed=False)["totp_secret"])

    def get(self, path: str) -> Any:
        return self._send("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._send("POST", path, body or {})

    def import_schools(self, registry: str) -> Any:
        """Sends the registry CSV; {"taken", "refused"}."""
        headers = {**self._headers(), "Content-Type": "text/csv; charset=utf-8"}
        response = until_known(
            lambda: self._http.post(
                f"{self._url}/v1/schools/import", content=registry.encode(), headers=headers, timeout=300.0
            ),
            pause=self._pause,
        )
        return _checked("POST /v1/schools/import", response)

    def ballot(self, session: str, group: str, code: str, blinded: str) -> Reply:
        """Trades a code for a blind signature; nothing but the body goes along."""
        body = {"session": session, "group": group, "code": code, "blinded": blinded}
        response = until_known(lambda: self._http.post(f"{self._url}/v1/ballots", json=body), pause=self._pause)
        return _reply(response)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, signed: bool = True) -> Any:
        headers = {"Accept": "application/json", **(self._headers() if signed else {})}
        response = until_known(
            lambda: self._http.request(method, f"{self._url}{path}", json=body, headers=headers, timeout=60.0),
            pause=self._pause,
        )
        return _checked(f"{method} {path}", response)

    def _headers(self) -> dict[str, str]:
        if time.monotonic() > self._until:
            self._renew()
        return {"Authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        if self._account is None:
            raise Refused("signing in", 401, "no account was given")
        user, password, secret = self._account
        body = {"user": user, "password": password, "totp": pyotp.TOTP(secret).at(datetime.now(UTC))}
        self._token = str(self._send("POST", "/v1/tokens", body, signed=False)["token"])
        self._until = time.monotonic() + TOKEN_SECONDS


class Collector:
    """The collector as a respondent's page uses it."""

    def __init__(self, http: httpx.Client, url: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._http = http
        self._url = url
        self._pause = pause

    def questionnaire(self, session: str, language: str) -> Any:
        """The questionnaire of a session; waits while the collector has not read the session yet."""
        url = f"{self._url}/v1/sessions/{session}/questionnaire"
        limit = time.monotonic() + 60.0
        while True:
            response = until_known(lambda: self._http.get(url, params={"lang": language}), pause=self._pause)
            if response.status_code != 404 or time.monotonic() > limit:
                return _checked(f"GET {url}", response)
            self._pause(0.2)

    def submit(self, body: bytes) -> Reply:
        """Sends one response until it is known what became of it."""
        headers = {"Content-Type": "application/json"}
        url = f"{self._url}/v1/responses"
        return _reply(until_known(lambda: self._http.post(url, content=body, headers=headers), pause=self._pause))


def padded(response: Mapping[str, Any]) -> bytes:
    """The body of a submission, filled to one size like the page's."""
    room = PAD_TO - len(json.dumps({**response, "padding": ""}, ensure_ascii=False).encode())
    return json.dumps({**response, "padding": "." * max(0, room)}, ensure_ascii=False).encode()


def _reply(response: httpx.Response) -> Reply:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return Reply(status=response.status_code, body=body if isinstance(body, dict) else {})


def _checked(what: str, response: httpx.Response) -> Any:
    if response.status_code >= 300:
        raise Refused(what, response.status_code, response.text)
    return response.json() if response.content else {}


def _seconds(text: str | None) -> float:
    return float(text) if text and text.isdigit() else 0.0
