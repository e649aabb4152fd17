"""The collector's commands."""

import json
from pathlib import Path
from typing import TextIO

import click

from chassis import logs
from chassis.settings import SettingsError
from collector import comparison, main, openapi, page


@click.group()
def collector() -> None:
    """Serves the questionnaire, accepts responses, publishes them."""


@collector.command()
def web() -> None:
    """Serve until stopped."""
    try:
        main.serve()
    except SettingsError as mistakes:
        logs.cannot_go_on(str(mistakes))
        raise SystemExit(1) from None


@collector.command("openapi")
def describe() -> None:
    """Print the description of the HTTP interface."""
    click.echo(json.dumps(openapi.document(), indent=2, ensure_ascii=False))


@collector.command()
@click.option("--into", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="replace the block in FILE")
def files(into: Path | None) -> None:
    """Print the SHA-256 of each file of the page, and the hash that the promise names."""
    listed = page.listing(page.load())
    if into is None:
        click.echo(listed)
        return
    text = into.read_text(encoding="utf-8")
    into.write_text(page.BLOCK.sub(lambda _: f"```hashes\n{listed}\n```", text), encoding="utf-8")


@collector.command()
@click.argument("origin")
@click.option(
    "--published",
    type=click.File(encoding="utf-8"),
    help="a text with the published lines, such as docs/privacy.md; the built page if left out",
)
def compare(origin: str, published: TextIO | None) -> None:
    """Compare what ORIGIN (https://…) serves with the published hashes."""
    expected = comparison.published(published.read() if published else page.listing(page.load()))
    if not expected:
        raise click.ClickException("no hashes were given")
    problems = comparison.compare(origin.rstrip("/"), expected)
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException("this is not the published page")
    click.echo(f"The {len(expected)} published files are served, and nothing else runs in the page.")


if __name__ == "__main__":
    collector()
