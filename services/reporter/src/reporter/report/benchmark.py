"""A school beside similar schools and its nation: bands of the campaign's last edition, never a rank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from reporter.report.school import SchoolReport
from reporter.shown.figures import Mean

State = Literal["later", "none", "given"]
Place = Literal["above", "below", "near"]
NATION: Final = "all"


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Where about half of `schools` schools have their mean (1 to 5, one decimal), around the mean of all of them."""

    schools: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """One area of one group: the bands of similar schools and of all schools of the level, and the school's own mean
    where it may be drawn; its place is outside a band only if its whole interval is."""

    area: str
    group: str
    own: Mean | None
    similar: Band | None
    nation: Band | None
    to_similar: Place | None
    to_nation: Place | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """`later` until the campaign has its last edition, `none` if too few schools make a band, else `given`; what makes
    schools similar (size class, settlement), and when the campaign closes (None if that is not known)."""

    state: State
    size: str
    settlement: str
    closes: str | None
    rows: tuple[Beside, ...]

    def of_group(self, group: str) -> tuple[Beside, ...]:
        """The rows of one group, in the report's order of areas."""
        return tuple(row for row in self.rows if row.group == group)


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of a campaign's bands: whether its last edition is made, the `benchmark` documents of one level,
    and when it closes."""

    final: bool = False
    documents: Sequence[Mapping[str, Any]] = ()
    closes: str | None = None


UNKNOWN: Final = Known()


def benchmark(known: Known, stratum: Mapping[str, str], report: SchoolReport) -> Benchmark:
    """The bands beside each shown group of a report."""
    classes = {str(document["group"]): document["classes"] for document in known.documents}
    similar = f"{stratum['size']}/{stratum['settlement']}"
    rows = tuple(
        row
        for group in report.groups
        for area in report.areas
        if (row := _row(area, group, report, classes.get(group, {}), similar)) is not None
    )
    return Benchmark(
        state="given" if rows else "none" if known.final else "later",
        size=stratum["size"],
        settlement=stratum["settlement"],
        closes=known.closes,
        rows=rows,
    )


def place(own: Mean, band: Band) -> Place:
    """Where a mean lies by its printed interval."""
    if round(own.low, 1) > band.high:
        return "above"
    return "below" if round(own.high, 1) < band.low else "near"


def _row(
    area: str, group: str, report: SchoolReport, classes: Mapping[str, Mapping[str, Any]], similar: str
) -> Beside | None:
    bands = {name: _band(classes.get(name, {}).get(area)) for name in (similar, NATION)}
    figure = report.figures[area, group]
    if not figure.asked or not any(bands.values()):
        return None
    own = figure.mean
    return Beside(
        area=area,
        group=group,
        own=own,
        similar=bands[similar],
        nation=bands[NATION],
        to_similar=_place(own, bands[similar]),
        to_nation=_place(own, bands[NATION]),
    )


def _place(own: Mean | None, band: Band | None) -> Place | None:
    return None if own is None or band is None else place(own, band)


def _band(row: Mapping[str, Any] | None) -> Band | None:
    if row is None:
        return None
    return Band(schools=int(row["schools"]), mean=float(row["mean"]), low=float(row["low"]), high=float(row["high"]))
