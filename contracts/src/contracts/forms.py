"""The form: items and background questions as values, and which of them a group sees at a level."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

GROUPS = ("leader", "teacher", "student", "trainer")
LEVELS = ("primary", "lower-secondary", "upper-secondary", "vocational")
AREAS = ("A", "B", "C", "D", "E", "F", "G", "H")
GENERAL_GROUPS = ("leader", "teacher", "student")
TEN = tuple(str(number) for number in range(1, 11))
LETTERS = {"L": "leader", "T": "teacher", "S": "student", "C": "trainer"}

Kind = Literal["core", "optional"]
Scale = Literal["agree", "useful"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item. `kind` is what it is at most levels: F8 is optional, but core where `core_levels` says (vocational).
    `primary`: primary students have it too; `levels`: where it can be asked at all."""

    code: str
    area: str
    groups: tuple[str, ...]
    levels: tuple[str, ...]
    core_levels: tuple[str, ...]
    kind: Kind
    scale: Scale
    primary: bool

    def asked(self, level: str, group: str) -> bool:
        """Whether this group can be asked it at this level."""
        if group == "student" and level == "primary" and not self.primary:
            return False
        return level in self.levels and group in self.groups and group in groups_at(level)

    def kind_at(self, level: str) -> Kind:
        """Core or optional at this level."""
        return "core" if level in self.core_levels else "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundQuestion:
    """A question about the respondent with a closed list: `one` option, `many` (tick list) or `ten` ("1" to "10")."""

    code: str
    kind: Literal["one", "many", "ten"]
    options: tuple[str, ...]
    groups: tuple[str, ...]


def groups_at(level: str) -> tuple[str, ...]:
    """The groups that answer at this level; ValueError for a level that is none."""
    if level not in LEVELS:
        raise ValueError(f"no level: {level!r}")
    return GROUPS if level == "vocational" else GENERAL_GROUPS


def form(items: Iterable[Item], level: str, group: str, kind: Kind) -> tuple[str, ...]:
    """Codes of the core or optional items of a group at a level, in the order of the form."""
    if group not in GROUPS:
        raise ValueError(f"no group: {group!r}")
    return tuple(item.code for item in items if item.asked(level, group) and item.kind_at(level) == kind)


def read_items(rows: Iterable[Mapping[str, Any]], faults: list[str]) -> Mapping[str, Item]:
    """Items by code, in the order of the form; what is wrong with them is added to `faults`."""
    items: dict[str, Item] = {}
    for row in rows:
        code, kind, scale = str(row.get("code")), row.get("kind"), row.get("scale", "agree")
        levels = tuple(row.get("levels", LEVELS))
        core = tuple(row.get("core", levels if kind == "core" else ()))
        odd = set(row) - {"code", "groups", "kind", "levels", "core", "scale", "primary"}
        if odd or code in items or code[:1] not in AREAS or not code[1:].isdigit():
            faults.append(f"item {code}: {', '.join(sorted(odd)) or 'code'} not understood")
        elif kind not in ("core", "optional") or scale not in ("agree", "useful"):
            faults.append(f"item {code}: kind or scale not understood")
        elif not set(core) <= set(levels) <= set(LEVELS) or not set(row["groups"]) <= set(LETTERS):
            faults.append(f"item {code}: levels or groups not understood")
        else:
            items[code] = Item(
                code=code,
                area=code[0],
                groups=_groups(row["groups"]),
                levels=levels,
                core_levels=core,
                kind=kind,
                scale=scale,
                primary=row.get("primary") is True,
            )
    return MappingProxyType(items)


def read_background(rows: Iterable[Mapping[str, Any]], faults: list[str]) -> Mapping[str, BackgroundQuestion]:
    """Background questions by code, in the order of the form; what is wrong is added to `faults`."""
    questions: dict[str, BackgroundQuestion] = {}
    for row in rows:
        code, kind = str(row.get("code")), row.get("kind")
        options = TEN if kind == "ten" else tuple(str(option) for option in row.get("options", ()))
        if kind not in ("one", "many", "ten") or code in questions or not set(row["groups"]) <= set(LETTERS):
            faults.append(f"background {code}: code, kind or groups not understood")
        elif len(options) < 2 or len(set(options)) < len(options) or {"pn", "skipped"} & set(options):
            faults.append(f"background {code}: options not understood")
        else:
            questions[code] = BackgroundQuestion(code=code, kind=kind, options=options, groups=_groups(row["groups"]))
    return MappingProxyType(questions)


def _groups(letters: str) -> tuple[str, ...]:
    return tuple(name for letter, name in LETTERS.items() if letter in letters)
