"""What the country knows to be counted: every response that was answered 202, once, and the counts that follow."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from country.forms import Form
from country.truth import CATEGORIES

Answers = Mapping[str, int | str]
Background = Mapping[str, str | list[str]]
CellKey = tuple[str, str]
"""(session, group)."""
_COLUMN = {category: at for at, category in enumerate(CATEGORIES)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One accepted response."""

    session: str
    group: str
    answers: Answers
    background: Background


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What a set of responses of one cell adds up to: `items` have eight counts each (CATEGORIES), `background` a
    count for each option, "pn" and "skipped"; tick-list options are counted singly."""

    n: int
    items: Mapping[str, list[int]]
    background: Mapping[str, Mapping[str, int]]


class TwoAnswers(Exception):
    """One receipt was given for two different responses: the client, or the collector, made a mistake."""


class Ledger:
    """The exact record of a run, by receipt; may be written from several threads."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._lock = threading.Lock()

    def accepted(self, receipt: str, entry: Entry) -> None:
        """A 202 came; a second one for the same response changes nothing."""
        with self._lock:
            if self._entries.setdefault(receipt, entry) != entry:
                raise TwoAnswers(receipt)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, receipt: str) -> Entry | None:
        """The response behind a receipt; None if it is nobody's of this run."""
        return self._entries.get(receipt)

    def by_cell(self) -> dict[CellKey, list[Entry]]:
        """All responses so far, by (session, group)."""
        with self._lock:
            entries = list(self._entries.values())
        found: dict[CellKey, list[Entry]] = {}
        for entry in entries:
            found.setdefault((entry.session, entry.group), []).append(entry)
        return found


def count(entries: Iterable[Entry], form: Form) -> Counts:
    """Adds up responses of one cell; a listed item without an answer is skipped."""
    items = {code: [0] * len(CATEGORIES) for code in form.items}
    background = {q.code: dict.fromkeys((*q.options, "pn", "skipped"), 0) for q in form.questions}
    n = 0
    for entry in entries:
        n += 1
        for code, counts in items.items():
            counts[_COLUMN[entry.answers.get(code, "skipped")]] += 1
        for question, tally in background.items():
            for option in _chosen(entry.background.get(question, "skipped")):
                tally[option] += 1
    return Counts(n=n, items=items, background=background)


def _chosen(answer: str | list[str]) -> list[str]:
    return answer if isinstance(answer, list) else [answer]
