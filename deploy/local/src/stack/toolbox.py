"""Where the tools of the embedded stack are, and a sentence for each one that is missing."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

ROOT = Path(__file__).resolve().parents[4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    """Paths of the programs that the stack runs; a path need not exist before `missing` was asked."""

    java: Path
    kafka_libs: Path
    mongod: Path
    chromium: Path
    setpriv: Path


def locate(root: Path = ROOT) -> Toolbox:
    """The tools as set-up lays them: Kafka and MongoDB under build/tools of `root`, the rest from the system."""
    return Toolbox(
        java=_program("java"),
        kafka_libs=root / "build/tools/kafka/libs",
        mongod=root / "build/tools/mongod/mongod",
        chromium=_program("chromium"),
        setpriv=_program("setpriv"),
    )


def missing(tools: Toolbox, browser: bool = False) -> list[str]:
    """One sentence for each tool that is not there; Chromium counts only where `browser` asks for it."""
    sentences = []
    if not tools.java.is_file():
        sentences.append("Java is missing: install the Debian package openjdk-17-jre-headless.")
    if not tools.setpriv.is_file():
        sentences.append("setpriv is missing: install the Debian package util-linux.")
    if not any(tools.kafka_libs.glob("kafka_*.jar")):
        sentences.append(f"Kafka is missing from {tools.kafka_libs}: run deploy/local/bootstrap.sh tools.")
    if not tools.mongod.is_file():
        sentences.append(f"MongoDB is missing from {tools.mongod}: run deploy/local/bootstrap.sh tools.")
    if browser and not tools.chromium.is_file():
        sentences.append("Chromium is missing: install the Debian package chromium.")
    return sentences


def require(sentences: Sequence[str]) -> None:
    """Raises StackError with all sentences at once if there are any."""
    if sentences:
        raise StackError(" ".join(sentences))


def _program(name: str) -> Path:
    found = shutil.which(name)
    return Path(found) if found else Path("/usr/bin") / name
