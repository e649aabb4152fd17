"""The pilot: twelve schools with invented names, alike in size, in which the demo's people answer."""

import random

from country.people import Registered, School

PLACES = (
    ("Narbulaq 1 nömrəli tam orta məktəb", "Baku", "urban", "Azerbaijani"),
    ("Göytəpədüz 14 nömrəli tam orta məktəb", "Baku", "urban", "Russian"),
    ("Günəşyurd 3 nömrəli tam orta məktəb", "Absheron-Khizi", "urban", "Azerbaijani"),
    ("Çinarqala 7 nömrəli tam orta məktəb", "Ganja-Dashkasan", "urban", "Azerbaijani"),
    ("Ulduzçay kənd tam orta məktəbi", "Gazakh-Tovuz", "rural", "Azerbaijani"),
    ("Yaşıldərə kənd tam orta məktəbi", "Guba-Khachmaz", "rural", "Azerbaijani"),
    ("Tutbağ 2 nömrəli tam orta məktəb", "Lankaran-Astara", "urban", "Azerbaijani"),
    ("Söyüdgöl kənd tam orta məktəbi", "Central Aran", "rural", "Azerbaijani"),
    ("Qızılyol kənd tam orta məktəbi", "Mil-Mughan", "rural", "Azerbaijani"),
    ("Daşmeşə 5 nömrəli tam orta məktəb", "Shaki-Zagatala", "urban", "Azerbaijani"),
    ("Ağbulaqyurd kənd ümumi orta məktəbi", "Mountainous Shirvan", "rural", "Azerbaijani"),
    ("Güldüz kənd ümumi orta məktəbi", "Shirvan-Salyan", "rural", "Azerbaijani"),
)
"""Name, region, settlement and language of instruction; the last two schools have no upper-secondary classes."""
WITH_UPPER = 10
LOWER_STUDENTS = (92, 148)
UPPER_STUDENTS = (72, 104)


def pilot(seed: int) -> tuple[School, ...]:
    """The twelve schools; at each level the largest has at most twice the students of the smallest."""
    draw = random.Random(seed)  # noqa: S311  # a simulation, not a secret
    return tuple(_school(draw, index) for index in range(len(PLACES)))


def _school(draw: random.Random, index: int) -> School:
    name, region, settlement, language = PLACES[index]
    leaders = draw.randint(4, 6)
    levels = {"lower-secondary": _level(draw, LOWER_STUDENTS, leaders)}
    if index < WITH_UPPER:
        levels["upper-secondary"] = _level(draw, UPPER_STUDENTS, leaders)
    return School(
        registry_id=f"PILOT-{index + 1:02d}",
        name=name,
        region=region,
        settlement=settlement,
        language=language,
        type="full-secondary" if index < WITH_UPPER else "general-secondary",
        levels=levels,
    )


def _level(draw: random.Random, students: tuple[int, int], leaders: int) -> Registered:
    number = draw.randint(*students)
    return Registered(leaders=leaders, teachers=number // 7 + draw.randint(2, 5), students=number)
