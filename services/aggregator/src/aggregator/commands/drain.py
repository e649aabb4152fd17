"""`drain`: folds the log to its end and says what it took, so that the fold can be timed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Counted(Protocol):
    """Where each partition of the worker goes on."""

    def next_offsets(self) -> Mapping[int, int]: ...


@dataclass(kw_only=True, slots=True)
class Drained:
    """True for `stop` once every partition has reached the end that the log had at the start."""

    ends: Mapping[int, int]
    worker: Counted | None = None

    def __call__(self) -> bool:
        if self.worker is None:
            return False
        nexts = self.worker.next_offsets()
        return all(nexts.get(number, 0) >= end for number, end in self.ends.items() if end)


def report(records: int, began: float) -> dict[str, Any]:
    """{responses, seconds, cpu_seconds}: records of the log, wall time since `began` (monotonic), CPU of this
    process."""
    return {
        "responses": records,
        "seconds": round(time.monotonic() - began, 3),
        "cpu_seconds": round(time.process_time(), 3),
    }
