"""Reads the item bank's files, and seals them: `python -m contracts.bank` writes the digest of a version under work."""

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.data import folder

LANGUAGES = ("en", "az")
FILES = ("names", "items", "background")


class BankFault(Exception):
    """The bank's files do not make a questionnaire; the message lists every fault found."""

    def __init__(self, version: str, faults: list[str]) -> None:
        super().__init__(f"questionnaire {version}: " + "; ".join(faults))
        self.version = version
        self.faults = tuple(faults)


class _Loader(yaml.SafeLoader):
    """YAML in which writing the same key twice is a fault: the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"written twice: {', '.join(twice)}", node.start_mark)
        return super().construct_mapping(node, deep=deep)


class Texts:
    """The texts of one language by path; notes what is missing, and what nobody asked for."""

    def __init__(self, language: str, tree: Mapping[str, Any]) -> None:
        self._language = language
        self._left = dict(_leaves(tree, ()))
        self._all = dict(self._left)
        self._missing: dict[str, None] = {}

    def text(self, *path: str) -> str:
        """The one line at `path`; a missing, empty or many-line one is noted and comes back as ""."""
        found = self._all.get(path)
        self._left.pop(path, None)
        if not isinstance(found, str) or not found.strip() or found != found.strip() or "\n" in found:
            self._missing[f"{self._language}: {'/'.join(path)}: no text"] = None
            return ""
        return found

    def faults(self) -> list[str]:
        """What is missing, then what stands in the files and belongs to nothing."""
        return [*self._missing] + [f"{self._language}: {'/'.join(path)}: belongs to nothing" for path in self._left]


def _leaves(tree: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    if not isinstance(tree, Mapping):
        return [(path, tree)]
    return [leaf for key, value in tree.items() for leaf in _leaves(value, (*path, str(key)))]


def read_yaml(path: Path) -> Any:
    """The file's content; yaml.YAMLError if it is no YAML or says a key twice."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a SafeLoader, only stricter


def read(root: Path) -> tuple[Mapping[str, Any], dict[str, Texts]]:
    """The structure of the version in `root`, and its texts by language."""
    structure = read_yaml(root / "structure.yaml")
    texts = {
        language: Texts(language, {name: read_yaml(root / language / f"{name}.yaml") for name in FILES})
        for language in LANGUAGES
    }
    return structure, texts


@cache
def seals() -> Mapping[str, Mapping[str, Any]]:
    """`versions.yaml`: {version: {published: bool, sha256: hex}}."""
    found: dict[str, dict[str, Any]] = read_yaml(folder("questionnaire") / "versions.yaml")
    return found


def digest(root: Path) -> str:
    """SHA-256 (hex) over the names and contents of all files of a version, in the order of their names."""
    sha = hashlib.sha256()
    for path in sorted(root.rglob("*.yaml"), key=lambda each: each.relative_to(root).as_posix()):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode())
        sha.update(content)
    return sha.hexdigest()


def seal(bank: Path) -> list[str]:
    """Write each unpublished version's digest into `versions.yaml`; returns published versions that have changed."""
    known: dict[str, dict[str, Any]] = read_yaml(bank / "versions.yaml")
    changed = []
    for version, entry in known.items():
        now = digest(bank / version)
        if entry["published"] and entry["sha256"] != now:
            changed.append(version)
        else:
            entry["sha256"] = now
    written = (bank / "versions.yaml").read_text(encoding="utf-8")
    comments = "".join(line for line in written.splitlines(keepends=True) if line.startswith("#"))
    (bank / "versions.yaml").write_text(comments + yaml.safe_dump(known, sort_keys=True), encoding="utf-8")
    return changed


if __name__ == "__main__":
    sys.exit("".join(f"{version} is published and may not change\n" for version in seal(folder("questionnaire"))) or 0)
