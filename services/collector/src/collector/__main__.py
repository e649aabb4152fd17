"""The collector's commands."""

import hashlib
import json

import click

from chassis.settings import SettingsError
from collector import main, openapi, page


@click.group()
def collector() -> None:
    """Serves the questionnaire, accepts responses, publishes them."""


@collector.command()
def web() -> None:
    """Serve until stopped."""
    try:
        main.serve()
    except SettingsError as mistakes:
        raise click.ClickException(str(mistakes)) from None


@collector.command("openapi")
def describe() -> None:
    """Print the description of the HTTP interface."""
    click.echo(json.dumps(openapi.document(), indent=2, ensure_ascii=False))


@collector.command()
def files() -> None:
    """Print the SHA-256 of each file of the page, and the hash that the promise names."""
    built = page.load()
    for name, content in sorted(built.files.items()):
        click.echo(f"{hashlib.sha256(content).hexdigest()}  {name}")
    click.echo(f"page: {built.digest}")


if __name__ == "__main__":
    collector()
