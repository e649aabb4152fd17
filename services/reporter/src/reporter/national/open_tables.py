"""The tables of an edition as open data: rows of codes and numbers, as `dictionary` describes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.questionnaire import AREAS, GROUPS, LEVELS, Questionnaire
from reporter.national import dictionary
from reporter.national.audience import EVERY

Cell = str | int | float | None
Row = tuple[Cell, ...]
Document = Mapping[str, Any]
Seen = Callable[[str, str], bool]
"""Whether a reader sees a class at a level."""

RATINGS: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows in a fixed order, each as long as `columns`."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def documents(self) -> list[dict[str, Cell]]:
        """The rows as mappings."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def tables(head: Document, cells: Sequence[Document], questionnaire: Questionnaire, seen: Seen) -> dict[str, Table]:
    """Every table of an edition, with the classes that are `seen`."""
    ordered = sorted(cells, key=_place)
    name = (str(head["campaign"]), int(head["number"]))
    rows: dict[str, Iterator[Row]] = {
        "figures": _figures(ordered, seen),
        "answers": _answers(ordered, seen, questionnaire),
        "nonresponse": _nonresponse(ordered, seen),
        "gaps": _gaps(ordered),
        "quality": _quality(ordered, seen),
    }
    found = {key: _table(key, (name + row for row in made)) for key, made in rows.items()}
    return found | {"codes": _table("codes", _codes(_classes(ordered, seen), questionnaire))}


def _table(name: str, rows: Iterator[Row]) -> Table:
    columns = tuple(column.name for column in dictionary.tables()[name].columns)
    return Table(name=name, columns=columns, rows=tuple(rows))


def _place(cell: Document) -> tuple[int, int]:
    return (-1 if cell["level"] == EVERY else LEVELS.index(cell["level"]), GROUPS.index(cell["group"]))


def _seen(cells: Sequence[Document], seen: Seen) -> Iterator[tuple[tuple[str, str, str], Document]]:
    """((level, group, class), figures), the nation before its classes."""
    for cell in cells:
        for cls, found in sorted(cell["classes"].items(), key=lambda entry: (entry[0] != EVERY, entry[0])):
            if seen(cell["level"], cls):
                yield (cell["level"], cell["group"], cls), found


def _figures(cells: Sequence[Document], seen: Seen) -> Iterator[Row]:
    for place, found in _seen(cells, seen):
        registered, rates = found["registered"], found.get("rates") or {}
        for area, value in sorted(found["areas"].items()):
            change = value.get("change") or {}
            yield (
                *(*place, area, found["schools"], found["school_levels"], found["n"]),
                *(registered["schools"], registered["people"], _percent(rates.get("response"))),
                *(_percent(value["share"]), _percent(value.get("low")), _percent(value.get("high"))),
                *(_points(value.get("mean")), _points(value.get("mean_low")), _points(value.get("mean_high"))),
                *(_percent(change.get("share")), _percent(change.get("low")), _percent(change.get("high"))),
            )


def _answers(cells: Sequence[Document], seen: Seen, questionnaire: Questionnaire) -> Iterator[Row]:
    order = {code: place for place, code in enumerate(questionnaire.items)}
    for place, found in _seen(cells, seen):
        for item, counts in sorted(found["items"].items(), key=lambda entry: order.get(entry[0], len(order))):
            yield (*place, item, sum(counts), *(int(count) for count in counts))


def _nonresponse(cells: Sequence[Document], seen: Seen) -> Iterator[Row]:
    for place, found in _seen(cells, seen):
        for area, value in sorted((found.get("nonresponse") or {}).items()):
            yield (*place, area, _percent(value["skipped"]), _percent(value["pn"]), _percent(value["na"]))


def _gaps(cells: Sequence[Document]) -> Iterator[Row]:
    """Gaps are of a level's whole, which everybody sees."""
    for cell in cells:
        gaps = cell.get("gaps") or {}
        for other in (group for group in GROUPS if group in gaps):
            for area, value in sorted(gaps[other].items()):
                yield (
                    *(cell["level"], cell["group"], other, area, value["n"], value["n_other"]),
                    *(value["superiority"], value["low"], value["high"], value["word"]),
                )


def _quality(cells: Sequence[Document], seen: Seen) -> Iterator[Row]:
    for cell in cells:
        by_class = {EVERY: cell["quality"], **(cell.get("quality_by_class") or {})}
        for cls, areas in by_class.items():
            for area, value in sorted(areas.items()) if seen(cell["level"], cls) else ():
                yield (
                    *(cell["level"], cell["group"], cls, area, value["m"], value["schools"]),
                    *(value["alpha"], value["icc"], _percent(value["straightlining"])),
                )


def _classes(cells: Sequence[Document], seen: Seen) -> list[str]:
    return sorted({place[2] for place, _ in _seen(cells, seen)} - {EVERY})


def _codes(classes: Sequence[str], questionnaire: Questionnaire) -> Iterator[Row]:
    both = ("en", "az")
    yield ("level", EVERY, None, None, "All levels", "Bütün pillələr")
    for level in LEVELS:
        yield ("level", level, None, None, *(questionnaire.level_name(level, lang) for lang in both))
    for group in GROUPS:
        yield ("group", group, None, None, *(questionnaire.group_name(group, lang) for lang in both))
    yield ("class", EVERY, None, None, "The whole country", "Bütün ölkə")
    for cls in classes:
        name = cls.partition(":")[2]
        yield ("class", cls, None, None, *CLASS_NAMES.get(cls, (name, name)))
    for area in AREAS:
        yield ("area", area, None, None, *(questionnaire.area_name(area, lang) for lang in both))
    for code, item in questionnaire.items.items():
        for group in item.groups:
            levels = [level for level in item.levels if item.asked(level, group)]
            own = [level for level in levels if level == "primary" and group == "student"]  # simpler words of their own
            for level in own:
                yield (
                    "item",
                    code,
                    group,
                    level,
                    *(questionnaire.text(code, group, level, lang).text for lang in both),
                )
            if older := [level for level in levels if level not in own]:
                words = (questionnaire.text(code, group, older[-1], lang).text for lang in both)
                yield ("item", code, group, None, *words)
    for place in range(RATINGS):
        yield (
            "answer",
            f"answered_{place + 1}",
            None,
            None,
            *(questionnaire.scale("agree", lang)[place] for lang in both),
        )
    for column, code in (("not_applicable", "na"), ("prefer_not_to_say", "pn")):
        yield ("answer", column, None, None, *(questionnaire.special(lang)[code] for lang in both))
    yield ("answer", "skipped", None, None, "Left out", "Buraxılıb")


CLASS_NAMES: Final = {
    "settlement:urban": ("Towns", "Şəhərlər"),
    "settlement:rural": ("Villages", "Kəndlər"),
    "language:az": ("Taught in Azerbaijani", "Tədris dili azərbaycan dili"),
    "language:ru": ("Taught in Russian", "Tədris dili rus dili"),
    "language:en": ("Taught in English", "Tədris dili ingilis dili"),
    "language:ka": ("Taught in Georgian", "Tədris dili gürcü dili"),
}


def _percent(share: float | None) -> float | None:
    """A share of 1 as per cent, with no more digits than it was stored with."""
    return None if share is None else round(100 * share, 2)


def _points(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 2)
