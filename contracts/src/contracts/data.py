"""Where the contract files stand: beside the source in a work tree, inside the package in a wheel."""

from pathlib import Path


def folder(name: str) -> Path:
    """The folder or file `name` of the contracts; FileNotFoundError names it if it is nowhere."""
    for candidate in (Path(__file__).parent / "_data" / name, Path(__file__).parents[2] / name):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"contract data {name!r} is missing")
