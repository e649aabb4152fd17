"""The fold: a batch of records in offset order becomes changes, exactly as if they had come one at a time."""

from collections.abc import Iterable, Mapping, Sequence

from aggregator import intake
from aggregator.arrivals import Arrivals, add
from aggregator.cells import Cell, Run, pack, release, state
from aggregator.changes import Changes, Dead, GroupState, Release, Tally
from aggregator.forms import Form
from aggregator.release import close
from aggregator.table import Table
from aggregator.terms import Lookup, Terms
from chassis.errors import Fatal, Rejected
from chassis.kafka import Record


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
        arrivals: dict[int, Arrivals] = {}
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
            add(arrived, releases)
            for cell in arrived.cells:
                touched[id(cell)] = cell
                changed[cell.of.session] = self._runs[cell.of.session]
        for run, offset in closings:
            _close(run, offset, releases)
            changed[run.terms.session] = run
            touched |= {id(cell): cell for cell in run.cells.values() if cell.row >= 0}
        pack(touched.values())
        states = [state(run) for run in changed.values()]
        for run, _ in closings:
            self._let_go(self._runs.pop(run.terms.session))
        return Changes(tallies=tallies, sessions=states, releases=releases, dead=dead)

    def restore(self, run: Run, group: str, kept: GroupState, unreleased: bytes, last: Release | None) -> None:
        """Puts a stored cell back; `last` is its last snapshot, None before the first."""
        cell = run.cells[group]
        cell.steps, cell.withheld, cell.packed = kept.steps, kept.withheld, unreleased
        if kept.steps.total and cell.row < 0:
            cell.row = cell.table.take()
        cell.table.unpack(cell.row, unreleased, kept.steps)
        if last is not None:
            cell.table.load_released(cell.row, last.items, last.background)

    def _take(
        self,
        record: Record,
        tally: Tally,
        lookup: Lookup,
        arrivals: dict[int, Arrivals],
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
            arrived = arrivals[id(cell.table)] = Arrivals(table=cell.table)
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


def _close(run: Run, offset: int, releases: list[Release]) -> None:
    assert run.closing is not None
    over = any(cell.steps.total > run.closing[group].used for group, cell in run.cells.items())
    for cell in run.cells.values():
        before = cell.steps
        cell.steps, cell.withheld = close(cell.terms.rule, before, over, offset)
        if cell.steps.seq > before.seq:
            batch = before.held + before.buffer
            releases.append(release(cell, cell.table.close(cell.row), batch=batch, upto=offset, final=True))
