"""The fold: a batch of records in offset order becomes changes, exactly as if they had come one at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from aggregator import intake
from aggregator.changes import Changes, Dead, GroupState, Release, SessionState, Tally
from aggregator.forms import Form
from aggregator.release import Steps, Withheld, close, grow, seal, seal_points
from aggregator.table import Figures, Table
from aggregator.terms import CellTerms, Lookup, Terms
from chassis.errors import Fatal, Rejected
from chassis.kafka import Record
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


@dataclass(kw_only=True, slots=True)
class _Arrivals:
    """The new responses to the cells of one table, in offset order within each cell."""

    table: Table
    cells: list[Cell] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    marks_of: list[int] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)


class Fold:
    """The state of the partitions that this process owns. After any exception it is to be thrown away."""

    def __init__(self, bury_limit: int = 100) -> None:
        self._bury_limit = bury_limit
        self._tables: dict[int, Table] = {}
        self._ids: dict[int, set[bytes]] = {}
        self._closed: dict[int, set[str]] = {}
        self._runs: dict[str, Run] = {}
        self._in_a_row: dict[int, int] = {}
        self._carried: dict[str, frozenset[bytes]] = {}

    def own(self, partition: int, ids: Iterable[bytes], closed: Iterable[str], in_a_row: int = 0) -> None:
        """Takes a partition with the response ids and closed sessions that it has so far."""
        self._ids[partition] = set(ids)
        self._closed[partition] = set(closed)
        self._in_a_row[partition] = in_a_row

    def carry(self, partition: int, sessions: Iterable[str], ids: frozenset[bytes]) -> None:
        """Counts what the log still has of `sessions` without adding it to their cells, up to their close marker:
        a response is folded if its id is one of `ids`, else a duplicate of one that the log no longer has."""
        for session in sessions:
            self._carried[session] = ids
            self._closed[partition].discard(session)

    def disown(self, partition: int) -> None:
        """Forgets everything of a partition."""
        self._ids.pop(partition, None)
        self._closed.pop(partition, None)
        self._in_a_row.pop(partition, None)
        for session in [name for name, run in self._runs.items() if run.terms.partition == partition]:
            self._let_go(self._runs.pop(session))

    def run(self, terms: Terms) -> Run:
        """The session in memory, new if it has no answer yet."""
        found = self._runs.get(terms.session)
        if found is None:
            cells = {
                group: Cell(of=terms, group=group, terms=cell, table=self._table(cell.form))
                for group, cell in terms.groups.items()
            }
            found = self._runs[terms.session] = Run(terms=terms, cells=cells)
        return found

    @property
    def sizes(self) -> tuple[int, int]:
        """(response ids, open sessions) in memory."""
        return sum(map(len, self._ids.values())), len(self._runs)

    def batch(self, records: Mapping[int, Sequence[Record]], lookup: Lookup) -> Changes:
        """Folds records of owned partitions, each partition's without a gap. Fatal after too many buried on end."""
        tallies, dead = [], []
        arrivals: dict[int, _Arrivals] = {}
        closings: list[tuple[Run, int]] = []
        for partition, rows in records.items():
            tally = Tally(
                partition=partition, first=rows[0].offset, last=rows[-1].offset, in_a_row=self._in_a_row[partition]
            )
            for record in rows:
                try:
                    self._take(record, tally, lookup, arrivals, closings)
                    tally.in_a_row = 0
                except Rejected as rejected:
                    dead.append(Dead(record=record, reason=rejected.reason))
                    tally.buried += 1
                    tally.in_a_row += 1
                    if self._bury_limit and tally.in_a_row >= self._bury_limit:
                        raise Fatal(
                            f"partition {partition}: {tally.in_a_row} records on end could not be counted, the last "
                            f"at offset {record.offset} ({rejected.reason}). Nothing of this batch was written. Find "
                            "the cause; BURY_LIMIT=0 for one start buries them."
                        ) from rejected
            self._in_a_row[partition] = tally.in_a_row
            tallies.append(tally)
        releases: list[Release] = []
        changed: dict[str, Run] = {}
        touched: dict[int, Cell] = {}
        for arrived in arrivals.values():
            _add(arrived.table, arrived, releases)
            for cell in arrived.cells:
                touched[id(cell)] = cell
                changed[cell.of.session] = self._runs[cell.of.session]
        for run, offset in closings:
            _close(run, offset, releases)
            changed[run.terms.session] = run
            touched |= {id(cell): cell for cell in run.cells.values() if cell.row >= 0}
        _pack(touched.values())
        states = [_state(run) for run in changed.values()]
        for run, _ in closings:
            self._let_go(self._runs.pop(run.terms.session))
        return Changes(tallies=tallies, sessions=states, releases=releases, dead=dead)

    def restore(self, run: Run, group: str, state: GroupState, unreleased: bytes, last: Release | None) -> None:
        """Puts a stored cell back; `last` is its last snapshot, None before the first."""
        cell = run.cells[group]
        cell.steps, cell.withheld, cell.packed = state.steps, state.withheld, unreleased
        if state.steps.total and cell.row < 0:
            cell.row = cell.table.take()
        cell.table.unpack(cell.row, unreleased, state.steps)
        if last is not None:
            cell.table.load_released(cell.row, last.items, last.background)

    def _take(
        self,
        record: Record,
        tally: Tally,
        lookup: Lookup,
        arrivals: dict[int, _Arrivals],
        closings: list[tuple[Run, int]],
    ) -> None:
        read = intake.read(record.value, tally.partition, lookup)
        if type(read) is not intake.Placed:
            tally.markers += 1
            if isinstance(read, intake.Closing) and read.terms.session not in self._closed[tally.partition]:
                self._closed[tally.partition].add(read.terms.session)
                if read.terms.session in self._carried:
                    return
                run = self.run(read.terms)
                run.closing = read.groups
                closings.append((run, record.offset))
            return
        known = self._ids[tally.partition]
        if read.key in known:
            tally.duplicates += 1
            return
        session = read.terms.session
        if session in self._closed[tally.partition]:
            raise Rejected("late")
        answers, marks = read.rows()
        if session in self._carried:
            if read.key in self._carried[session]:
                known.add(read.key)
                tally.ids.append(read.key)
            else:
                tally.duplicates += 1
            return
        run = self._runs.get(session) or self.run(read.terms)
        cell = run.cells[read.group]
        if cell.row < 0:
            cell.row = cell.table.take()
        arrived = arrivals.get(id(cell.table))
        if arrived is None:
            arrived = arrivals[id(cell.table)] = _Arrivals(table=cell.table)
        for question, option in marks:
            arrived.marks.append(cell.table.column(question, option))
            arrived.marks_of.append(len(arrived.cells))
        arrived.cells.append(cell)
        arrived.answers.append(answers)
        arrived.offsets.append(record.offset)
        known.add(read.key)
        tally.ids.append(read.key)

    def _table(self, form: Form) -> Table:
        found = self._tables.get(id(form))
        if found is None:
            found = self._tables[id(form)] = Table(form)
        return found

    def _let_go(self, run: Run) -> None:
        for cell in run.cells.values():
            if cell.row >= 0:
                cell.table.free(cell.row)
                cell.row = -1


def _pack(cells: Iterable[Cell]) -> None:
    """Packs what changed, all cells of a table at once."""
    by_table: dict[int, list[Cell]] = {}
    for cell in cells:
        by_table.setdefault(id(cell.table), []).append(cell)
    for together in by_table.values():
        packed = together[0].table.pack([cell.row for cell in together], [cell.steps for cell in together])
        for cell, data in zip(together, packed, strict=True):
            cell.packed = data


def _state(run: Run) -> SessionState:
    return SessionState(
        terms=run.terms,
        groups={
            group: GroupState(steps=cell.steps, final=run.closing is not None, withheld=cell.withheld)
            for group, cell in run.cells.items()
        },
        unreleased={group: cell.packed for group, cell in run.cells.items()},
        closing=run.closing,
    )


def _add(table: Table, arrived: _Arrivals, releases: list[Release]) -> None:
    """Adds responses to their cells, cut at the exact answers at which a batch is complete."""
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


def _pieces(rows: NDArray[np.intp], order: NDArray[np.intp], arrived: _Arrivals) -> Iterator[_Piece]:
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
            releases.append(_release(cell, next(figures), batch=was.held, upto=was.upto, final=False))


def _close(run: Run, offset: int, releases: list[Release]) -> None:
    assert run.closing is not None
    over = any(cell.steps.total > run.closing[group].used for group, cell in run.cells.items())
    for cell in run.cells.values():
        before = cell.steps
        cell.steps, cell.withheld = close(cell.terms.rule, before, over, offset)
        if cell.steps.seq > before.seq:
            batch = before.held + before.buffer
            releases.append(_release(cell, cell.table.close(cell.row), batch=batch, upto=offset, final=True))


def _release(cell: Cell, figures: Figures, *, batch: int, upto: int, final: bool) -> Release:
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
