"""The school beside others in words: sentences, cells and charts of the bands, in one language."""

from collections.abc import Mapping, Sequence
from typing import Any

from reporter.drawn import band_chart
from reporter.drawn.band_chart import Line, Mark, Range
from reporter.report.assembly import SessionView
from reporter.report.benchmark import Band, Benchmark, Beside, Place
from reporter.shown.tables import ShownGroup
from reporter.told.words import Voice


def section(voice: Voice, view: SessionView) -> Mapping[str, Any]:
    """The names of the section's template: the sentence that says what is there, and a chart and rows by group."""
    found = view.benchmark
    groups = [
        {
            "group": group,
            "chart": _chart(voice, found, group),
            "rows": [_row(voice, row) for row in found.of_group(group)],
            "finding": finding(voice, found, group),
            "as_of": _as_of(voice, table),
        }
        for group, table in view.report.groups.items()
        if found.of_group(group)
    ]
    return {"benchmark": {"state": state(voice, found), "groups": groups, "similar": similar(voice, found)}}


def of_area(voice: Voice, view: SessionView, area: str) -> Sequence[Mapping[str, str]]:
    """One area's rows, a group each."""
    return [{"group": row.group, **_row(voice, row)} for row in view.benchmark.rows if row.area == area]


def state(voice: Voice, found: Benchmark) -> str | None:
    """Why there is nothing, and when it comes; None if there is something."""
    if found.state == "given":
        return None
    if found.state == "none":
        return voice.t("bench.none")
    if found.closes is None:
        return voice.t("bench.later")
    return voice.t("bench.later_on", date=voice.day(found.closes[:10]))


def similar(voice: Voice, found: Benchmark) -> str:
    """Which schools are similar."""
    return voice.t(f"bench.similar_{found.size}", place=voice.t(f"bench.place_{found.settlement}"))


def finding(voice: Voice, found: Benchmark, group: str) -> str:
    """One sentence on a group: in which areas the school lies outside the band of similar schools (or of the level)."""
    places: dict[str, list[str]] = {}
    for row in found.of_group(group):
        if (where := row.to_similar or row.to_nation) is not None:
            places.setdefault(where, []).append(voice.area(row.area))
    name = voice.group_name(group)
    if not places:
        return voice.t("bench.find_unmarked", group=name)
    told = [
        voice.t(f"bench.find_{where}", areas=", ".join(places[where]))
        for where in ("above", "below")
        if where in places
    ]
    return voice.t("bench.find", group=name, told="; ".join(told) or voice.t("bench.find_near"))


def verdict(voice: Voice, where: Place | None) -> str:
    """Where the school lies, in words; why not, below 20 answers."""
    return voice.t(f"bench.to_{where}") if where is not None else voice.t("bench.unmarked")


def span(voice: Voice, band: Band | None) -> str:
    """A band as a cell."""
    if band is None:
        return "–"
    return voice.t("bench.span", low=_one(voice, band.low), high=_one(voice, band.high), schools=band.schools)


def _as_of(voice: Voice, table: ShownGroup) -> str:
    group = voice.group_name(table.group)
    return voice.t("overview.asof_group", group=group, n=table.n, date=voice.day(table.as_of))


def _row(voice: Voice, row: Beside) -> dict[str, str]:
    return {
        "area": voice.area(row.area),
        "own": "–" if row.own is None else voice.t("bench.own_cell", **_own(voice, row)),
        "similar": span(voice, row.similar),
        "nation": span(voice, row.nation),
        "words": verdict(voice, row.to_similar if row.similar is not None else row.to_nation),
    }


def _chart(voice: Voice, found: Benchmark, group: str) -> Any:
    lines = [_line(voice, row) for row in found.of_group(group)]
    told = "; ".join(
        f"{line.text}: " + ", ".join(part.words for part in (line.own, line.similar, line.nation) if part is not None)
        for line in lines
    )
    words = voice.t("bench.words", list=told)
    return band_chart.bands(lines, group, voice.t("bench.axis"), finding(voice, found, group), words, f"bench-{group}")


def _line(voice: Voice, row: Beside) -> Line:
    return Line(
        text=voice.area(row.area),
        similar=_range(voice, row.similar, "bench.band_similar"),
        nation=_range(voice, row.nation, "bench.band_nation"),
        own=None
        if row.own is None
        else Mark(
            value=round(row.own.value, 1),
            low=round(row.own.low, 1),
            high=round(row.own.high, 1),
            words=voice.t("bench.own", **_own(voice, row)),
        ),
    )


def _range(voice: Voice, band: Band | None, key: str) -> Range | None:
    if band is None:
        return None
    words = voice.t(key, low=_one(voice, band.low), high=_one(voice, band.high), schools=band.schools)
    return Range(low=band.low, high=band.high, words=words)


def _own(voice: Voice, row: Beside) -> dict[str, str]:
    own = row.own
    return (
        {}
        if own is None
        else {
            "mean": _one(voice, own.value),
            "low": _one(voice, own.low),
            "high": _one(voice, own.high),
        }
    )


def _one(voice: Voice, value: float) -> str:
    return voice.number(round(value, 1), 1)
