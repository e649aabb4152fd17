"""Measurements in turn: limit and product one after the other, several rounds; medians, spread and ratios."""

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One contender in one round: how many things a second, and CPU seconds per million of them."""

    rate: float
    cpu: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Something that can be measured as often as wanted."""

    name: str
    measure: Callable[[], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The readings of a contender in the order of the rounds."""

    name: str
    readings: tuple[Reading, ...]

    @property
    def rate(self) -> float:
        return statistics.median(reading.rate for reading in self.readings)

    @property
    def cpu(self) -> float:
        return statistics.median(reading.cpu for reading in self.readings)

    @property
    def spread(self) -> float:
        """The widest distance from the median, as a share of it."""
        return max(abs(reading.rate - self.rate) for reading in self.readings) / self.rate if self.rate else 0.0


def in_turn(contenders: Sequence[Contender], rounds: int, say: Callable[[str], None]) -> list[Result]:
    """Every contender once a round, so that a slow minute of the machine falls on all of them."""
    readings: dict[str, list[Reading]] = {contender.name: [] for contender in contenders}
    for number in range(1, rounds + 1):
        for contender in contenders:
            reading = contender.measure()
            readings[contender.name].append(reading)
            say(f"round {number}: {contender.name}: {reading.rate:,.0f}/s, {reading.cpu:,.0f} CPU s/M {reading.note}")
    return [Result(name=name, readings=tuple(rows)) for name, rows in readings.items()]


def table(results: Sequence[Result], limit: str) -> list[str]:
    """Lines of a Markdown table; the ratio is to the contender named `limit`, round by round, then the median."""
    by_name = {result.name: result for result in results}
    base = by_name[limit]
    lines = ["| what | a second (median) | spread | CPU s per million | ratio |", "|---|---|---|---|---|"]
    for result in results:
        lines.append(
            f"| {result.name} | {result.rate:,.0f} | ± {result.spread:.0%} | {result.cpu:,.0f} "
            f"| {ratio(result, base):.2f} |"
        )
    return lines


def ratio(result: Result, base: Result) -> float:
    """The median over the rounds of this rate to the limit's in the same round."""
    pairs = zip(result.readings, base.readings, strict=True)
    return statistics.median(mine.rate / other.rate for mine, other in pairs)


def cpu_seconds(process: int) -> float:
    """CPU seconds that a process and its living children have used; those of ended children count with their parent."""
    total = 0.0
    for one in (process, *_children(process)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(fields[place]) for place in (11, 12)) / TICKS
    return total


def _children(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def machine(packages: Sequence[str]) -> Mapping[str, str]:
    """What was measured on: processor, cores, memory, load before, versions."""
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return {
        "processor": f"{processor}, {os.cpu_count()} cores",
        "memory": f"{memory:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
