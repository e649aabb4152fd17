"""The commands of identity: `python -m identity …`."""

import json
import sys

import click

from chassis import logs
from chassis.errors import Fatal
from chassis.settings import SettingsError
from identity import main
from identity.reasons import Refused
from identity.staff import KEY_PURPOSES


@click.group()
def commands() -> None:
    """Registry of schools, sessions, participation codes and blind-signed ballots."""


@commands.command()
def web() -> None:
    """Serve the API and the workspaces."""
    main.serve()


@commands.command()
def relay() -> None:
    """Publish what is to be published, open and close sessions, keep key pairs ready."""
    main.relay()


@commands.command("staff-add")
@click.option("--user", required=True)
@click.option("--role", required=True)
@click.option("--scope", help="for an agency: level=… or region=…")
@click.option("--json", "as_json", is_flag=True)
def staff_add(user: str, role: str, scope: str | None, as_json: bool) -> None:
    """Add an account of the ministry; prints its secrets once."""
    _say(main.staff_add(user, role, scope), as_json)


@commands.command("api-key")
@click.option("--name", required=True)
@click.option("--purpose", type=click.Choice(KEY_PURPOSES), default="registry", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def api_key(name: str, purpose: str, as_json: bool) -> None:
    """Add an API key for the ministry's own systems, for the registry or for data; prints it once."""
    _say(main.api_key(name, purpose), as_json)


@commands.command("api-key-revoke")
@click.option("--name", required=True)
def api_key_revoke(name: str) -> None:
    """End an API key: it is refused from now on."""
    _say(main.api_key_revoke(name), False)


@commands.command("staff-reset")
@click.option("--user", required=True)
@click.option("--json", "as_json", is_flag=True)
def staff_reset(user: str, as_json: bool) -> None:
    """Give an account a new password and one-time secret; prints them once, and the old ones work no more."""
    _say(main.staff_reset(user), as_json)


@commands.command()
def rewrap() -> None:
    """Wrap everything under the new KEY_WRAP_KEY, while KEY_WRAP_KEY_PREVIOUS holds the old one."""
    _say(main.rewrap(), False)


@commands.command()
def purge() -> None:
    """Delete what is kept of participation codes seven days after their session's end."""
    _say(main.purge(), False)


@commands.command()
@click.option("--json", "as_json", is_flag=True)
def doctor(as_json: bool) -> None:
    """Check settings, clock, database, keys and messages; exit 1 if something is wrong."""
    found = main.doctor()
    _say(found, as_json)
    if any(said != "well" for said in found.values()):
        raise SystemExit(1)


@commands.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(main.openapi(), nl=False)


def _say(found: dict[str, str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        for name, value in found.items():
            click.echo(f"{name}: {value}")


def run() -> None:
    """Runs a command; a wrong setting or an impossible wish is a sentence, not a trace."""
    try:
        commands(prog_name="python -m identity")
    except (SettingsError, Fatal) as error:
        if set(sys.argv[1:]) & {"web", "relay"}:
            logs.cannot_go_on(str(error))
            raise SystemExit(1) from None
        raise SystemExit(str(error)) from None
    except Refused as refusal:
        raise SystemExit(f"{refusal.reason}: {refusal.detail}") from None


if __name__ == "__main__":
    run()
