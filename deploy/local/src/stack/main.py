"""Builds what the commands of the stack need: signals, folders and the environment come in here."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from country.client import Refused
from country.enrol import Contradiction
from stack.demo import Plan
from stack.errors import StackError
from stack.narrator import Narrator
from stack.parts import parts
from stack.presentation import present
from stack.site import Ports
from stack.suite import run_suite
from stack.toolbox import ROOT


def stop_on_signals() -> None:
    """Turns Ctrl-C, the end of the terminal and a polite kill into the same clean stop, wherever it was started."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


def run_parts(folder: Path, kafka_port: int | None, mongo_port: int | None) -> None:
    """Keeps one broker and one database up until a signal; prints the lines that point a test run at them."""
    stop_on_signals()
    with parts(folder, kafka_port, mongo_port, say=lambda line: click.echo(line, err=True)) as running:
        click.echo(f"export GUZGU_TEST_KAFKA='{running.broker.bootstrap}'")
        click.echo(f"export GUZGU_TEST_KAFKA_SECURED='{running.broker.secured}'")
        click.echo(f"export GUZGU_TEST_MONGO='{running.database.admin_uri}'")
        try:
            signal.pause()
        except KeyboardInterrupt:
            click.echo("stopping", err=True)


def run_tests(full: bool) -> bool:
    """Runs the tests; whether all passed."""
    stop_on_signals()
    return run_suite(ROOT, os.environ, click.echo, full)


def run_demo(schools: int, check: bool, start_port: int, ports: Mapping[str, int]) -> bool:
    """Runs the demo; whether everything was exact. Stopping it is no failure."""
    stop_on_signals()
    plan = Plan(schools=schools, check=check, root=ROOT, ports=Ports(**ports), start_port=start_port)
    narrator = Narrator()
    try:
        return present(plan, narrator)
    except KeyboardInterrupt:
        narrator.say("stopped; nothing keeps running")
        return not check
    except (Refused, Contradiction) as error:
        raise StackError(f"The demo could not go on: {error}. Logs are in {ROOT / 'build/logs'}.") from error
