"""`digest`: one SHA-256 over everything that follows from the log and the sessions' terms."""

import hashlib
from collections.abc import Iterator

from aggregator.archive import Archive
from contracts.ballots import canonical


def digest(archive: Archive) -> str:
    """Hex digest over canonical JSON lines: every snapshot without its day, every cell's histograms, each
    partition's ids and next offset. Epochs and how ids are spread over documents are not in it."""
    whole = hashlib.sha256()
    for line in _lines(archive):
        whole.update(line + b"\n")
    return whole.hexdigest()


def _lines(archive: Archive) -> Iterator[bytes]:
    for snapshot in archive.snapshots():
        yield canonical({name: value for name, value in snapshot.items() if name != "as_of"})
    for cell in archive.whole_cells():
        if cell.state.steps.total:
            yield canonical(
                {
                    "session": cell.session,
                    "group": cell.group,
                    "n": cell.state.steps.total,
                    "items": cell.items,
                    "unreleased": {
                        "items": {item: list(row) for item, row in cell.unreleased_items.items()},
                        "background": {name: dict(row) for name, row in cell.unreleased_background.items()},
                        "moments": {name: dict(row) for name, row in cell.unreleased_moments.items()},
                    },
                    "withheld": cell.state.withheld,
                }
            )
    for row in archive.offsets():
        if not row["next"]:  # a partition that was taken over and never had a record
            continue
        ids = hashlib.sha256(b"".join(sorted(archive.ids(row["_id"])))).hexdigest()
        yield canonical({"partition": row["_id"], "next": row["next"], "ids": ids})
