"""The reporter's commands."""

import os
import sys

import click

from chassis.settings import SettingsError
from reporter import main


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


if __name__ == "__main__":
    commands()
