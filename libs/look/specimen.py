"""Writes build/look/*.html: every part of the look on one page, in Azerbaijani, English and right to left."""

import datetime as clock
import shutil
from pathlib import Path
from typing import Any

import altair
import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from look import charts, page, paths, texts

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "build" / "look"
GROUPS = ("leader", "teacher", "student", "trainer")
SHARES = {"A": (0.71, 0.58, 0.52), "C": (0.83, 0.55, 0.34), "H": (0.64, 0.61, 0.69)}


def likert(t: texts.Translate, width: int, name: str) -> Markup:
    """Distributions of four items, diverging between 2 and 3."""
    rows = []
    counts = {"c1": (4, 9, 18, 26, 11), "c2": (11, 17, 14, 9, 5), "c3": (2, 6, 20, 31, 15), "c4": (19, 15, 10, 8, 3)}
    for item, found in counts.items():
        total = sum(found)
        start = -(found[0] + found[1]) / total
        for answer, count in enumerate(found, 1):
            share = count / total
            rows.append({"item": t(f"specimen.{item}"), "answer": str(answer), "from": start, "to": start + share})
            rows[-1] |= {
                "middle": start + share / 2,
                "label": f"{share:.0%}",
                "colour": charts.ANSWER_LABEL_COLOURS[str(answer)],
            }
            start += share
        rows.append({"item": t(f"specimen.{item}"), "answer": "na", "from": 0.9, "to": 0.97})
        rows.append({"item": t(f"specimen.{item}"), "answer": "skipped", "from": 0.98, "to": 1.02})
    base = altair.Chart(altair.InlineData(values=rows)).encode(y=altair.Y("item:N", title=None, sort=None))
    scale = altair.Scale(domain=list(charts.ANSWER_COLOURS), range=list(charts.ANSWER_COLOURS.values()))
    bars = base.mark_bar(height=30).encode(
        x=altair.X("from:Q", title=None, axis=None), x2="to:Q", color=altair.Color("answer:N", scale=scale, legend=None)
    )
    labels = (
        base.transform_filter(f"datum.to - datum.from > {56 / width} && datum.label")
        .mark_text()
        .encode(x="middle:Q", text="label:N", color=altair.Color("colour:N", scale=None))
    )
    return drawn((bars + labels).properties(width=width, height=180), t("specimen.finding"), name)


def gaps(t: texts.Translate) -> Markup:
    """A dot plot of three groups in three areas."""
    rows = [
        {"area": t(f"specimen.area_{area}"), "group": group, "share": share}
        for area, shares in SHARES.items()
        for group, share in zip(GROUPS, shares, strict=False)
    ]
    base = altair.Chart(altair.InlineData(values=rows)).encode(y=altair.Y("area:N", title=None, sort=None))
    line = base.mark_rule(strokeWidth=2).encode(x="min(share):Q", x2="max(share):Q")
    dots = base.mark_point().encode(
        x=altair.X(
            "share:Q", title=t("specimen.share"), axis=altair.Axis(format="%"), scale=altair.Scale(domain=[0, 1])
        ),
        shape=altair.Shape(
            "group:N",
            legend=None,
            scale=altair.Scale(domain=list(charts.GROUP_SHAPES), range=list(charts.GROUP_SHAPES.values())),
        ),
        color=altair.Color(
            "group:N",
            legend=None,
            scale=altair.Scale(domain=list(charts.GROUP_COLOURS), range=list(charts.GROUP_COLOURS.values())),
        ),
    )
    return drawn((line + dots).properties(width=520, height=150), t("specimen.finding"), "gaps")


def drawn(definition: Any, title: str, name: str) -> Markup:
    """The chart as SVG, in the theme, named."""
    svg = vl_convert.vegalite_to_svg(definition.configure(**charts.theme()).to_dict())
    strays = charts.unmapped(svg)
    if strays:
        raise SystemExit(f"{name}: colours that would not turn dark: {sorted(strays)}")
    return charts.dress(svg, title, title, name)


def write(lang: str, name: str, direction: str | None = None) -> None:
    """One page in `lang`."""
    words = texts.load(HERE / "specimen.yaml")
    environment = Environment(
        loader=FileSystemLoader([paths.TEMPLATES, HERE]), autoescape=True, undefined=StrictUndefined
    )
    environment.globals.update(page.constants())
    names = page.speaking(words, lang, "specimen", [("page", "2")])
    if direction:
        names["dir"] = direction
    html = environment.get_template("specimen.html").render(
        **names,
        service_name="Güzgü",
        look_static="static",
        groups=GROUPS,
        shares=SHARES,
        likert=likert(names["t"], 640, "likert"),
        likert_narrow=likert(names["t"], 150, "likert-narrow"),
        gaps=gaps(names["t"]),
        today=clock.date(2026, 5, 5),
        csrf_token="specimen",  # noqa: S106 (a form of the specimen is sent nowhere)
    )
    (OUT / f"{name}.html").write_text(html, encoding="utf-8")


if __name__ == "__main__":
    shutil.copytree(paths.STATIC, OUT / "static", dirs_exist_ok=True)
    for code in ("az", "en"):
        write(code, code)
    write("en", "rtl", "rtl")
    print(OUT)
