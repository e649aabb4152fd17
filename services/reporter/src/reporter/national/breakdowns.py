"""Tables of an edition's breakdowns: by region, settlement or language of instruction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from contracts.questionnaire import AREAS
from look import locale
from reporter.national import places
from reporter.national.nation import Figure, Nation
from reporter.told.words import Voice

CLASSES_ACROSS: Final = 5
SAID: Final = ("settlement:urban", "settlement:rural", "language:az", "language:ru", "language:ka", "language:en")
"""Classes that have words of their own; others are called as the register calls them."""


def breakdown(voice: Voice, found: Nation, level: str, kind: str, groups: Sequence[str]) -> dict[str, Any]:
    """A table a group: few classes stand beside each other, many below each other."""
    tables = []
    for group in groups:
        classes = {cls: figures for cls in found.classes(kind) if (figures := found.of(level, group, cls))}
        if classes:
            draw = _areas_down if len(classes) <= CLASSES_ACROSS else _classes_down
            tables.append((group, *draw(voice, classes)))
    name = voice.t(f"national.breakdown.{kind}")
    return {"kind": kind, "name": locale.upper(name[0], voice.language) + name[1:], "tables": tables}


def _areas_down(voice: Voice, classes: Mapping[str, Mapping[str, Figure]]) -> tuple[list[str], list[list[str]]]:
    ones = [next(iter(figures.values())) for figures in classes.values()]
    asked = [area for area in AREAS if any(area in figures for figures in classes.values())]
    rows = [[voice.area(area), *(_share(voice, figures, area) for figures in classes.values())] for area in asked]
    rows.append([voice.t("national.schools"), *(voice.number(one.schools) for one in ones)])
    rows.append([voice.t("item.n"), *(voice.number(one.people) for one in ones)])
    return [voice.t("overview.area"), *(class_name(voice, cls) for cls in classes)], rows


def _classes_down(voice: Voice, classes: Mapping[str, Mapping[str, Figure]]) -> tuple[list[str], list[list[str]]]:
    asked = [area for area in AREAS if any(area in figures for figures in classes.values())]
    rows = []
    for cls, figures in sorted(classes.items(), key=lambda item: locale.sort_key(item[0], voice.language)):
        one = next(iter(figures.values()))
        shares = (_share(voice, figures, area) for area in asked)
        rows.append([class_name(voice, cls), *shares, voice.number(one.schools), voice.number(one.people)])
    columns = [voice.t("national.class"), *(voice.area(area) for area in asked)]
    return [*columns, voice.t("national.schools"), voice.t("item.n")], rows


def _share(voice: Voice, figures: Mapping[str, Figure], area: str) -> str:
    return voice.percent(figures[area].share) if area in figures else voice.t("cell.not_asked")


def class_name(voice: Voice, cls: str) -> str:
    """A class of a breakdown as people say it."""
    kind, _, name = cls.partition(":")
    if kind == "region":
        return places.name(name, voice.language)
    return voice.t(f"national.class.{name}") if f"{kind}:{name}" in SAID else name
