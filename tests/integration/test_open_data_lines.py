"""The documented lines of Python, run as they stand against a reporter, print the headline figure of its page."""

import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from support import country_world
from support.country_world import World
from support.parts import MongoPart
from support.reporting import running_reporter

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[2] / "docs" / "open-data.md"


@pytest.fixture(scope="module")
def world() -> World:
    return country_world.play()


@pytest.fixture(scope="module")
def address(world: World, database: MongoPart, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A reporter that listens, with a campaign that was played to its end."""
    folder = tmp_path_factory.mktemp("lines")
    with running_reporter(database, folder, lambda statistics: country_world.fill(world, statistics)) as running:
        server = make_server("127.0.0.1", 0, running.app, threaded=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()
            server.server_close()


def run(block: str, address: str) -> float:
    """What documented lines print."""
    assert len(block.strip().splitlines()) == 3
    code = block.replace("https://results.example.org", address)
    assert address in code
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def test_the_documented_lines_print_what_the_national_page_says(address: str, world: World) -> None:
    headline, item = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    with urllib.request.urlopen(f"{address}/v1/national?level=all&group=student") as answer:
        figures = json.load(answer)["figures"]
    shown = {row["area"]: row["agree_percent"] for row in figures if row["class"] == "all"}
    assert run(headline, address) == shown["G"]
    last = world.editions[-1]
    counts = world.counts(world.behind(last, "all", "student", "all"), "G1")
    assert run(item, address) == round(100 * sum(counts[3:5]) / sum(counts[:5]), 1)


def test_every_file_and_address_that_the_page_names_is_answered(address: str) -> None:
    text = PAGE.read_text("utf-8")
    named = set(re.findall(r"`([\w]+\.(?:csv|json)|SHA256SUMS(?:\.sig)?)`", text)) - {"index.json"}
    assert len(named) == 10
    for name in named:
        with urllib.request.urlopen(f"{address}/open-data/latest/{name}") as answer:
            assert answer.status == 200
            assert answer.read()
