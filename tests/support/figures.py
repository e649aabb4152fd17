"""The figures that a process shows on /metrics, read as an operator's Prometheus reads them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Values by series (name and labels as written), and the help of each metric by name."""

    values: Mapping[str, float]
    helps: Mapping[str, str]
    kinds: Mapping[str, str]

    def label_values(self) -> set[str]:
        """Every value of every label."""
        return {value for series in self.values for _, value in _LABEL.findall(series)}

    def of(self, name: str) -> dict[str, float]:
        """The series of one metric."""
        return {series: value for series, value in self.values.items() if series.partition("{")[0] == name}


def figures(http: httpx.Client, address: str) -> Figures:
    """What is shown there now."""
    answer = http.get(address)
    assert answer.status_code == 200, answer.text
    lines = answer.text.splitlines()
    told = [line.split(" ", 3) for line in lines if line.startswith("# ")]
    rows = [line.rpartition(" ") for line in lines if line and not line.startswith("#")]
    return Figures(
        values={series: float(value) for series, _, value in rows},
        helps={words[2]: words[3] if len(words) > 3 else "" for words in told if words[1] == "HELP"},
        kinds={words[2]: words[3] for words in told if words[1] == "TYPE"},
    )


@dataclass
class Movement:
    """By how much each series of a metric moved."""

    by: dict[str, float] = field(default_factory=dict)


@contextmanager
def moving(http: httpx.Client, address: str, name: str) -> Iterator[Movement]:
    """Watches one metric while the block runs; `by` is filled at its end."""
    before = figures(http, address).of(name)
    movement = Movement()
    yield movement
    after = figures(http, address).of(name)
    differences = {series: value - before.get(series, 0.0) for series, value in after.items()}
    movement.by = {series: difference for series, difference in differences.items() if difference}
