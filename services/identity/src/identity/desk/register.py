"""The register of schools: taking a file in part by part, correcting a school, and the history of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial

from identity import codes, metrics, registry
from identity.desk import endings, national
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.reconciling import Difference, Ending, compare, differences, merged
from identity.registry import Entry
from identity.staff import Person
from identity.store import imports, schools
from identity.store.imports import PART, SHOWN, Arrival
from identity.store.place import Txn


def receive(desk: Desk, who: Person, text: str, whole: bool) -> Arrival:
    """Reads a file and lays it beside the register; nothing is changed until `write`. Refused for a file that is no
    register. Where it is the `whole` register, levels and schools that it does not name are gone."""
    return _received(desk, who, text, whole)[0]


def _received(desk: Desk, who: Person, text: str, whole: bool) -> tuple[Arrival, registry.Import]:
    found = registry.parse(text).without(schools.ended_ids(desk.place), "school-ended")
    held = {entry.registry_id: entry for entry in schools.all_entries(desk.place)}
    beside = compare(held, found.entries, whole)
    there = schools.codes_of(desk.place, beside.missing[:SHOWN])
    arrival = Arrival(
        id=desk.random_bytes(9).hex(),
        who=who.user,
        at=desk.clock(),
        whole=whole,
        state="waiting",
        rows=found.rows_taken,
        refused=found.refused[:SHOWN],
        refused_rows=len(found.refused),
        new=len(beside.new),
        changed=len(beside.changed),
        unchanged=beside.unchanged,
        missing=tuple(there[one] for one in beside.missing[:SHOWN] if one in there),
        missing_schools=len(beside.missing),
        parts=-(-len(found.entries) // PART),
        written=0,
    )
    imports.put(desk.place, arrival, found.entries)
    return arrival, found


def arrival(desk: Desk, identifier: str) -> Arrival:
    """The file of this name; Refused if there is none."""
    found = imports.get(desk.place, identifier)
    if found is None:
        raise Refused("unknown-import")
    return found


def preview(desk: Desk, found: Arrival, most: int) -> list[tuple[str, Entry, Sequence[Difference]]]:
    """The first few schools that a waiting file would change: (code, as it will stand, differences)."""
    shown: list[tuple[str, Entry, Sequence[Difference]]] = []
    for number in range(found.parts):
        for code, before, after in _beside(desk, found, number):
            if code is not None and before is not None and (changed := differences(before, after)):
                shown.append((code, after, changed))
                if len(shown) == most:
                    return shown
    return shown


def write(desk: Desk, who: Person, identifier: str, said: Sequence[Ending] | None = None) -> Iterator[tuple[int, int]]:
    """Writes a file into the register, 500 schools a transaction, and then what was `said` to have ended: (schools
    written, of how many) after each part. Where it broke off, another call goes on behind the last part (`said` None).
    """
    found = arrival(desk, identifier)
    if found.state == "waiting":
        imports.begin(desk.place, identifier, said or ())
        metrics.ROWS.labels("taken").inc(found.rows)
        metrics.ROWS.labels("refused").inc(found.refused_rows)
        found = arrival(desk, identifier)
    total = found.new + found.changed + found.unchanged
    if found.state == "done":
        yield total, total
        return
    named = [entry for number in range(found.parts) for entry in imports.part(desk.place, identifier, number)]
    national.make_room(desk, named)
    for number in range(found.written, found.parts):
        yield min(number * PART, total), total
        desk.place.transaction(partial(_write_part, desk, who, found, number))
    for ending in found.endings:
        try:
            endings.end(desk, who, ending, again=True)
        except Refused:  # it could be when somebody said so, and cannot any more: said in the log, left as it is
            desk.note(who, "ending-refused", name=ending.ended[0])
    if imports.finish(desk.place, identifier):
        desk.note(who, "register-taken", rows=found.rows, refused=found.refused_rows)
    national.refresh(desk)
    yield total, total


def take(desk: Desk, who: Person, text: str) -> tuple[Arrival, registry.Import]:
    """Takes what is right in a file at once and says what is not: for programs, which look at nothing before."""
    waiting, found = _received(desk, who, text, whole=False)
    for _ in write(desk, who, waiting.id):
        pass
    return waiting, found


def _beside(
    desk: Desk, found: Arrival, number: int, txn: Txn = None
) -> Iterator[tuple[str | None, Entry | None, Entry]]:
    """(code, the school as it is, as it will stand) of one part; schools that have ended meanwhile are left out."""
    entries = imports.part(desk.place, found.id, number, txn)
    held = schools.codes_of(desk.place, [entry.registry_id for entry in entries], txn)
    known = {one.code: one for one in schools.several(desk.place, held.values(), txn)}
    for entry in entries:
        code = held.get(entry.registry_id)
        before = known.get(code) if code is not None else None
        if before is None:
            yield None, None, entry
        elif before.ended is None:
            yield code, before.entry, merged(before.entry, entry, found.whole)


def _write_part(desk: Desk, who: Person, found: Arrival, number: int, txn: Txn) -> None:
    before: dict[str, Entry] = {}
    moving = []
    for _, old, new in _beside(desk, found, number, txn):
        if old is None or differences(old, new):
            moving.append(new)
        if old is not None:
            before[new.registry_id] = old
    lines: list[Mapping[str, object]] = []
    for code, entry in schools.take(desk.place, moving, partial(codes.make, codes.SCHOOL, desk.random_bytes), txn):
        old = before.get(entry.registry_id)
        lines.append(_line(code, old, entry))
    desk.note_all(who, lines, txn)
    imports.advance(desk.place, found.id, number, txn)


def _line(code: str, before: Entry | None, after: Entry) -> Mapping[str, object]:
    if before is None:
        return {"act": "school-added", "school": code}
    changes = [asdict(one) for one in differences(before, after)]
    return {"act": "school-changed", "school": code, "changes": changes}


def edit(desk: Desk, who: Person, code: str, rows: Sequence[Mapping[str, str]], revision: int) -> None:
    """Corrects a school as the ministry typed it, a row for each level; Refused where it cannot be so, or where
    somebody changed the school since it was shown."""
    held = schools.school(desk.place, code)
    if held is None:
        raise Refused("unknown-school")
    if held.ended is not None:
        raise Refused("school-ended")
    about = {"registry_id": held.entry.registry_id}
    after = registry.entry_of_rows([{**row, **about} for row in rows])
    if isinstance(after, str):
        raise Refused("bad-school")
    if not differences(held.entry, after):
        return
    national.make_room(desk, [after])

    def act(txn: Txn) -> None:
        if not schools.edit(desk.place, code, after, revision, txn):
            raise Refused("changed-meanwhile")
        desk.note_all(who, [_line(code, held.entry, after)], txn)

    desk.place.transaction(act)
    national.refresh(desk)
