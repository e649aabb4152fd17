"""The country's schools: how many, where, how large and who is registered in them; sizes as skewed as real ones."""

import csv
import io
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LEVELS = ("primary", "lower-secondary", "upper-secondary", "vocational")
GROUPS = ("leader", "teacher", "student", "trainer")
HEADER = (
    *("registry_id", "name", "region", "settlement", "language", "type"),
    *("level", "leaders", "teachers", "students", "trainers"),
)

REGIONS: Mapping[str, int] = {
    "Bakı": 330,
    "Abşeron-Xızı": 110,
    "Gəncə-Daşkəsən": 260,
    "Qazax-Tovuz": 430,
    "Quba-Xaçmaz": 460,
    "Qarabağ": 330,
    "Şərqi Zəngəzur": 190,
    "Lənkəran-Astara": 520,
    "Mil-Muğan": 330,
    "Dağlıq Şirvan": 290,
    "Mərkəzi Aran": 420,
    "Şəki-Zaqatala": 370,
    "Şirvan-Salyan": 240,
    "Naxçıvan": 230,
}
"""Economic regions and how many of 4,500 schools stand in each, roughly."""
URBAN: Mapping[str, float] = {"Bakı": 1.0, "Abşeron-Xızı": 0.7, "Gəncə-Daşkəsən": 0.45}
URBAN_ELSEWHERE = 0.18
VOCATIONAL_SHARE = 1 / 44
KINDS: Mapping[str, tuple[float, Mapping[str, float]]] = {
    "tam orta": (0.75, {"primary": 0.40, "lower-secondary": 0.48, "upper-secondary": 0.12}),
    "ümumi orta": (0.17, {"primary": 0.45, "lower-secondary": 0.55}),
    "ibtidai": (0.07, {"primary": 1.0}),
    "xüsusi": (0.01, {"primary": 0.45, "lower-secondary": 0.55}),
}
"""Type of school: its share of all schools, and the share of its students at each level."""
STUDENTS_PER_TEACHER = 11.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """People of one school at one level, as the ministry's registry counts them."""

    leaders: int
    teachers: int
    students: int
    trainers: int = 0

    def of(self, group: str) -> int:
        """People of one group."""
        return {"leader": self.leaders, "teacher": self.teachers, "student": self.students, "trainer": self.trainers}[
            group
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class School:
    """A school as the registry has it; names are invented."""

    registry_id: str
    name: str
    region: str
    settlement: str
    language: str
    type: str
    levels: Mapping[str, Registered]


def country(number: int, seed: int) -> Iterator[School]:
    """`number` schools, one after the other; the same seed gives the same country."""
    draw = random.Random(seed)  # noqa: S311  # a simulation, not a secret
    regions, weights = list(REGIONS), list(REGIONS.values())
    for index in range(1, number + 1):
        region = draw.choices(regions, weights)[0]
        urban = draw.random() < URBAN.get(region, URBAN_ELSEWHERE)
        vocational = draw.random() < VOCATIONAL_SHARE
        yield (_vocational if vocational else _general)(draw, index, region, urban)


def registry_csv(schools: Iterable[School]) -> str:
    """The registry as the ministry's import takes it: a header, then a row for each school and level."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEADER)
    for school in schools:
        for level, people in school.levels.items():
            rows.writerow(
                (
                    *(school.registry_id, school.name, school.region, school.settlement, school.language, school.type),
                    *(level, people.leaders, people.teachers, people.students, people.trainers),
                )
            )
    return out.getvalue()


def _general(draw: random.Random, index: int, region: str, urban: bool) -> School:
    kind = draw.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
    students = _size(draw, region, urban, small=kind in ("ibtidai", "xüsusi"))
    levels = {level: _people(draw, round(students * share)) for level, share in KINDS[kind][1].items()}
    language = draw.choices(("azərbaycan", "rus", "gürcü"), (93, 6 if urban else 2, 1))[0]
    return School(
        registry_id=f"AZ-{index:05d}",
        name=f"{_word(draw)} {draw.randint(1, 300)} nömrəli məktəb" if urban else f"{_word(draw)} kənd məktəbi",
        region=region,
        settlement="urban" if urban else "rural",
        language=language,
        type=kind,
        levels=levels,
    )


def _vocational(draw: random.Random, index: int, region: str, urban: bool) -> School:
    students = max(60, _size(draw, region, True, small=False) // 2)
    people = _people(draw, students)
    return School(
        registry_id=f"AZ-{index:05d}",
        name=f"{_word(draw)} Peşə Liseyi",
        region=region,
        settlement="urban" if urban else "rural",
        language="azərbaycan",
        type="peşə",
        levels={
            "vocational": Registered(
                leaders=people.leaders,
                teachers=people.teachers,
                students=people.students,
                trainers=draw.randint(4, 20),
            )
        },
    )


def _size(draw: random.Random, region: str, urban: bool, small: bool) -> int:
    """Students of a school: log-normal, a village's median 150 and a town's 680, Baku's half as large again."""
    median, spread = (680.0, 0.6) if urban else (150.0, 0.8)
    if region == "Bakı":
        median *= 1.5
    if small:
        median *= 0.3
    return max(8, min(3200, round(median * math.exp(draw.gauss(0.0, spread)))))


def _people(draw: random.Random, students: int) -> Registered:
    # Small schools need a teacher for each subject, however few the students are.
    teachers = max(5, round(students / STUDENTS_PER_TEACHER * draw.uniform(0.85, 1.3)) + 2)
    leaders = 2 + min(4, teachers // 12) + draw.randint(0, 1)
    return Registered(leaders=leaders, teachers=teachers, students=max(3, students))


_STARTS = ("Nar", "Göy", "Ağ", "Qızıl", "Gül", "Çinar", "Tut", "Söyüd", "Bulaq", "Günəş", "Ulduz", "Yaşıl", "Daş", "Ay")
_ENDS = ("bağ", "dərə", "çay", "təpə", "düz", "kənd", "bulaq", "yurd", "qala", "meşə", "yol", "göl")


def _word(draw: random.Random) -> str:
    return draw.choice(_STARTS) + draw.choice(_ENDS)
