"""The aggregator's processes from the environment."""

from collections.abc import Mapping
from typing import Any

from aggregator import editor_process, worker_process
from aggregator import settings as aggregator_settings
from aggregator.settings import Settings
from chassis.settings import load


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings; SettingsError names every mistake."""
    return load(Settings, environ, aggregator_settings.contradictions)


def run_worker(environ: Mapping[str, str]) -> None:
    """Folds until told to stop."""
    worker_process.run_worker(settings_from(environ), environ)


def run_editor(environ: Mapping[str, str]) -> None:
    """Makes editions until told to stop."""
    editor_process.run_editor(settings_from(environ))


def drain(environ: Mapping[str, str]) -> dict[str, Any]:
    """Folds the log to its end once; {responses, seconds, cpu_seconds}."""
    return worker_process.drain(settings_from(environ))
