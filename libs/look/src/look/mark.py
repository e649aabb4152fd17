"""The mark: an eight-pointed star of a lattice window (şəbəkə), one half coloured glass, the other its reflection."""

from math import cos, pi, sin
from typing import Final

from markupsafe import Markup

from look.tokens import DARK, LIGHT

Point = tuple[float, float]

_MIDDLE: Final = 32.0
_TIP: Final = 30.0
_NOTCH: Final = _TIP * cos(pi / 4) / cos(pi / 8)  # where the sides of the two squares cross
_HEART: Final = _NOTCH * 0.56
_TILE: Final = 24.0


def shapes() -> Markup:
    """The drawing for a view box of 64 × 64; by day it brings its colours, by night look.css does."""
    tips, notches, hearts = _ring(_TIP, 0), _ring(_NOTCH, 0.5), _ring(_HEART, 0.5)
    outline = [point for pair in zip(tips, notches, strict=True) for point in pair]
    glass = _path([tips[0], *outline[:7:-1]]) + "Z"
    heart_top, heart_foot = (_MIDDLE, hearts[7][1]), (_MIDDLE, hearts[4][1])
    heart = _path([heart_top, *hearts[:3:-1], heart_foot]) + "Z"
    leads = [_path([notch, inner]) for notch, inner in zip(notches, hearts, strict=True)]
    reflection = _path([tips[0], *outline[1:9]]) + _path([heart_top, *hearts[:4], heart_foot])
    return Markup(
        '<path class="mark-glass" fill="{primary}" d="{glass}"/><path class="mark-heart" fill="{accent}" d="{heart}"/>'
        '<path class="mark-lead" fill="none" stroke="{paper}" stroke-width="2.5" d="{lead}"/>'
        '<path class="mark-line" fill="none" stroke="{primary}" stroke-width="2.5" stroke-linejoin="round" '
        'd="{mirrored}"/>'
    ).format(glass=glass, heart=heart, lead="".join(leads[4:]), mirrored=reflection + "".join(leads[:4]), **LIGHT)


def favicon() -> str:
    """The whole of favicon.svg: the mark with its own colours for day and night."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><style>'
        ".mark-lead,.mark-line{stroke-width:3.5}"
        f"@media (prefers-color-scheme:dark){{.mark-glass{{fill:{DARK['primary']}}}.mark-heart{{fill:{DARK['accent']}}}"
        f".mark-lead{{stroke:{DARK['paper']}}}.mark-line{{stroke:{DARK['primary']}}}}}"
        f"</style>{shapes()}</svg>\n"
    )


def lattice() -> str:
    """The whole of lattice.svg: one tile of stars and crosses, used as a mask under the masthead."""
    half = _TILE / 2
    notch = half * cos(pi / 4) / cos(pi / 8)
    star = [
        (half + radius * sin(place * pi / 8), half - radius * cos(place * pi / 8))
        for place in range(16)
        for radius in [half if place % 2 == 0 else notch]
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_TILE:g}" height="{_TILE:g}" '
        f'viewBox="0 0 {_TILE:g} {_TILE:g}">'
        f'<path d="{_path(star)}Z" fill="none" stroke="#000" stroke-width="1.3"/></svg>\n'
    )


def _ring(radius: float, turn: float) -> list[Point]:
    """Eight points on a circle, clockwise from the top, turned by `turn` eighths."""
    angles = [(place + turn) * pi / 4 for place in range(8)]
    return [(_MIDDLE + radius * sin(angle), _MIDDLE - radius * cos(angle)) for angle in angles]


def _path(points: list[Point]) -> str:
    return "M" + " ".join(f"{x:.2f} {y:.2f}" for x, y in points)
