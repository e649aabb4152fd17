"""`ledger`: does every record of the log stand in exactly one account, and every counted one in exactly one cell?"""

from collections.abc import Mapping
from typing import Any

from aggregator.archive import Archive
from aggregator.documents import COUNTERS


def ledger(archive: Archive, log_starts: Mapping[int, int]) -> dict[str, Any]:
    """{partitions: {"0": {next, log_start, folded, duplicates, buried, markers}}, sessions: {id: {folded, cells}},
    total: the same fields summed, balanced}; `log_starts` as Kafka gives them."""
    partitions: dict[str, dict[str, int]] = {}
    purged = 0
    for row in archive.offsets():
        purged += row["purged"]["folded"]
        partitions[str(row["_id"])] = {
            "next": row["next"],
            "log_start": log_starts.get(row["_id"], 0),
            **{name: row[name] for name in COUNTERS},
        }
    sessions = {
        row["_id"]: {"folded": _people(row), "cells": sum(1 for cell in row["groups"].values() if _total(cell))}
        for row in archive.cells()
    }
    total = {
        name: sum(partition[name] for partition in partitions.values()) for name in ("next", "log_start", *COUNTERS)
    }
    ids = sum(row["size"] // 16 for row in archive.seen())
    in_cells = sum(session["folded"] for session in sessions.values())
    balanced = (
        all(row["next"] == sum(row[name] for name in COUNTERS) for row in partitions.values())
        and ids + purged == in_cells == total["folded"]
    )
    return {"partitions": partitions, "sessions": sessions, "total": total, "balanced": balanced}


def _people(row: Mapping[str, Any]) -> int:
    return sum(map(_total, row["groups"].values()))


def _total(cell: Mapping[str, Any]) -> int:
    return int(cell["n"]["buffer"] + cell["n"]["held"] + cell["n"]["released"])
