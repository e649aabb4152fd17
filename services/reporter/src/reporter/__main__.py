"""The reporter's commands."""

import json
import os
import sys

import click

from chassis.settings import SettingsError
from reporter import main
from reporter.web import openapi as description


@click.group()
def commands() -> None:
    """School reports and the national dashboard."""


@commands.command()
def web() -> None:
    """Serves the pages (gunicorn)."""
    try:
        command = main.web_command()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    os.execv(sys.executable, command)  # noqa: S606  # becomes gunicorn, so that signals reach it


@commands.command()
def openapi() -> None:
    """Prints the description of the HTTP interface, as contracts/openapi/reporter.json holds it."""
    click.echo(json.dumps(description.document(), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    commands()
