"""The reporter's commands."""

import json
import os
import tempfile

import click

from chassis import logs
from chassis.settings import SettingsError
from reporter import main
from reporter.web import openapi as description


@click.group()
def commands() -> None:
    """School reports and the national dashboard."""


@commands.command()
def web() -> None:
    """Serves the pages (gunicorn)."""
    logs.configure(main.SERVICE)
    try:
        command, processes = main.web_command(), main.settings().web_processes
    except SettingsError as error:
        logs.cannot_go_on(str(error))
        raise SystemExit(1) from None
    inherited = dict(os.environ)
    if processes > 1:  # the processes' figures are then added up from files
        inherited.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="reporter-figures-"))
    os.execve(command[0], command, inherited)  # noqa: S606  # becomes gunicorn, so that signals reach it


@commands.command()
def openapi() -> None:
    """Prints the description of the HTTP interface, as contracts/openapi/reporter.json holds it."""
    click.echo(json.dumps(description.document(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    commands()
