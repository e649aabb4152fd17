"""Unreleased figures of a cell as bytes whose width follows the clear number of people, and nothing else."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.uint32]
Moments = NDArray[np.int64]
_TOPS = (15, 255, 65_535, 2**32 - 1)
_HALF_BYTES = 0
_COUNT_TYPES = (np.uint8, np.uint8, np.uint16, np.uint32)
_SUM_TYPES = (np.uint8, np.uint16, np.uint32, np.uint64)


def tier(people: int) -> int:
    """Which of the four widths a batch of so many people is packed in."""
    return next(number for number, top in enumerate(_TOPS) if people <= top)


class Packing:
    """How rows of one form are packed: `columns` (even) counts, then moments of which `most` one person adds at most.

    Counts take 4, 8, 16 or 32 bits each, moments what their bound asks for at the tier's greatest number of people.
    """

    def __init__(self, columns: int, most: Moments) -> None:
        self._columns = columns
        self._moments = len(most)
        self._plans = [_plan(most, top) for top in _TOPS]

    def pack(self, counts: Counts, moments: Moments, number: int) -> list[bytes]:
        """Each row of a matrix of counts and one of moments as bytes, all of tier `number`."""
        if number == _HALF_BYTES:
            narrow = counts.astype(np.uint8)
            parts = [narrow[:, ::2] | narrow[:, 1::2] << 4]
        else:
            parts = [counts.astype(_COUNT_TYPES[number]).view(np.uint8)]
        parts += [moments[:, where].astype(kind, order="C").view(np.uint8) for kind, where in self._plans[number]]
        whole = np.hstack(parts)
        data, width = whole.tobytes(), whole.shape[1]
        return [data[at : at + width] for at in range(0, len(data), width)]

    def unpack(self, data: bytes, at: int, number: int) -> tuple[Counts, Moments, int]:
        """(counts, moments, where the next row begins) of the row that begins at `at`."""
        if number == _HALF_BYTES:
            pairs = np.frombuffer(data, np.uint8, self._columns // 2, at)
            counts = np.empty(self._columns, np.uint32)
            counts[::2], counts[1::2] = pairs & 15, pairs >> 4
            at += len(pairs)
        else:
            kind = _COUNT_TYPES[number]
            counts = np.frombuffer(data, kind, self._columns, at).astype(np.uint32)
            at += self._columns * np.dtype(kind).itemsize
        moments = np.zeros(self._moments, np.int64)
        for sum_kind, where in self._plans[number]:
            moments[where] = np.frombuffer(data, sum_kind, len(where), at)
            at += len(where) * np.dtype(sum_kind).itemsize
        return counts, moments, at


def _plan(most: Moments, people: int) -> list[tuple[type, list[int]]]:
    """Columns of the moments by the narrowest type that holds their sum over so many people."""
    by_kind: dict[type, list[int]] = {}
    for column, bound in enumerate(most.tolist()):
        by_kind.setdefault(_narrowest(bound * people), []).append(column)
    return list(by_kind.items())


def _narrowest(value: int) -> type:
    kinds: Sequence[type] = _SUM_TYPES
    return next((kind for kind in kinds if value <= int(np.iinfo(kind).max)), np.uint64)
