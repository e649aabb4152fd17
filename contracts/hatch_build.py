"""Puts the contract files into the wheel; an editable install reads them where they stand, so nothing is copied."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = ("topics", "schemas", "questionnaire", "openapi", "access.yaml", "indexes.yaml")


class ContractFiles(BuildHookInterface[Any]):
    """Wheels carry every file of DATA as `contracts/_data/…`; contracts.data.folder finds them there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Hatchling's call before each build; "standard" is a wheel to be installed elsewhere."""
        if version == "standard":
            files = {str(Path(self.root) / name): f"contracts/_data/{name}" for name in DATA}
            build_data["force_include"].update({path: to for path, to in files.items() if Path(path).exists()})
