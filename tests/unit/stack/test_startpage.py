"""The operator's start page shows the figures of the services, in both languages, and says where nobody answers."""

import pytest

from stack.figures import Figures, figures
from stack.startpage import Board, Door, start_page

ADDRESSES = {"collector": "c", "aggregator": "a", "editor": "e"}
COLLECTOR = """# TYPE collector_responses_total counter
collector_responses_total{outcome="accepted",reason="acknowledged"} 12.0
collector_responses_total{outcome="refused",reason="signature"} 3.0
"""
AGGREGATOR = """# TYPE aggregator_records_total counter
aggregator_records_total{outcome="folded",reason=""} 9.0
aggregator_records_total{outcome="duplicate",reason=""} 2.0
# TYPE aggregator_lag_records gauge
aggregator_lag_records 10.0
# TYPE aggregator_releases_total counter
aggregator_releases_total{final="true",group="student"} 4.0
"""


def test_figures_are_sums_over_what_the_services_show() -> None:
    shown = {"c": COLLECTOR, "a": AGGREGATOR}

    found = figures(shown.get, ADDRESSES)

    assert found == Figures(accepted=12, folded=9, duplicates=2, lag=10, released=4, editions=None)


@pytest.mark.parametrize(("lang", "words"), [("en", "Operator's start page"), ("az", "Operatorun")])
def test_the_page_speaks_both_languages_and_shows_every_door(lang: str, words: str) -> None:
    board = Board(lambda: Figures(accepted=1234, folded=5, duplicates=0, lag=None, released=7, editions=1))
    board.doors = (
        Door(role="nation", address="http://127.0.0.1:8003/"),
        Door(role="ministry", address="http://127.0.0.1:8001/", user="officer", password="pw", code=lambda: "123456"),
    )

    answer = start_page(board).test_client().get(f"/?lang={lang}")

    text = answer.get_data(as_text=True).replace("&#39;", "'")
    assert words in text
    assert "http://127.0.0.1:8003/" in text
    assert "123456" in text
    assert "no-store" == answer.headers["Cache-Control"]
    assert "Refresh" in answer.headers


def test_a_door_never_shows_its_password_in_a_log() -> None:
    assert "pw-secret" not in repr(Door(role="ministry", address="x", user="u", password="pw-secret"))
