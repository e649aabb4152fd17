"""Charts share one theme, turn dark by rule and are fit for a page that allows no inline style."""

import re

from look import charts
from look.tokens import ANSWERS, GROUPS, LIGHT, contrast, luminance

DRAWN = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><g role="graphics-symbol" aria-label="from: 0.9"'
    ' style="display: none"><path fill="#8D98A5"/><path fill="#aab3bd"/><path fill="#0a5c66" stroke="#ffffff"/></g>'
    "</svg>"
)


def colours(value: object) -> set[str]:
    return {colour.lower() for colour in re.findall(r"#[0-9a-fA-F]{6}", repr(value))}


def test_the_theme_uses_tokens_only() -> None:
    assert colours(charts.theme()) <= set(LIGHT.values())


def test_the_theme_names_the_packaged_font_first() -> None:
    assert charts.theme()["font"].startswith("DejaVu Sans")


def test_every_group_has_a_colour_and_a_shape_of_its_own() -> None:
    assert set(charts.GROUP_COLOURS) == set(charts.GROUP_SHAPES) == set(GROUPS)
    assert len(set(charts.GROUP_COLOURS.values())) == len(set(charts.GROUP_SHAPES.values())) == len(GROUPS)


def test_labels_inside_answers_are_readable() -> None:
    for answer in ANSWERS[:5]:
        assert contrast(charts.ANSWER_LABEL_COLOURS[answer], charts.ANSWER_COLOURS[answer]) >= 4.5


def test_each_colour_has_a_rule_for_fill_and_stroke() -> None:
    rules = charts.dark_rules()
    for token, colour in LIGHT.items():
        assert f':is(.chart svg, svg.drawn) [stroke="{colour}" i] {{ stroke: var(--{token}); }}' in rules
        painted = f"url(#look-{token})" if token in charts.HATCHED else f"var(--{token})"
        assert f':is(.chart svg, svg.drawn) [fill="{colour}" i] {{ fill: {painted}; }}' in rules


def test_a_colour_outside_the_theme_is_named() -> None:
    assert charts.unmapped(DRAWN) == frozenset()
    assert charts.unmapped('<path fill="#4C78A8"/>') == {"#4c78a8"}


def test_a_dressed_chart_is_named_in_words_and_escaped() -> None:
    dressed = charts.dress(DRAWN, "A < B", 'says "so"', "c1")
    assert '<title id="c1-title">A &lt; B</title>' in dressed
    assert 'role="img" aria-labelledby="c1-title" aria-describedby="c1-words"' in dressed


def test_a_dressed_chart_has_no_inline_style_and_no_inner_labels() -> None:
    dressed = charts.dress(DRAWN, "t", "d", "c1")
    assert "style=" not in dressed
    assert "from: 0.9" not in dressed
    assert "graphics-symbol" not in dressed


def test_answers_without_an_opinion_are_hatched() -> None:
    dressed = charts.dress(DRAWN, "t", "d", "c1")
    for token in charts.HATCHED:
        assert f'<path fill="url(#look-{token})"/>' in dressed
        assert f'<pattern id="look-{token}"' in dressed


def test_a_pattern_never_points_to_itself() -> None:
    # charts.css turns these fills into the patterns, also inside the patterns.
    for token in charts.HATCHED:
        assert f'fill="{LIGHT[token]}"' not in charts.hatch_patterns()


def test_on_paper_disagreeing_and_agreeing_are_told_apart_without_colour() -> None:
    for one, other in (("1", "5"), ("2", "4")):
        grey = sorted(luminance(LIGHT[f"answer-{answer}"]) for answer in (one, other))
        assert grey[1] - grey[0] < 0.15, "close tones, so the stripes are needed"
    drawn = "".join(f'<rect fill="{LIGHT[f"answer-{answer}"]}"/>' for answer in "12345")
    paper = charts.striped(f"<svg>{drawn}</svg>")
    assert paper.startswith("<svg><defs>")
    assert re.findall(r'<rect fill="([^"]*)"/>', paper) == [
        *("url(#look-answer-1-striped)", "url(#look-answer-2-striped)"),
        *(LIGHT[f"answer-{answer}"] for answer in "345"),
    ]
    for token in charts.STRIPED:
        assert paper.count(f'id="look-{token}-striped"') == 1
        assert f'id="look-{token}-striped"' in charts.hatch_patterns()
        assert f"url(#look-{token}-striped)" in charts.dark_rules().partition("@media print")[2]
    assert charts.striped("<svg><rect/></svg>") == "<svg><rect/></svg>"
