"""Where the style sheets, marks and templates of all pages lie, and which font paper and charts name first."""

import hashlib
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent
STATIC: Final = PACKAGE / "static"
TEMPLATES: Final = PACKAGE / "templates"
TEXTS: Final = PACKAGE / "texts.yaml"
FONT: Final = "DejaVu Sans"  # carries ə ğ ı ş, and is packaged for every server that prints


def fingerprint() -> str:
    """Ten hexadecimal digits that change whenever a served file changes, for addresses that may be cached for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:10]
