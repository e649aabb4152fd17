"""Is every answer counted exactly once? The checks behind the demo's last page, and behind its exit code."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from country.forms import Form
from country.ledger import CellKey
from stack.comparison import (
    Check,
    compare_ended,
    compare_private,
    compare_released,
    log_end,
    partitions,
    private_counts,
    read_log,
    released,
)
from stack.demo import Scene
from stack.doors import closed_doors
from stack.errors import StackError
from stack.ports import free_ports
from stack.services import Services
from stack.waiting import until

FOLD_SECONDS = 180.0
SECOND = "second-fold"


def balance(services: Services, changes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The aggregator's ledger as its command prints it."""
    done = services.run("aggregator", "ledger", "--json", changes=changes)
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise StackError(f"python -m aggregator ledger --json failed: {done.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def folded_balance(services: Services, changes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The ledger once the aggregator has committed everything that stands in the log."""
    found: dict[str, Any] = {}

    def folded() -> bool:
        found.update(balance(services, changes))
        return bool(found["total"]["next"] == log_end(services.site))

    until(folded, "The folding of all responses", FOLD_SECONDS, 0.5)
    return found


def comparison(scene: Scene, doors: Mapping[str, str]) -> Iterator[Check]:
    """What is counted, released and shown against what the country knows; `doors` are addresses by role."""
    services, ledger = scene.services, scene.ledger
    forms = _forms(scene)
    surprises = scene.tally.surprises
    submissions = sum(times for (what, _), times in scene.tally.statuses.items() if what != "ballot")
    yield Check(
        name="every submission was answered as it must be",
        holds=not surprises,
        found="; ".join(surprises[:3]) or f"{submissions} submissions, {len(ledger)} responses accepted",
    )
    account = folded_balance(services)
    total = account["total"]
    yield Check(
        name="the ledger is balanced",
        holds=bool(account["balanced"]),
        found=(
            f"{total['next']} records = {total['folded']} folded + {total['duplicates']} duplicates "
            f"+ {total['buried']} buried + {total['markers']} markers"
        ),
    )
    counted = private_counts(services)
    private = compare_private(ledger, forms, counted)
    guests = f", and {private.strangers} of guests" if private.strangers else ""
    yield Check(
        name="all counts equal the truth",
        holds=private.exact,
        found="; ".join(private.differences[:3]) or f"{private.responses} responses in {private.cells} cells{guests}",
    )
    snapshots = released(services.site)
    number, wrong = compare_released(ledger, forms, read_log(services.site), snapshots)
    yield Check(
        name="every released snapshot is the sum of its first responses",
        holds=not wrong,
        found="; ".join(wrong[:3]) or f"{number} snapshots",
    )
    ended = [one.roster.session.id for one in scene.ended()]
    cells, missing = compare_ended(forms, ended, _thresholds(scene), counted, snapshots)
    yield Check(
        name="closed sessions are released whole",
        holds=not missing,
        found="; ".join(missing[:3]) or f"{cells} cells of {len(ended)} sessions",
    )
    silent = list(closed_doors(scene, doors))
    yield Check(
        name="every role's page opens",
        holds=not silent,
        found="; ".join(silent[:3]) or f"{len(doors)} addresses, a school's report, the nation's figures",
    )


def proof(scene: Scene, say: Callable[[str], None]) -> Iterator[Check]:
    """What takes longer: the aggregator's own recount with every ballot's proof, and a second fold of the same log."""
    services = scene.services
    say("verifying every count and every ballot in the log")
    done = services.run("aggregator", "verify", "--ballots")
    yield Check(name="`aggregator verify --ballots` agrees", holds=done.returncode == 0, found=_last_line(done.stdout))
    say("folding the same log a second time, into another database")
    changes = {
        "STATISTICS_DATABASE": f"{services.site.prefix}statistics_b",
        "PARTITIONS": ",".join(map(str, partitions())),  # all of them: it may join no other group than the aggregator's
        "METRICS_PORT": str(free_ports(1)[0]),
    }
    second = services.launch("aggregator", changes, alias=SECOND)
    try:
        folded_balance(services, changes)
    finally:
        second.stop()
    first_digest = services.output("aggregator", "digest").strip()
    second_digest = services.output("aggregator", "digest", changes=changes).strip()
    yield Check(
        name="a second fold has the equal digest",
        holds=first_digest == second_digest,
        found=first_digest if first_digest == second_digest else f"{first_digest} and {second_digest}",
    )


def _forms(scene: Scene) -> dict[CellKey, Form]:
    return {
        (one.roster.session.id, group): form for one in scene.staged for group, form in one.roster.session.forms.items()
    }


def _thresholds(scene: Scene) -> dict[CellKey, int]:
    return {
        (one.roster.session.id, group): k for one in scene.staged for group, k in one.roster.session.thresholds.items()
    }


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "nothing was printed"
