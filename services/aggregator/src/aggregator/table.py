"""The figures of all cells that share a form, as matrices with a row per cell: added to, sealed, packed, unpacked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.forms import CLASSES, PREFER_NOT, SKIPPED, Form
from aggregator.moments import bounds, moment_rows, named
from aggregator.packing import Counts, Moments, Packing, tier
from aggregator.release import Steps

_GROWTH = 16
"""Background columns are added by so many at once; even, and the same for packed rows, so that the length of a blob
does not tell that somebody chose an option first."""
_HEADER = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Counts and moments of one batch or of all that is released; `counts` by column of the table."""

    counts: Counts
    moments: Moments


class Table:
    """One form's cells. Rows are handed out by `take` and given back by `free`.

    Columns of counts: 8 an item in the form's order, then one a background option as they are first seen.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.columns: dict[tuple[str, str], int] = {}
        self._items = CLASSES * len(form.items)
        self._capacity = 0
        self._free: list[int] = []
        self._width = self._items
        self.buffer = np.zeros((0, self._width), np.uint32)
        self.held, self.released = self.buffer.copy(), self.buffer.copy()
        self.buffer_moments = np.zeros((0, form.moments), np.int64)
        self.held_moments = self.buffer_moments.copy()
        self._most = bounds(form)
        self._packing = Packing(self._width, self._most)
        for question in form.background:
            self.column(question, PREFER_NOT)
            self.column(question, SKIPPED)

    def take(self) -> int:
        """A row of zeros."""
        if not self._free:
            added = max(64, self._capacity)
            self._free = list(range(self._capacity + added - 1, self._capacity - 1, -1))
            self._capacity += added
            self.buffer, self.held, self.released = (
                np.vstack([old, np.zeros((added, self._width), np.uint32)])
                for old in (self.buffer, self.held, self.released)
            )
            self.buffer_moments, self.held_moments = (
                np.vstack([old, np.zeros((added, self.form.moments), np.int64)])
                for old in (self.buffer_moments, self.held_moments)
            )
        return self._free.pop()

    def free(self, row: int) -> None:
        """Gives a row back."""
        for matrix in (self.buffer, self.held, self.released, self.buffer_moments, self.held_moments):
            matrix[row] = 0
        self._free.append(row)

    def column(self, question: str, option: str) -> int:
        """The column of a background option, new if it was never seen."""
        found = self.columns.get((question, option))
        if found is None:
            found = self.columns[question, option] = self._items + len(self.columns)
            if found >= self._width:
                self._widen()
        return found

    def _widen(self) -> None:
        wider = np.zeros((self._capacity, _GROWTH), np.uint32)
        self.buffer, self.held, self.released = (
            np.hstack([old, wider]) for old in (self.buffer, self.held, self.released)
        )
        self._width += _GROWTH
        self._packing = Packing(self._width, self._most)

    def sums(
        self, answers: NDArray[np.uint8], marks: Sequence[int], marks_of: NDArray[np.intp], starts: NDArray[np.intp]
    ) -> tuple[Counts, Moments]:
        """Counts and moments of consecutive segments of responses.

        `answers`: (responses, items) codes; `marks`: background columns, of response `marks_of[i]` each; `starts`:
        where each segment begins, ascending, the first at 0.
        """
        segment = np.zeros(len(answers), np.int64)
        segment[starts[1:]] = 1
        segment = np.cumsum(segment)
        where = segment[:, None] * self._width + np.arange(0, self._items, CLASSES) + answers
        size = len(starts) * self._width
        counts = np.bincount(where.ravel(), minlength=size)
        if len(marks):
            counts += np.bincount(segment[marks_of] * self._width + np.asarray(marks), minlength=size)
        moments = moment_rows(self.form, answers)
        summed = np.add.reduceat(moments, starts, axis=0) if moments.shape[1] else moments[: len(starts)]
        return counts.reshape(-1, self._width).astype(np.uint32), summed

    def seal(self, rows: NDArray[np.intp], releasing: NDArray[np.bool_]) -> list[Figures]:
        """Makes the buffers of `rows` (each once) their held batches; where `releasing`, the batch held before is
        released: one (released counts, batch moments) for each of those, in the order of `rows`."""
        out = rows[releasing]
        self.released[out] += self.held[out]
        released, moments = self.released[out], self.held_moments[out]
        self.held[rows], self.held_moments[rows] = self.buffer[rows], self.buffer_moments[rows]
        self.buffer[rows] = 0
        self.buffer_moments[rows] = 0
        return [Figures(counts=released[at], moments=moments[at]) for at in range(len(out))]

    def close(self, row: int) -> Figures:
        """Releases everything of a row."""
        self.released[row] += self.held[row] + self.buffer[row]
        moments = self.held_moments[row] + self.buffer_moments[row]
        for matrix in (self.buffer, self.held, self.buffer_moments, self.held_moments):
            matrix[row] = 0
        return Figures(counts=self.released[row].copy(), moments=moments)

    def pack(self, rows: Sequence[int], steps: Sequence[Steps]) -> list[bytes]:
        """What is unreleased of each row; b"" where nothing is."""
        header = self._header()
        parts: list[list[bytes]] = [[] for _ in rows]
        where = np.asarray(rows, np.intp)
        for counts, moments, people in (
            (self.buffer, self.buffer_moments, [step.buffer for step in steps]),
            (self.held, self.held_moments, [step.held for step in steps]),
        ):
            tiers = np.array([tier(number) if number else -1 for number in people], np.intp)
            for number in sorted(set(tiers.tolist()) - {-1}):
                at = np.flatnonzero(tiers == number)
                packed = self._packing.pack(counts[where[at]], moments[where[at]], number)
                for index, data in zip(at.tolist(), packed, strict=True):
                    parts[index].append(data)
        return [b"".join([header, *data]) if data else b"" for data in parts]

    def unpack(self, row: int, data: bytes, steps: Steps) -> None:
        """Puts what `pack` made of a row, in this process or another, back into it."""
        if not data:
            return
        length = int.from_bytes(data[:4], "big")
        names = json.loads(data[4 : 4 + length])
        places = [self.column(question, option) for question, option in names]
        packing = Packing(self._items + _padded(len(names), _GROWTH), self._most)
        at = 4 + length
        for counts, moments, people in (
            (self.buffer, self.buffer_moments, steps.buffer),
            (self.held, self.held_moments, steps.held),
        ):
            if people:
                found, moments[row], at = packing.unpack(data, at, tier(people))
                counts[row, : self._items] = found[: self._items]
                counts[row, places] = found[self._items : self._items + len(places)]

    def _header(self) -> bytes:
        names = json.dumps(list(self.columns), separators=(",", ":"), ensure_ascii=False).encode()
        names = names.ljust(_padded(len(names), _HEADER))
        return len(names).to_bytes(4, "big") + names

    def load_released(
        self, row: int, items: Mapping[str, Sequence[int]], background: Mapping[str, Mapping[str, int]]
    ) -> None:
        """Takes the counts of a cell's last snapshot as what is released."""
        for at, code in enumerate(self.form.items):
            self.released[row, CLASSES * at : CLASSES * at + CLASSES] = items[code]
        for question, options in background.items():
            for option, count in options.items():
                column = self.column(question, option)
                self.released[row, column] = count

    def named(self, counts: Counts) -> tuple[dict[str, list[int]], dict[str, dict[str, int]]]:
        """Counts by name: ({item: [8 counts]}, {question: {option: count, "pn": count, "skipped": count}}); an option
        that nobody chose is left out."""
        whole = counts.tolist()
        items = {code: whole[CLASSES * at : CLASSES * at + CLASSES] for at, code in enumerate(self.form.items)}
        background: dict[str, dict[str, int]] = {question: {} for question in self.form.background}
        for (question, option), column in self.columns.items():
            if whole[column] or option in (PREFER_NOT, SKIPPED):
                background[question][option] = whole[column]
        return items, {question: dict(sorted(options.items())) for question, options in background.items()}

    def named_moments(self, moments: Moments) -> dict[str, Any]:
        """A row of moments by area, see `moments.named`."""
        return named(self.form, moments.tolist())


def _padded(length: int, step: int) -> int:
    return -(-length // step) * step
