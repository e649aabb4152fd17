"""`python -m country registry`: the register of a simulated country, as the ministry's import takes it."""

import click

from country.people import country, registry_csv


@click.group()
def commands() -> None:
    """A simulated country of schools with known truth."""


@commands.command()
@click.option("--schools", type=click.IntRange(1, 100_000), default=4400, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same country.")
def registry(schools: int, seed: int) -> None:
    """Print the registry CSV of a country of invented schools."""
    click.echo(registry_csv(country(schools, seed)), nl=False)


if __name__ == "__main__":
    commands(prog_name="python -m country")
