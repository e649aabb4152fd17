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


def main() -> None:
    try:
        commands.main(standalone_mode=True)
    except StackError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
