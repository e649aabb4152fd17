"""The browser's chart script: third-party code that is written at start-up, never kept in the repository."""

import gzip
import hashlib
import os
import tempfile
from pathlib import Path

import vl_convert


def chart_script(folder: Path) -> Path:
    """Writes the bundle and its gzip below `folder` (or a folder of the system's, if that cannot be written); the name
    changes with the content, so it may be cached for ever."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").encode()
    name = f"charts-{hashlib.sha256(bundle).hexdigest()[:12]}.js"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / name, bundle)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="guzgu-reporter-"))
        _write(folder / name, bundle)
    return folder / name


def _write(path: Path, content: bytes) -> None:
    for target, body in ((path, content), (path.with_name(path.name + ".gz"), gzip.compress(content, 9, mtime=0))):
        if not target.exists():
            passing = target.with_name(f".{target.name}.{os.getpid()}")
            passing.write_bytes(body)
            passing.replace(target)
