"""A served page against the published hashes; what docs/privacy.md publishes is what the sources build."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from collector import page
from collector.comparison import compare, published

ROOT = Path(__file__).parents[3]
SCRIPT = b"console.log(1)"
WORKER = b"self.x = 1"
SHELL = '<html><link rel="stylesheet" href="/page/look.css"><script type="module" src="/page/page.js"></script></html>'
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"
SITE = {
    "/": SHELL.encode(),
    "/page/page.js": SCRIPT,
    "/page/look.css": b"p {}",
    "/worker.js": WORKER,
}
EXPECTED = published(
    "\n".join(
        f"{hashlib.sha256(body).hexdigest()}  {path.rpartition('/')[2]}" for path, body in SITE.items() if path != "/"
    )
)


def problems(changes: Mapping[str, bytes] | None = None, policy: str = POLICY) -> list[str]:
    site = {**SITE, **(changes or {})}

    def ask(address: str) -> tuple[Mapping[str, str], bytes]:
        path = address.removeprefix("https://answers.example")
        if path not in site:
            raise OSError("404")
        return {"content-security-policy": policy}, site[path]

    return compare("https://answers.example", EXPECTED, ask)


def test_the_published_page_is_recognised() -> None:
    assert len(EXPECTED) == 3
    assert problems() == []


@pytest.mark.parametrize("path", ["/page/page.js", "/page/look.css", "/worker.js"])
def test_one_changed_byte_of_any_file_is_named(path: str) -> None:
    (problem,) = problems({path: b"another"})
    assert problem.startswith(f"{path}: served ")


@pytest.mark.parametrize(
    "shell",
    [
        SHELL.replace("</html>", "<script>steal()</script></html>"),
        SHELL.replace("</html>", '<script src="https://other.example/x.js"></script></html>'),
        SHELL.replace("</html>", '<script src="/page/other.js"></script></html>'),
        SHELL.replace("<html>", '<html onclick="steal()">'),
        SHELL.replace("<html>", '<html><base href="https://other.example">'),
    ],
)
def test_a_shell_that_runs_anything_else_is_named(shell: str) -> None:
    assert len(problems({"/": shell.encode()})) == 1


@pytest.mark.parametrize("policy", ["", "script-src 'self' 'unsafe-inline'", "script-src *"])
def test_a_policy_that_lets_other_scripts_run_is_named(policy: str) -> None:
    assert problems(policy=policy) == ["/: its policy lets other scripts run"]


def test_the_published_hashes_are_those_of_the_built_page() -> None:
    text = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    built = page.load()
    assert built.files, "the page is built at set-up"
    found = page.BLOCK.search(text)
    assert found is not None
    assert found[0] == f"```hashes\n{page.listing(built)}\n```", "run `make hashes`"
    assert set(published(found[0])) == set(built.files)


def test_the_same_sources_build_the_same_page_elsewhere(tmp_path: Path) -> None:
    service, look = "services/collector", "libs/look/src/look/static"
    kept = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(ROOT / service / "page", tmp_path / service / "page", ignore=kept)
    shutil.copytree(ROOT / look, tmp_path / look)
    (tmp_path / service / "src/collector").mkdir(parents=True)
    shutil.copy(ROOT / service / "src/collector/texts.yaml", tmp_path / service / "src/collector")
    os.symlink(ROOT / service / "page/node_modules", tmp_path / service / "page/node_modules")
    subprocess.run(["node", "build.mjs"], cwd=tmp_path / service / "page", check=True)
    again = json.loads((tmp_path / service / "src/collector/page/dist/files.json").read_text(encoding="utf-8"))
    assert again["files"] == {name: hashlib.sha256(body).hexdigest() for name, body in page.load().files.items()}
    assert again["digest"] == page.load().digest
