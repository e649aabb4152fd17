"""New responses to the cells of one table, added in pieces: each ends at the answer that completes a batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aggregator.cells import Cell, release
from aggregator.changes import Release
from aggregator.release import grow, seal, seal_points
from aggregator.table import Table


@dataclass(kw_only=True, slots=True)
class Arrivals:
    """The new responses to the cells of one table, in offset order within each cell."""

    table: Table
    cells: list[Cell] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    marks_of: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


def add(arrived: Arrivals, releases: list[Release]) -> None:
    """Adds responses to their cells, cut at the exact answers at which a batch is complete."""
    table = arrived.table
    rows = np.array([cell.row for cell in arrived.cells])
    order = np.argsort(rows, kind="stable")
    pieces = list(_pieces(rows[order], order, arrived))
    answers = np.frombuffer(b"".join(arrived.answers), np.uint8).reshape(len(rows), -1)[order]
    place = np.empty(len(rows), np.intp)
    place[order] = np.arange(len(rows))
    marks_of = place[np.array(arrived.marks_of, np.intp)]
    counts, moments = table.sums(answers, arrived.marks, marks_of, np.array([piece.start for piece in pieces]))
    waves: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        waves.setdefault(piece.wave, []).append(number)
    for _, numbers in sorted(waves.items()):
        where = np.array([pieces[number].cell.row for number in numbers])
        table.buffer[where] += counts[numbers]
        table.buffer_moments[where] += moments[numbers]
        _seal(table, [pieces[number] for number in numbers], releases)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    """Consecutive responses to one cell, the `wave`-th of this batch; `upto`: offset of the last if it completes a
    batch, else -1."""

    cell: Cell
    wave: int
    start: int
    size: int
    upto: int


def _pieces(rows: NDArray[np.intp], order: NDArray[np.intp], arrived: Arrivals) -> Iterator[_Piece]:
    begins = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]]).tolist()
    for begin, end in zip(begins, [*begins[1:], len(rows)], strict=True):
        cell = arrived.cells[order[begin]]
        start, wave = begin, 0
        for point in seal_points(cell.terms.rule, cell.steps, end - begin):
            stop = begin + point
            upto = arrived.offsets[order[stop - 1]]
            yield _Piece(cell=cell, wave=wave, start=start, size=stop - start, upto=upto)
            start, wave = stop, wave + 1
        if start < end:
            yield _Piece(cell=cell, wave=wave, start=start, size=end - start, upto=-1)


def _seal(table: Table, pieces: Sequence[_Piece], releases: list[Release]) -> None:
    """Counts the pieces of one wave, seals the cells whose batch is complete, and releases what was held in them."""
    complete, releasing = [], []
    for piece in pieces:
        cell = piece.cell
        cell.steps = grow(cell.steps, piece.size)
        if piece.upto >= 0:
            complete.append(cell)
            before, cell.steps = cell.steps, seal(cell.steps, piece.upto)
            releasing.append(before if cell.steps.seq > before.seq else None)
    if not complete:
        return
    figures = iter(
        table.seal(np.array([cell.row for cell in complete]), np.array([was is not None for was in releasing]))
    )
    for cell, was in zip(complete, releasing, strict=True):
        if was is not None:
            releases.append(release(cell, next(figures), batch=was.held, upto=was.upto, final=False))
