"""Every reason with which a service refuses, as tables; read from the calls that name a status and a reason.

A reason that a call does not name by itself stands in `NAMED_ELSEWHERE`; any other such call is an AssertionError, so
that a new one is not overlooked.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from support.tables import Table, escaped

ROOT = Path(__file__).parents[2]
SOURCES = {
    "identity": "services/identity/src/identity",
    "collector": "services/collector/src/collector",
    "reporter": "services/reporter/src/reporter",
    "chassis": "libs/chassis/src/chassis",
}
NAMED_ELSEWHERE = {
    ("collector/acceptance.py", "stands"): ("closed", "cancelled"),
    ("identity/api/place.py", "refusal.reason"): (),  # identity.reasons
    ("identity/api/place.py", "reason"): (),  # the HTTP status's own name
    ("collector/web.py", "refusal.reason"): (),  # the Refusal's own
    ("reporter/web/answers.py", "reason"): (),  # the call's own
    ("reporter/web/api.py", "f'grant-{refused.reason}'"): (
        "grant-forged",
        "grant-malformed",
        "grant-expired",
        "grant-used",
    ),
}
"""Reasons of calls that compute theirs, by module and expression."""


def refusals(service: str) -> Table:
    """Reason, status and sentence of every refusal; … where a sentence is made for the case."""
    found: dict[tuple[int, str], list[str]] = {}
    for status, reason, told in _said(service):
        sentences = found.setdefault((status, reason), [])
        if told not in sentences:
            sentences.append(told)
    rows = [(f"`{reason}`", str(status), escaped(" / ".join(told))) for (status, reason), told in sorted(found.items())]
    return Table(heads=("reason", "status", "what it says"), rows=tuple(rows))


def away() -> Table:
    """Reasons of 503: what is away or busy, and who says so."""
    found: dict[str, set[str]] = {}
    for service in SOURCES:
        for _, call, name in _calls(service):
            if name == "Unavailable" and call.args and isinstance(call.args[0], ast.Constant):
                found.setdefault(str(call.args[0].value), set()).add(service)
    every = "identity, collector, reporter"
    rows = [(f"`{reason}`", ", ".join(sorted(who)).replace("chassis", every)) for reason, who in sorted(found.items())]
    return Table(heads=("reason", "said by"), rows=tuple(rows), by_hand="what it means")


def _said(service: str) -> Iterator[tuple[int, str, str]]:
    if service == "identity":
        from identity.reasons import STATUS

        yield from ((status, reason, told) for reason, (status, told) in STATUS.items())
    for module, call, name in _calls(service):
        if name == "problem":
            yield from _reasons(module, call.args[0], call.args[1], call.args[2])
        elif name == "message" and len(call.args) == 5:
            yield from _reasons(module, call.args[1], call.args[4], call.args[2])
        elif name == "Refusal":
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            yield from _reasons(module, given["status"], given["reason"], given["detail"])


def _reasons(module: str, status: ast.expr, reason: ast.expr, told: ast.expr) -> Iterator[tuple[int, str, str]]:
    if isinstance(reason, ast.Constant) and isinstance(status, ast.Constant):
        yield int(str(status.value)), str(reason.value), _told(module, told)
        return
    asked = (module, ast.unparse(reason))
    assert asked in NAMED_ELSEWHERE, f"{module}: which reasons can {ast.unparse(reason)} be?"
    for one in NAMED_ELSEWHERE[asked]:
        assert isinstance(status, ast.Constant)
        yield int(str(status.value)), one, _told(module, told)


def _told(module: str, told: ast.expr) -> str:
    if isinstance(told, ast.JoinedStr):
        pieces = [part.value if isinstance(part, ast.Constant) else "…" for part in told.values]
        return "".join(map(str, pieces))
    if not isinstance(told, ast.Constant):
        return "…"
    if module.startswith("reporter/") and " " not in str(told.value):
        from reporter.pages.rendering import TEXTS

        return TEXTS.bind("en")("error." + str(told.value))
    return str(told.value)


def _calls(service: str) -> Iterator[tuple[str, ast.Call, str]]:
    """(module, call, name of what is called)."""
    for module, tree in _trees(service):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield module, node, node.func.id


def _trees(service: str) -> Iterator[tuple[str, ast.Module]]:
    folder = ROOT / SOURCES[service]
    for path in sorted(folder.rglob("*.py")):
        yield f"{service}/{path.relative_to(folder)}", ast.parse(path.read_text("utf-8"))
