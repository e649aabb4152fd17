"""A few of the pictures of `make screenshots`, small enough for the documentation: `python -m support.pictures`.

Writes docs/pictures/{name}-{theme}.webp from build/screenshots; run `make screenshots` first.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
TAKEN = ROOT / "build" / "screenshots"
KEPT = ROOT / "docs" / "pictures"
THEMES = ("light", "dark")
QUALITY = 72


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """One screen: where it was taken, which stretch of its height is shown (px of the screen), how wide it is kept."""

    name: str
    taken: str
    top: int = 0
    height: int
    width: int


SHOTS = (
    Shot(name="questionnaire", taken="questionnaire/phone-en-{theme}/area-answered.png", height=900, width=360),
    Shot(name="report", taken="report/desktop-en-{theme}/report.png", height=975, width=800),
    Shot(name="glance", taken="report/desktop-en-{theme}/report.png", top=1850, height=510, width=800),
    Shot(name="nation", taken="report/desktop-en-{theme}/national.png", height=1420, width=800),
)


def keep(shot: Shot, theme: str) -> int:
    """Writes one picture; its bytes."""
    target = KEPT / f"{shot.name}-{theme}.webp"
    with Image.open(TAKEN / shot.taken.format(theme=theme)) as whole:
        seen = whole.convert("RGB").crop((0, shot.top, whole.width, min(shot.top + shot.height, whole.height)))
        small = seen.resize((shot.width, round(seen.height * shot.width / seen.width)), Image.Resampling.LANCZOS)
        small.save(target, "WEBP", quality=QUALITY, method=6)
    return target.stat().st_size


def main() -> int:
    """Writes all of them; 1 if one was not taken."""
    KEPT.mkdir(exist_ok=True)
    missing = [
        path for shot in SHOTS for theme in THEMES if not (path := TAKEN / shot.taken.format(theme=theme)).exists()
    ]
    for path in missing:
        print(f"{path.relative_to(ROOT)} is missing: run `make screenshots` first")
    if not missing:
        print(f"{sum(keep(shot, theme) for shot in SHOTS for theme in THEMES):,} bytes in {KEPT.relative_to(ROOT)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
