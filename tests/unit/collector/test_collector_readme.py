"""What the README lists is what the code has."""

from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from chassis.settings import describe
from collector import metrics
from collector.settings import Settings

README = (Path(__file__).parents[3] / "services" / "collector" / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_listed_with_its_default_and_meaning() -> None:
    rows = [f"| `{name}` | {default or 'empty'} | {told} |" for name, default, told in describe(Settings)]
    assert [row for row in rows if row not in README] == []


def test_every_figure_is_listed() -> None:
    figures = [figure for figure in vars(metrics).values() if isinstance(figure, MetricWrapperBase)]
    names = [told.name for figure in figures for told in figure.describe()]
    assert [name for name in names if name not in README] == []
