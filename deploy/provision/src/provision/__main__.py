"""`python -m provision`: run once before the services start, and after every change of the contracts."""

import sys

import click

from chassis.errors import Fatal
from chassis.settings import SettingsError
from provision.main import run


@click.command()
def provision() -> None:
    """Create topics, collections, indexes, roles and users; what is already there stays."""
    try:
        run(click.echo)
    except (Fatal, SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    provision()
