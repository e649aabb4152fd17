"""`python -m aggregator`: the worker, the editor and the commands of an operator."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from aggregator import connections, main, upkeep
from aggregator.commands.ballots import check_ballots
from aggregator.commands.counts import counts
from aggregator.commands.digest import digest
from aggregator.commands.doctor import doctor
from aggregator.commands.editions import edition_differences, unverifiable
from aggregator.commands.ledger import ledger
from aggregator.commands.verify import verify
from chassis import logs
from chassis.errors import Fatal, Unavailable
from chassis.settings import SettingsError


@click.group()
def aggregator() -> None:
    """Folds responses into statistics and releases them in safe steps."""


@aggregator.command()
def worker() -> None:
    """Fold responses until told to stop."""
    logs.configure("aggregator")
    main.run_worker(os.environ)


@aggregator.command()
def editor() -> None:
    """Make national editions until told to stop."""
    logs.configure("editor")
    main.run_editor(os.environ)


@aggregator.command(name="ledger")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show_ledger(as_json: bool) -> None:
    """Show what became of every record; exit 1 when it does not add up."""
    settings = main.settings_from(os.environ)
    with connections.archive(settings) as archive:
        found = ledger(archive, connections.log_of(settings).starts())
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_SORT_KEYS))
    else:
        for name, number in found["total"].items():
            click.echo(f"{name:>12} {number:>12,}")
        click.echo("balanced" if found["balanced"] else "NOT balanced")
    sys.exit(0 if found["balanced"] else 1)


@aggregator.command(name="counts")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with every count.")
def show_counts(as_json: bool) -> None:
    """Show what is in every cell, released or not; exit 1 when the ledger does not balance."""
    settings = main.settings_from(os.environ)
    with connections.archive(settings) as archive:
        for row in counts(archive):
            if as_json:
                click.echo(orjson.dumps(row))
            else:
                click.echo(f"{row['session']} {row['group']:>8} {row['n']:>6} released {row['released']:>6}")
        balanced = ledger(archive, {})["balanced"]
    sys.exit(0 if balanced else 1)


@aggregator.command(name="digest")
def show_digest() -> None:
    """Print one SHA-256 over all that follows from the log."""
    settings = main.settings_from(os.environ)
    with connections.archive(settings) as archive:
        click.echo(digest(archive))


@aggregator.command(name="verify")
@click.option("--ballots", is_flag=True, help="Check every ballot proof too.")
def verify_all(ballots: bool) -> None:
    """Recount the log, compare with all that is stored; exit 1 at the first difference, which is named."""
    settings = main.settings_from(os.environ)
    log, book = connections.log_of(settings), connections.terms_of_all(settings)
    with connections.archive(settings) as archive:
        wrong = next(edition_differences(archive), None)
        forgotten = unverifiable(archive)
        verdict = verify(archive, log.records(), book.get)
    click.echo(verdict)
    click.echo(wrong or "editions agree with their lists")
    for sentence in forgotten:
        click.echo(sentence)
    holds = verdict.difference is None and wrong is None
    if ballots:
        proofs = check_ballots(log.records(), book.messages)
        click.echo(proofs)
        holds = holds and proofs.first_bad is None
    sys.exit(0 if holds else 1)


@aggregator.command(name="doctor")
def find_problems() -> None:
    """Say what is wrong with topics, log, database and key; exit 1 if anything is."""
    settings = main.settings_from(os.environ)

    def around() -> Iterator[str]:
        return upkeep.surroundings(os.environ)

    with connections.archive(settings) as archive:
        problems = list(
            doctor(archive, lambda: connections.topic_problems(settings), connections.log_of(settings).bounds, around)
        )
    for problem in problems:
        click.echo(problem)
    click.echo("nothing is wrong" if not problems else f"{len(problems)} problems")
    sys.exit(1 if problems else 0)


@aggregator.command(name="drain")
def drain_log() -> None:
    """Fold the log to its end and print responses, seconds and CPU seconds."""
    click.echo(orjson.dumps(main.drain(os.environ)))


@aggregator.command(name="purge")
def purge_all() -> None:
    """Forget answers, ids, moments and unreleased figures of sessions closed over 30 days ago."""
    click.echo(upkeep.run_purge(os.environ))


@aggregator.command(name="replay-dlq")
@click.option("--reason", required=True, help="Only dead letters of this reason.")
def replay_letters(reason: str) -> None:
    """Put dead letters of open sessions back on the log; exit 1 if some were refused."""
    report = upkeep.run_replay(os.environ, reason)
    click.echo(report)
    sys.exit(1 if report.closed or report.hopeless else 0)


@aggregator.command(name="rebuild")
def rebuild_all() -> None:
    """Fold the log into the other database and switch to it; refuse if anything published would differ."""
    click.echo(upkeep.run_rebuild(os.environ))


@aggregator.command(name="backup")
@click.option("--to", "folder", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
def write_backup(folder: Path) -> None:
    """Write database and log into a folder."""
    click.echo(upkeep.run_backup(os.environ, folder))


@aggregator.command(name="restore")
@click.option("--from", "folder", required=True, type=click.Path(path_type=Path), help="A folder of `backup`.")
def restore_backup(folder: Path) -> None:
    """Put a backup into an empty database and new topics."""
    click.echo(upkeep.run_restore(os.environ, folder))


@aggregator.command(name="reseal")
def do_reseal() -> None:
    """Seal unreleased figures under the new BLOB_KEY, while BLOB_KEY_PREVIOUS holds the old one."""
    click.echo(upkeep.run_reseal(os.environ))


def run() -> None:
    """Runs the command line; a failure that an operator can mend is one sentence on standard error."""
    try:
        aggregator()
    except (Fatal, SettingsError) as error:
        if set(sys.argv[1:]) & {"worker", "editor"}:
            logs.cannot_go_on(str(error))
        else:
            click.echo(str(error), err=True)
        sys.exit(1)
    except Unavailable as error:
        click.echo(f"not possible now: {error.detail or f'{error.reason} is away'}", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"{error.filename or 'a file'}: {error.strerror}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
