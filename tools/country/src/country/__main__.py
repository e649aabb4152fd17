"""`python -m country`: a register of invented schools; and the pilot against an installation that runs elsewhere."""

import json
import sys
import time
from base64 import b64decode
from pathlib import Path

import click

from country.client import Refused, http_client
from country.enrol import Contradiction
from country.judge import judged, read, write
from country.people import country, registry_csv
from country.visit import Addresses, visit

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def commands() -> None:
    """A simulated country of schools with known truth."""


@commands.command()
@click.option("--schools", type=click.IntRange(1, 100_000), default=4400, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same country.")
def registry(schools: int, seed: int) -> None:
    """Print the registry CSV of a country of invented schools."""
    click.echo(registry_csv(country(schools, seed)), nl=False)


@commands.command()
@click.option("--identity", envvar="IDENTITY_ORIGIN", required=True, show_envvar=True)
@click.option("--collector", envvar="COLLECTOR_ORIGIN", required=True, show_envvar=True)
@click.option("--reporter", envvar="REPORTER_ORIGIN", required=True, show_envvar=True)
@click.option("--authorities", envvar="TLS_AUTHORITY", default="", help="PEM in base64 of who certified the addresses.")
@click.option("--schools", envvar="DEMO_SCHOOLS", type=click.IntRange(1, 5000), default=12, show_default=True)
@click.option("--folder", type=FOLDER, required=True, help="Holds api-key.json; takes truth.json.")
def pilot(identity: str, collector: str, reporter: str, authorities: str, schools: int, folder: Path) -> None:
    """Let a pilot country answer, by public addresses alone, and leave what must be counted in FOLDER."""
    began = time.monotonic()
    key = json.loads((folder / "api-key.json").read_text("utf-8"))["api_key"]
    at = Addresses(identity=identity, collector=collector, reporter=reporter)
    try:
        with http_client(authorities=b64decode(authorities).decode() or None) as http:
            told = visit(http, at, key, schools, lambda line: click.echo(f"[{time.monotonic() - began:4.0f} s] {line}"))
    except (Refused, Contradiction) as error:
        raise SystemExit(f"The pilot could not go on: {error}") from error
    write(folder / "truth.json", told)


@commands.command()
@click.option("--folder", type=FOLDER, required=True, help="Holds truth.json, counts.jsonl and ledger.json.")
def verdict(folder: Path) -> None:
    """Compare what was counted with what the pilot knows; exit 1 if anything differs."""
    counts = (folder / "counts.jsonl").read_text("utf-8").splitlines()
    ledger = json.loads((folder / "ledger.json").read_text("utf-8"))
    findings = list(judged(read(folder / "truth.json"), counts, ledger))
    for holds, found in findings:
        click.echo(f"  {'holds  ' if holds else 'DIFFERS'}  {found}")
    exact = all(holds for holds, _ in findings)
    click.echo("VERDICT: exact to the last count" if exact else "VERDICT: NOT exact")
    sys.exit(0 if exact else 1)


if __name__ == "__main__":
    commands(prog_name="python -m country")
