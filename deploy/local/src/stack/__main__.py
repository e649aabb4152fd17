"""Commands of the embedded stack."""

import sys
from pathlib import Path

import click

from stack.errors import StackError


@click.group()
def commands() -> None:
    """A real Kafka, a real MongoDB and the services as child processes on loopback."""


@commands.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Takes data, logs and settings.")
@click.option("--kafka-port", type=int, help="A free one when left out.")
@click.option("--mongo-port", type=int, help="A free one when left out.")
def parts(folder: Path, kafka_port: int | None, mongo_port: int | None) -> None:
    """Start one Kafka and one MongoDB, print how tests reach them, and stay up until Ctrl-C."""
    from stack.main import run_parts

    run_parts(folder, kafka_port, mongo_port)


@commands.command()
@click.option("--full", is_flag=True, help="Many more random cases, and the load tests.")
def test(full: bool) -> None:
    """Run all tests and sum them up; exit 1 if one failed."""
    from stack.main import run_tests

    sys.exit(0 if run_tests(full) else 1)


@commands.command()
def audit() -> None:
    """Ask whether a locked package has a known weakness; exit 1 if so, 2 if not every one could be asked about."""
    from stack.audit import run_audit

    sys.exit(run_audit(Path.cwd(), click.echo))


@commands.command()
@click.option("--schools", type=click.IntRange(1, 5000), default=12, show_default=True, help="How many schools.")
@click.option("--check", is_flag=True, help="Verify everything, then leave with 0 or 1.")
@click.option("--start-port", type=int, default=8000, envvar="START_PORT", show_default=True, show_envvar=True)
@click.option("--identity-port", type=int, default=8001, envvar="IDENTITY_PORT", show_default=True, show_envvar=True)
@click.option("--collector-port", type=int, default=8002, envvar="COLLECTOR_PORT", show_default=True, show_envvar=True)
@click.option("--reporter-port", type=int, default=8003, envvar="REPORTER_PORT", show_default=True, show_envvar=True)
@click.option("--relay-port", type=int, default=9101, envvar="RELAY_PORT", show_default=True, show_envvar=True)
@click.option(
    "--aggregator-port", type=int, default=9104, envvar="AGGREGATOR_PORT", show_default=True, show_envvar=True
)
@click.option("--editor-port", type=int, default=9105, envvar="EDITOR_PORT", show_default=True, show_envvar=True)
def demo(schools: int, check: bool, start_port: int, **ports: int) -> None:
    """Run a pilot country on a whole stack of this machine, and compare what was counted with the truth."""
    from stack.main import run_demo

    chosen = {name.removesuffix("_port"): port for name, port in ports.items()}
    sys.exit(0 if run_demo(schools, check, start_port, chosen) else 1)


def main() -> None:
    try:
        commands.main(standalone_mode=True)
    except StackError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
