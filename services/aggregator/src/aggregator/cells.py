"""Cells and sessions in memory: what the fold changes, what it writes down, and a release as it leaves a cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aggregator.changes import GroupState, Release, SessionState
from aggregator.release import Steps, Withheld
from aggregator.table import Figures, Table
from aggregator.terms import CellTerms, Terms
from contracts.messages import SlipCounts


@dataclass(kw_only=True, slots=True)
class Cell:
    """One group of one session in memory; `row` is its row of the table, -1 before its first answer."""

    of: Terms
    group: str
    terms: CellTerms
    table: Table
    row: int = -1
    steps: Steps = field(default_factory=Steps)
    withheld: Withheld | None = None
    packed: bytes = b""


@dataclass(kw_only=True, slots=True)
class Run:
    """One session in memory, as long as it is not closed."""

    terms: Terms
    cells: dict[str, Cell]
    closing: Mapping[str, SlipCounts] | None = None


def pack(cells: Iterable[Cell]) -> None:
    """Packs what changed, all cells of a table at once."""
    by_table: dict[int, list[Cell]] = {}
    for cell in cells:
        by_table.setdefault(id(cell.table), []).append(cell)
    for together in by_table.values():
        packed = together[0].table.pack([cell.row for cell in together], [cell.steps for cell in together])
        for cell, data in zip(together, packed, strict=True):
            cell.packed = data


def state(run: Run) -> SessionState:
    """What is kept of a session, with its cells as they were packed last."""
    return SessionState(
        terms=run.terms,
        groups={
            group: GroupState(steps=cell.steps, final=run.closing is not None, withheld=cell.withheld)
            for group, cell in run.cells.items()
        },
        unreleased={group: cell.packed for group, cell in run.cells.items()},
        closing=run.closing,
    )


def release(cell: Cell, figures: Figures, *, batch: int, upto: int, final: bool) -> Release:
    """The release that these figures of a cell make: `batch` people more than before, up to an offset."""
    items, background = cell.table.named(figures.counts)
    return Release(
        terms=cell.of,
        group=cell.group,
        seq=cell.steps.seq,
        n=cell.steps.released,
        batch=batch,
        upto=upto,
        final=final,
        items=items,
        background=background,
        moments=cell.table.named_moments(figures.moments),
    )
