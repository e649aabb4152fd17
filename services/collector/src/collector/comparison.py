"""Compares what a site serves with published hashes, for whoever does not run the site."""

import hashlib
import re
import urllib.request
from collections.abc import Callable, Mapping
from html.parser import HTMLParser

LINE = re.compile(r"^\s*([0-9a-f]{64})  ([\w.-]+)\s*$", re.MULTILINE)
SECONDS = 30
Fetch = Callable[[str], tuple[Mapping[str, str], bytes]]
"""An address to its headers (names in lower case) and body; raises OSError."""


def published(text: str) -> dict[str, str]:
    """SHA-256 by name, from lines as `python -m collector files` prints them, wherever they stand in the text."""
    return {name: digest for digest, name in LINE.findall(text)}


def fetch(address: str) -> tuple[Mapping[str, str], bytes]:
    """Asks the site as a browser would, without keeping anything."""
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310  # the caller chose the address
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def compare(origin: str, expected: Mapping[str, str], ask: Fetch = fetch) -> list[str]:
    """Everything in which the site differs from what is published; empty if it serves exactly that."""
    found = [problem for name in sorted(expected) for problem in _file(origin, name, expected[name], ask)]
    try:
        headers, body = ask(f"{origin}/")
    except OSError as gone:
        return [*found, f"/: {gone}"]
    return [*found, *_shell(headers.get("content-security-policy", ""), body.decode("utf-8", "replace"), expected)]


def _file(origin: str, name: str, digest: str, ask: Fetch) -> list[str]:
    path = f"/{name}" if name == "worker.js" else f"/page/{name}"
    try:
        served = hashlib.sha256(ask(origin + path)[1]).hexdigest()
    except OSError as gone:
        return [f"{path}: {gone}"]
    return [] if served == digest else [f"{path}: served {served}, published {digest}"]


def _shell(policy: str, text: str, expected: Mapping[str, str]) -> list[str]:
    # The shell differs from site to site (operators, language), so its parts are judged: nothing else may run in it.
    parts = _Parts()
    parts.feed(text)
    found = [
        f"/: loads {address}, which is not published" for address in parts.loaded if _name(address) not in expected
    ]
    if parts.inline:
        found.append("/: has a script or handler of its own inside")
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.strip()}
    if rules.get("script-src", rules.get("default-src")) != ["'self'"]:
        found.append("/: its policy lets other scripts run")
    return found


def _name(address: str) -> str:
    return address.removeprefix("/page/") if address.startswith("/page/") else ""


class _Parts(HTMLParser):
    """What a page loads, and whether it holds code itself."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.inline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline |= any(name.startswith("on") for name in given)
        if tag == "script":
            if source := given.get("src"):
                self.loaded.append(source)
            else:
                self.inline = True
        if tag == "link" and given.get("href"):
            self.loaded.append(given["href"] or "")
        if tag in ("base", "iframe", "object", "embed"):
            self.inline = True
