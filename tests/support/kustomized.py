"""What `kubectl kustomize` makes of a folder, for those of its features that deploy/k8s uses; others are refused.

The run on a real cluster compares this with the real one's output.
"""

import copy
import functools
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
KNOWN = {"apiVersion", "kind", "resources", "namespace", "configMapGenerator", "patches", "images"}
CLUSTER_WIDE = {"Namespace"}


def render(folder: Path) -> list[Document]:
    """All documents of this kustomization; names that it generates end in a hash of the content."""
    documents = _accumulate(folder)
    renamed: dict[tuple[str | None, str], str] = {}
    for document in documents:
        if document["metadata"].pop("generated", False):
            space, name = document["metadata"].get("namespace"), document["metadata"]["name"]
            renamed[space, name] = f"{name}-{_hash(document)}"
            document["metadata"]["name"] = renamed[space, name]
    for document in documents:
        space = document["metadata"].get("namespace")
        for holder in _config_map_names(document):
            holder["name"] = renamed.get((space, holder["name"]), holder["name"])
    return documents


def _accumulate(folder: Path) -> list[Document]:
    """The documents before names are made unique."""
    plan: dict[str, Any] = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    if unknown := plan.keys() - KNOWN:
        raise ValueError(f"{folder}: {', '.join(sorted(unknown))} is not read here")
    documents: list[Document] = []
    for name in plan["resources"]:
        place = (folder / name).resolve()
        if place.is_dir():
            documents += _accumulate(place)
        else:
            documents += [one for one in yaml.safe_load_all(place.read_text("utf-8")) if one]
    for wanted in plan.get("configMapGenerator", []):
        _generate(folder, wanted, plan.get("namespace"), documents)
    if space := plan.get("namespace"):
        for document in documents:
            if document["kind"] not in CLUSTER_WIDE:
                document["metadata"]["namespace"] = space
    for patch in plan.get("patches", []):
        _patch(patch, documents)
    for image in plan.get("images", []):
        for document in documents:
            _each(document, functools.partial(_tag, image))
    return documents


def _generate(folder: Path, wanted: dict[str, Any], space: str | None, documents: list[Document]) -> None:
    data: dict[str, str] = {}
    for name in wanted.get("files", []):
        data[name] = (folder / name).read_text("utf-8")
    lines = [line for name in wanted.get("envs", []) for line in (folder / name).read_text("utf-8").splitlines()]
    for line in [*lines, *wanted.get("literals", [])]:
        if line and not line.startswith("#"):
            key, _, value = line.partition("=")
            data[key] = value
    space = wanted.get("namespace", space)
    if wanted.get("behavior") == "merge":
        [old] = [
            one
            for one in documents
            if one["kind"] == "ConfigMap"
            and (one["metadata"].get("namespace"), one["metadata"]["name"]) == (space, wanted["name"])
        ]
        old["data"] |= data
        return
    metadata = {"name": wanted["name"], "generated": True} | ({"namespace": space} if space else {})
    documents.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def _patch(patch: dict[str, Any], documents: list[Document]) -> None:
    """JSON patches with `replace` alone, for all documents of a kind or for one name of it."""
    target = patch["target"]
    if unknown := target.keys() - {"kind", "name", "namespace"}:
        raise ValueError(f"a target by {', '.join(sorted(unknown))} is not read here")
    for document in documents:
        metadata = document["metadata"]
        if document["kind"] != target["kind"] or any(
            metadata.get(key) != target[key] for key in ("name", "namespace") if key in target
        ):
            continue
        for step in yaml.safe_load(patch["patch"]):
            if step["op"] != "replace":
                raise ValueError(f"{step['op']} is not done here")
            *way, last = step["path"].strip("/").split("/")
            place: Any = document
            for part in way:
                place = place[int(part)] if isinstance(place, list) else place[part]
            if last not in place:
                raise ValueError(f"{step['path']} leads nowhere in {metadata['name']}")
            place[last] = copy.deepcopy(step["value"])


def _tag(image: dict[str, str], holder: dict[str, Any]) -> None:
    name, _, tag = str(holder.get("image", "")).partition(":")
    if name == image["name"]:
        holder["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"


def _each(value: Any, act: Callable[[dict[str, Any]], None]) -> None:
    if isinstance(value, dict):
        act(value)
        for inner in value.values():
            _each(inner, act)
    elif isinstance(value, list):
        for inner in value:
            _each(inner, act)


def _config_map_names(document: Document) -> Iterator[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    _each(document, lambda holder: found.extend(holder[key] for key in ("configMapRef", "configMap") if key in holder))
    yield from found


def _hash(document: Document) -> str:
    """As kustomize names it: ten characters of a SHA-256 that are no vowels, so that they make no word."""
    content = {"data": dict(sorted(document["data"].items())), "kind": "ConfigMap", "name": ""}
    told = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    for plain, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        told = told.replace(plain, escaped)
    digest = hashlib.sha256(told.encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("013ae", "ghkmt"))
