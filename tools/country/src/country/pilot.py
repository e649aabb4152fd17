"""The pilot: twelve schools with invented names, alike in size, in which the demo's people answer."""

import random

from country.people import Registered, School

PLACES = (
    ("Narbulaq 1 nömrəli tam orta məktəb", "Bakı", "urban", "azərbaycan"),
    ("Göytəpədüz 14 nömrəli tam orta məktəb", "Bakı", "urban", "rus"),
    ("Günəşyurd 3 nömrəli tam orta məktəb", "Abşeron-Xızı", "urban", "azərbaycan"),
    ("Çinarqala 7 nömrəli tam orta məktəb", "Gəncə-Daşkəsən", "urban", "azərbaycan"),
    ("Ulduzçay kənd tam orta məktəbi", "Qazax-Tovuz", "rural", "azərbaycan"),
    ("Yaşıldərə kənd tam orta məktəbi", "Quba-Xaçmaz", "rural", "azərbaycan"),
    ("Tutbağ 2 nömrəli tam orta məktəb", "Lənkəran-Astara", "urban", "azərbaycan"),
    ("Söyüdgöl kənd tam orta məktəbi", "Mərkəzi Aran", "rural", "azərbaycan"),
    ("Qızılyol kənd tam orta məktəbi", "Mil-Muğan", "rural", "azərbaycan"),
    ("Daşmeşə 5 nömrəli tam orta məktəb", "Şəki-Zaqatala", "urban", "azərbaycan"),
    ("Ağbulaqyurd kənd ümumi orta məktəbi", "Dağlıq Şirvan", "rural", "azərbaycan"),
    ("Güldüz kənd ümumi orta məktəbi", "Şirvan-Salyan", "rural", "azərbaycan"),
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
        type="tam orta" if index < WITH_UPPER else "ümumi orta",
        levels=levels,
    )


def _level(draw: random.Random, students: tuple[int, int], leaders: int) -> Registered:
    number = draw.randint(*students)
    return Registered(leaders=leaders, teachers=number // 7 + draw.randint(2, 5), students=number)
