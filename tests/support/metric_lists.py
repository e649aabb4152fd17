"""The figures as their reference page lists them, and what their labels may be: for whoever looks from outside."""

import re
from collections.abc import Mapping
from pathlib import Path

from support.tables import rows_of

ROOT = Path(__file__).resolve().parents[2]
PROCESSES: Mapping[str, tuple[str, ...]] = {
    "identity": ("every process", "web", "identity"),
    "relay": ("every process", "web", "identity"),
    "collector": ("every process", "web", "collector"),
    "aggregator": ("every process", "aggregator"),
    "editor": ("every process", "aggregator"),
    "reporter": ("every process", "web", "reporter"),
}
"""Which tables each process shows, beside those of Python itself."""
WORD = r"[a-z0-9-]*"
LABELS: Mapping[str, tuple[str, str]] = {
    "route": (
        r"/[A-Za-z0-9_/.<>:-]*|unmatched",
        "the template of the route (`/v1/sessions/<session>/keys`), or `unmatched`",
    ),
    "method": (r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|other", "the method, or `other`"),
    "status": (r"[1-5][0-9][0-9]", "the reply's status code"),
    "outcome": (WORD, "a word of the metric's own, see its meaning"),
    "reason": (WORD, "the word that the reply and the log carry too ([replies](replies.md)), or nothing"),
    "check": (r"[a-z]+", "the check's name in `/readyz`"),
    "kind": (r"ready|notice", "`ready` or `notice`"),
    "group": (r"leader|teacher|student|trainer", "one of the four groups"),
    "state": (r"held|released", "`held` or `released`"),
    "final": (r"true|false", "`true` or `false`"),
    "act": (r"[a-z]+", "a word of the metric's own, see its meaning"),
    "topic": (r"[a-z]+-v[0-9]+(-dlq)?", "a topic of the contract"),
    "page": (r"[a-z]+", "a kind of page of the reporter"),
    "generation": (r"[012]", "a generation of Python's garbage collector"),
    "le": (r"[0-9.e+]+|\+Inf", "upper bound of a histogram's class"),
    "version|major|minor|patchlevel|implementation": (r"[A-Za-z0-9.+]*", "of Python itself"),
}
"""What each label can be: a pattern, and words. None has room for a school, a session, a code or a person."""


def published(process: str) -> dict[str, tuple[str, frozenset[str]]]:
    """(type, label names) of every figure that a process shows, by its name."""
    page = (ROOT / "docs/reference/metrics.md").read_text("utf-8")
    found = {}
    for part in (*PROCESSES[process], "python"):
        [block] = re.findall(rf"<!-- from code: metrics of {part} -->\n(.*?)<!-- end -->", page, re.DOTALL)
        for row in rows_of(block):
            names = row[2].split(", ") if part != "python" and row[2] else []
            found[row[0].strip("`")] = (row[1], frozenset(names))
    return found
