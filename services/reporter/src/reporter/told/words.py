"""The report in words: findings, states, cells and what a chart says, in one language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contracts.questionnaire import Questionnaire
from reporter.drawn.charts import Bar, Dot, Segment
from reporter.report import cells
from reporter.report.assembly import GroupState, SessionView
from reporter.report.school import AreaFigure, Gap
from reporter.shown import figures
from reporter.shown.tables import Share, ShownGroup, ShownItem

TOLD: Final = ("clear", "large")


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """One language: its texts, its way to write per cents, numbers and days, and the questionnaire's names."""

    language: str
    t: Callable[..., str]
    percent: Callable[[float], str]
    number: Callable[..., str]
    date: Callable[[date], str]
    questionnaire: Questionnaire

    def group(self, group: str) -> str:
        """The group inside a sentence."""
        return self.t(f"group.{group}")

    def group_name(self, group: str) -> str:
        """The group as a heading."""
        return self.questionnaire.group_name(group, self.language)

    def area(self, area: str) -> str:
        """The area's name."""
        return self.questionnaire.area_name(area, self.language)

    def day(self, day: str) -> str:
        """A stored day in words."""
        return self.date(date.fromisoformat(day))

    def percents(self, low: float, high: float) -> str:
        """A range of two shares."""
        return f"{self.percent(low)}–{self.percent(high)}"


def state(voice: Voice, group: GroupState) -> str:
    """One sentence: what is there of a group, what is not, why, and when it comes."""
    if group.state == "withheld":
        used = (group.slips or {}).get("used", 0)
        values = {"k": group.k} if group.reason == "below-k" else {"answers": group.answers, "used": used}
        return voice.t(f"state.withheld_{group.reason}", **values)
    if group.state in ("released", "final"):
        return voice.t(f"state.{group.state}", date=date.fromisoformat(group.as_of or ""))
    if group.state == "shown":
        return voice.t("state.shown")
    if group.state == "filling":
        return voice.t("state.filling", need=2 * max(group.k, -(-group.registered // 4)))
    if group.state == "after-close":
        return voice.t("state.after-close", k=group.k)
    return voice.t("state.none")


def came(voice: Voice, group: GroupState) -> str:
    """How many of a group have answered, for a list; "" while that is not said."""
    if group.state == "withheld":
        return ""
    if group.n:
        return voice.t("state.answers", count=group.n)
    return voice.t("state.about", n=voice.number(group.answers)) if group.answers else ""


def stands(voice: Voice, group: GroupState) -> str:
    """Where the results of a group are, for a list: in the report, coming, or withheld and why."""
    if group.state == "withheld":
        return reason(voice, group.reason, group.k)
    return voice.t("cell.shown" if group.state in ("released", "final") else f"cell.{group.state}")


def rate(voice: Voice, group: GroupState) -> str | None:
    """The response rate with what it is of, or None before there is one."""
    if group.rate is None:
        return None
    if group.over:
        return voice.t("state.rate_over", registered=group.registered)
    return voice.t("state.rate", rate=voice.percent(group.rate), registered=group.registered)


def as_of(voice: Voice, view: SessionView) -> str:
    """n and the day of each shown group."""
    return " · ".join(
        voice.t("overview.asof_group", group=voice.group_name(table.group), n=table.n, date=voice.day(table.as_of))
        for table in view.report.groups.values()
    )


def finding(voice: Voice, view: SessionView) -> str:
    """The answer of the whole report, for its heading."""
    report = view.report
    if not report.groups:
        withheld = any(group.state == "withheld" for group in view.groups)
        return voice.t("report.find_withheld" if withheld else "report.find_none")
    for gap in report.area_gaps:
        if gap.effect and gap.effect.word in TOLD:
            return _gap_finding(voice, "report.find_gap", gap)
    shares = {area: found for area in report.areas if (found := _shares(view, area))}
    if len(shares) < 2:
        return voice.t("report.find_close")
    middle = {area: sum(found) / len(found) for area, found in shares.items()}
    high, low = max(middle, key=lambda area: middle[area]), min(middle, key=lambda area: middle[area])
    if middle[high] - middle[low] < 0.1:
        return voice.t("report.find_close")
    return voice.t("report.find_range", high=voice.area(high), low=voice.area(low))


def area_finding(voice: Voice, view: SessionView, area: str) -> str:
    """The answer of one area, for its heading."""
    gaps = [gap for gap in view.report.area_gaps if gap.code == area]
    for gap in gaps:
        if gap.effect and gap.effect.word in TOLD:
            return _gap_finding(voice, "area.find_gap", gap)
    name = voice.area(area)
    if gaps and all(gap.effect is not None for gap in gaps):
        return voice.t("area.find_alike", area=name)
    known = {
        group: value for group in view.report.groups if (value := view.report.figures[area, group].share) is not None
    }
    if len(known) > 1:
        low, high = voice.percent(min(known.values())), voice.percent(max(known.values()))
        return voice.t("area.find_range", area=name, low=low, high=high)
    for group, value in known.items():
        return voice.t("area.find_one", area=name, share=voice.percent(value), group=voice.group(group))
    return voice.t("area.find_none", area=name)


def _gap_finding(voice: Voice, key: str, gap: Gap) -> str:
    above = gap.effect.higher if gap.effect and gap.effect.higher is not None else 0
    higher, lower = gap.groups[above], gap.groups[1 - above]
    return voice.t(key, area=voice.area(gap.code), higher=voice.group(higher), lower=voice.group(lower))


def _shares(view: SessionView, area: str) -> list[float]:
    found = (view.report.figures[area, group].share for group in view.report.groups)
    return [share for share in found if share is not None]


def effect(voice: Voice, gap: Gap) -> str:
    """The words for a gap; with its number from 100 answers in both."""
    if gap.effect is None:
        return voice.t("effect.none")
    word = voice.t(f"effect.{gap.effect.word}")
    if not gap.numbered:
        return word
    return voice.t("effect.number", word=word, probability=voice.number(round(gap.effect.probability, 1), 1))


def figure(voice: Voice, found: AreaFigure) -> tuple[str, str | None]:
    """(the share or band, what stands below it) of an area's cell; ("", None) if there is nothing to show."""
    if found.band is not None:
        return voice.t(f"band.{found.band}"), None
    if found.share is None:
        return "", None
    if found.mean is None:
        return voice.percent(found.share), voice.t("overview.cell_rated", rated=found.rated)
    mean, low, high = (voice.number(round(x, 1), 1) for x in (found.mean.value, found.mean.low, found.mean.high))
    return voice.percent(found.share), voice.t("overview.cell_mean", mean=mean, low=low, high=high, rated=found.rated)


def share(voice: Voice, found: Share) -> str:
    """A class of a distribution as a cell."""
    return voice.t("cell.masked") if found.kind == "masked" else voice.t(f"cell.{found.kind}", percent=found.percent)


def overview(voice: Voice, view: SessionView) -> list[tuple[str, list[Dot]]]:
    """The lines of the overview's dot plot, the widest gap first, areas without a gap by their share."""
    report = view.report
    widest = {area: max(found) - min(found) for area in report.areas if (found := _shares(view, area))}
    lines = []
    for area in sorted(widest, key=lambda area: -round(widest[area], 6)):
        row = [
            _dot(voice, group, value)
            for group in report.groups
            if (value := report.figures[area, group].share) is not None
        ]
        lines.append((voice.area(area), row))
    return lines


def gap_lines(voice: Voice, view: SessionView, gaps: Sequence[Gap]) -> list[tuple[str, list[Dot]]]:
    """The lines of a dot plot of single items."""
    return [
        (
            f"{gap.code} · {shared_text(voice, view, gap.code, gap.groups)}",
            [_dot(voice, group, value) for group, value in zip(gap.groups, gap.shares, strict=True)],
        )
        for gap in gaps
    ]


def _dot(voice: Voice, group: str, value: float) -> Dot:
    name = voice.group_name(group)
    told = voice.t("overview.point", group=name, share=voice.percent(value))
    return Dot(group=group, value=int(100 * value + 0.5), words=told)


def item_text(voice: Voice, view: SessionView, code: str, group: str) -> str:
    """An item in the words of the group."""
    return cells.text(view, code, group, voice.questionnaire, voice.language)


def shared_text(voice: Voice, view: SessionView, code: str, groups: Sequence[str]) -> str:
    """An item above several groups: in the leaders' words, which speak of the school; above one group, in its own."""
    item = voice.questionnaire.items.get(code)
    leaders = len(groups) > 1 and item is not None and item.asked(view.level, "leader")
    return item_text(voice, view, code, "leader" if leaders else groups[0])


def bars(voice: Voice, view: SessionView, codes: Sequence[str], own: bool = False) -> list[tuple[str, list[Bar]]]:
    """Each item with a bar for each shown group that was asked it."""
    found = []
    for code in codes:
        tables = [table for table in view.report.groups.values() if code in (table.own if own else table.items)]
        if tables:
            heading = f"{code} · {shared_text(voice, view, code, [table.group for table in tables])}"
            found.append((heading, [_bar(voice, table, (table.own if own else table.items)[code]) for table in tables]))
    return found


def _bar(voice: Voice, table: ShownGroup, item: ShownItem) -> Bar:
    name = voice.group_name(table.group)
    if item.shares is None:
        return Bar(label=name, segments=(), words=reason(voice, item.reason, table.k))
    answers = labels(voice, item.code)
    distribution = figures.chances(item.shares)
    segments = tuple(
        Segment(
            answer=place + 1,
            width=100 * distribution[place],
            words=voice.t(f"segment.{found.kind}", who=name, answer=answers[place], **_percent(found)),
            label=str(found.percent) if found.kind == "share" else None,
        )
        for place, found in enumerate(item.shares)
    )
    return Bar(label=voice.t("bar.label", group=name, rated=item.rated), segments=segments)


def _percent(found: Share) -> dict[str, Any]:
    return {} if found.percent is None else {"percent": found.percent}


def labels(voice: Voice, code: str) -> tuple[str, ...]:
    """The five answers of an item's scale."""
    items = voice.questionnaire.items
    return voice.questionnaire.scale(items[code].scale if code in items else "agree", voice.language)


def reason(voice: Voice, code: str | None, k: int) -> str:
    """Why a cell is empty."""
    if code in ("few-raters", "below-k"):
        return voice.t(f"cell.{code}", k=max(k, 5) if code == "few-raters" else k)
    return voice.t(f"cell.{code}")
