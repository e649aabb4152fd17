"""One theme for every chart, and the rules that turn its light colours dark on the page."""

import re
from typing import Any, Final

from markupsafe import Markup, escape

from look.paths import FONT
from look.tokens import ANSWERS, GROUPS, LIGHT

GROUP_COLOURS: Final = {group: LIGHT[group] for group in GROUPS}
GROUP_SHAPES: Final = {"leader": "diamond", "teacher": "circle", "student": "triangle-up", "trainer": "square"}
ANSWER_COLOURS: Final = {answer: LIGHT[f"answer-{answer}"] for answer in ANSWERS}
ANSWER_LABEL_COLOURS: Final = {
    answer: LIGHT["label-light" if answer in ("1", "5") else "label-dark"] for answer in ANSWERS
}
HATCHED: Final = ("answer-na", "answer-skipped")
STRIPED: Final = {"answer-1": "label-light", "answer-2": "answer-1"}
"""Answers that get stripes on paper, and in which colour: in grey, disagreeing and agreeing have the same tones."""

_TEXT = 15
_FONTS = f"{FONT}, system-ui, sans-serif"


def theme() -> dict[str, Any]:
    """The `config` of a Vega-Lite definition: fonts, sizes in px at 100 %, and the light colours."""
    words = {"labelColor": LIGHT["ink"], "labelFontSize": _TEXT, "labelLimit": 360, "titleColor": LIGHT["muted"]}
    words |= {"titleFontSize": _TEXT, "titleFontWeight": "normal"}
    axis = {"domainColor": LIGHT["line"], "tickColor": LIGHT["line"], "gridColor": LIGHT["hairline"]}
    return {
        "font": _FONTS,
        "background": LIGHT["paper"],
        "padding": 4,
        "view": {"stroke": None},
        "title": {"color": LIGHT["ink"], "fontSize": 18, "anchor": "start", "subtitleColor": LIGHT["muted"]},
        "axis": {**words, **axis, "ticks": False, "labelPadding": 8, "titlePadding": 12},
        "axisQuantitative": {"grid": True, "domain": False},
        "axisBand": {"grid": False, "domain": False},
        "legend": {**words, "orient": "top", "symbolSize": 140, "rowPadding": 6, "columnPadding": 20},
        "header": {**words, "labelAnchor": "start", "labelFontWeight": "bold"},
        "text": {"color": LIGHT["ink"], "fontSize": _TEXT},
        "bar": {"color": LIGHT["primary"], "stroke": LIGHT["paper"], "strokeWidth": 1},
        "rule": {"color": LIGHT["line"]},
        "line": {"color": LIGHT["primary"], "strokeWidth": 2.5},
        "point": {"filled": True, "size": 140, "opacity": 1, "color": LIGHT["primary"]},
        "area": {"color": LIGHT["primary-tint"]},
        "range": {
            "category": list(GROUP_COLOURS.values()),
            "symbol": list(GROUP_SHAPES.values()),
            "ordinal": [ANSWER_COLOURS[answer] for answer in ANSWERS[:5]],
        },
    }


def hatch_patterns() -> Markup:
    """The patterns of "not applicable" and "skipped", as an invisible drawing to put once on a page."""
    store = Markup('<svg class="pattern-store" width="0" height="0" aria-hidden="true">{}{}</svg>')
    return store.format(_patterns(), _stripes())


def striped(svg: str) -> str:
    """A drawn chart for paper, on which the answers that disagree are told from the others without colour."""
    found = svg
    for token in STRIPED:
        found = re.sub(f'fill="{LIGHT[token]}"', f'fill="url(#look-{token}-striped)"', found, flags=re.IGNORECASE)
    return re.sub(r"<svg\b[^>]*>", lambda tag: tag[0] + str(_stripes()), found, count=1) if found != svg else svg


def dress(svg: str, title: str, description: str, name: str) -> Markup:
    """A drawn chart made fit for a page or a print: named in words, without inline style, with hatched answers.

    `name` makes the ids of its title and description unique on the page.
    """
    # Inside an image the parts' own roles and labels are never read, and they are in the wrong language.
    drawn = re.sub(r'\s(?:style|role|aria-label|aria-roledescription)="[^"]*"', "", svg)
    for token in HATCHED:
        drawn = re.sub(f'fill="{LIGHT[token]}"', f'fill="url(#look-{token})"', drawn, flags=re.IGNORECASE)
    words = Markup('<title id="{0}-title">{1}</title><desc id="{0}-words">{2}</desc>').format(name, title, description)
    attributes = f' role="img" aria-labelledby="{escape(name)}-title" aria-describedby="{escape(name)}-words"'
    named = re.sub(r"<svg\b([^>]*)>", lambda tag: f"<svg{tag[1]}{attributes}>{words}{_patterns()}", drawn, count=1)
    return Markup(named)  # noqa: S704 (drawn by the chart library from numbers and texts, which it escapes)


def dark_rules() -> str:
    """The whole of charts.css: in charts and `drawn` SVGs each light colour becomes its token, which knows night."""
    drawing = ":is(.chart svg, svg.drawn)"
    lines = [
        "/* Written by look.charts.dark_rules(); a test keeps it so. */",
        ".pattern-store { position: absolute; }",
    ]
    for token, colour in LIGHT.items():
        if token in HATCHED:
            lines.append(f'{drawing} [fill="{colour}" i] {{ fill: url(#look-{token}); }}')
        else:
            lines.append(f'{drawing} [fill="{colour}" i] {{ fill: var(--{token}); }}')
        lines.append(f'{drawing} [stroke="{colour}" i] {{ stroke: var(--{token}); }}')
    paper = (f'{drawing} [fill="{LIGHT[token]}" i] {{ fill: url(#look-{token}-striped); }}' for token in STRIPED)
    return "\n".join([*lines, "@media print {", *paper, "}"]) + "\n"


def unmapped(svg: str) -> frozenset[str]:
    """The colours of a drawn chart that are no token, and so would not turn dark."""
    used = {colour.lower() for colour in re.findall(r'(?:fill|stroke)="(#[0-9a-fA-F]{3,8})"', svg)}
    return frozenset(used - set(LIGHT.values()))


def _patterns() -> Markup:
    # The dots are drawn as round line ends: a fill of their colour would point to the pattern itself.
    return Markup(
        '<defs><pattern id="look-answer-na" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect width="8" height="8" fill="{paper}"/>'
        '<path d="M-2 2 2-2M0 8 8 0M6 10 10 6" fill="none" stroke="{na}" stroke-width="2.2"/></pattern>'
        '<pattern id="look-answer-skipped" width="8" height="8" patternUnits="userSpaceOnUse">'
        '<rect width="8" height="8" fill="{paper}"/><path d="M2 4h.01M6 0h.01M6 8h.01" fill="none" stroke="{skipped}" '
        'stroke-width="3" stroke-linecap="round"/></pattern></defs>'
    ).format(paper=LIGHT["paper"], na=LIGHT["answer-na"], skipped=LIGHT["answer-skipped"])


def _stripes() -> Markup:
    pattern = Markup(
        '<pattern id="look-{}-striped" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" '
        'fill="{}"/><path d="M2.5 0V5" fill="none" stroke="{}" stroke-width="1.1"/></pattern>'
    )
    drawn = (pattern.format(token, LIGHT[token], LIGHT[colour]) for token, colour in STRIPED.items())
    return Markup("<defs>{}</defs>").format(Markup("").join(drawn))
