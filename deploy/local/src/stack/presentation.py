"""The demo from curtain to curtain: starts everything, plays it, compares, and stays up or leaves with a verdict."""

import signal
from collections.abc import Iterable, Mapping

from stack.acts import first_acts, last_act
from stack.comparison import Check
from stack.demo import Plan, Scene, alone, memory, opened, running_services
from stack.doors import show
from stack.figures import Figures, fetch, figures
from stack.narrator import Narrator
from stack.startpage import Board, served, start_page
from stack.verdict import comparison, proof

ROLES = {
    "nation": "public national page",
    "ministry": "ministry's workspace",
    "coordinator": "a school's coordinator",
    "respondent": "a respondent's slip",
}


def present(plan: Plan, narrator: Narrator) -> bool:
    """Whether everything that was compared is exact; without `check` it returns only when it is interrupted.

    Raises StackError for whatever stands in the way, KeyboardInterrupt when it is stopped; nothing keeps running.
    """
    with alone(plan), running_services(plan, narrator) as (services, children):

        def read() -> Figures:
            return figures(fetch, services.site.metrics)

        board = Board(read)
        with served(start_page(board), plan.start_port) as start, opened(plan, services, children, narrator) as scene:
            addresses = [*show(scene, board), ("operator", start)]
            tell_addresses(addresses, narrator)
            first_acts(plan, scene, narrator)
            last_act(plan, scene, narrator)
            exact = verdict(plan, scene, dict(addresses), narrator)
            narrator.say(memory(children))
            if not plan.check:
                tell_addresses(addresses, narrator)
                narrator.say("everything stays up until you press Ctrl-C")
                signal.pause()
            return exact


def verdict(plan: Plan, scene: Scene, doors: Mapping[str, str], narrator: Narrator) -> bool:
    """Compares, verifies where asked for, and says what was found."""
    narrator.say("comparing what was counted and released with the known truth")
    exact = tell_checks(comparison(scene, doors), narrator)
    if plan.check:
        exact = tell_checks(proof(scene, narrator.say), narrator) and exact
    narrator.say("exact to the last count" if exact else "NOT exact: see the lines marked DIFFERS")
    return exact


def tell_checks(checks: Iterable[Check], narrator: Narrator) -> bool:
    """A line for each; whether all hold."""
    all_hold = True
    for check in checks:
        narrator.plain(f"  {'holds  ' if check.holds else 'DIFFERS'}  {check.name}: {check.found}")
        all_hold = all_hold and check.holds
    return all_hold


def tell_addresses(addresses: Iterable[tuple[str, str]], narrator: Narrator) -> None:
    """One line a role."""
    narrator.plain()
    for role, address in addresses:
        narrator.plain(f"  {ROLES.get(role, 'operator: figures, names and passwords'):40} {address}")
    narrator.plain()
