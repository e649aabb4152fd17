"""The demo: a whole stack on this machine, a country that answers while one watches, and a comparison to the end."""

import fcntl
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from chassis.settings import Secret
from country.client import Collector, Identity, http_client
from country.enrol import Enrolled
from country.journey import Journey, Tally
from country.ledger import Ledger
from country.script import Script, script
from country.staging import Staged, enrolled_schools, staged_sessions
from stack.broker import SINGLE_COPY, Broker
from stack.children import Children
from stack.database import Database
from stack.errors import StackError
from stack.listeners import let_look
from stack.narrator import Narrator
from stack.opening import Ministry, ministry
from stack.ports import busy, free_ports
from stack.services import Services
from stack.site import Keys, Ports, Site
from stack.toolbox import locate, missing, require

DISK_BYTES = 3 << 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What was asked for: how many schools, whether to verify and go, and where things are on this machine."""

    schools: int
    check: bool
    root: Path
    ports: Ports
    start_port: int

    @property
    def folder(self) -> Path:
        return self.root / "build/demo"

    @property
    def handout(self) -> Path:
        return self.folder / "demo.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """Everything that plays: processes, people, and what is known of them."""

    services: Services
    children: Children
    script: Script
    http: httpx.Client
    officer: Ministry
    enrolled: Sequence[Enrolled]
    staged: Sequence[Staged]
    ledger: Ledger
    tally: Tally

    @property
    def journey(self) -> Journey:
        """How people of this scene answer."""
        site = self.services.site
        return Journey(
            identity=Identity(self.http, site.identity),
            collector=Collector(self.http, site.collector),
            ledger=self.ledger,
            tally=self.tally,
            random=secrets.token_bytes,
        )

    def ended(self) -> list[Staged]:
        """The sessions that close before the hand-out."""
        return [one for one in self.staged if one.cue.ends]


def check_machine(plan: Plan) -> None:
    """StackError with a sentence for each thing that stands in the way."""
    at = plan.ports
    wanted = {
        "IDENTITY_PORT": at.identity,
        "COLLECTOR_PORT": at.collector,
        "REPORTER_PORT": at.reporter,
        "RELAY_PORT": at.relay,
        "AGGREGATOR_PORT": at.aggregator,
        "EDITOR_PORT": at.editor,
        "START_PORT": plan.start_port,
    }
    sentences = [*missing(locate(plan.root)), *busy(wanted)]
    free = shutil.disk_usage(plan.root).free
    if free < DISK_BYTES:
        sentences.append(
            f"Only {free / 1e9:.1f} GB are free on the disk of {plan.root}: make room for {DISK_BYTES / 1e9:.0f} GB."
        )
    require(sentences)


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Holds the folder for one demo; StackError if another one plays in it."""
    plan.folder.parent.mkdir(parents=True, exist_ok=True)
    with (plan.folder.parent / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"Another demo runs in {plan.root}: stop it first.") from None
        yield


@contextmanager
def running_services(plan: Plan, narrator: Narrator) -> Iterator[tuple[Services, Children]]:
    """A broker, a database and all services, empty; stopped at the end, with nothing left behind but logs and data.

    StackError, before anything is started, for whatever stands in the way."""
    check_machine(plan)
    logs = plan.root / "build/logs"
    for old in (plan.folder, logs):
        shutil.rmtree(old, ignore_errors=True)
    plan.folder.mkdir(parents=True)
    tools = locate(plan.root)
    free = free_ports(4)
    with Children(tools.setpriv, logs) as children:
        broker = Broker(children, tools, plan.folder / "kafka", free[0], free[1], secured_port=free[3], onlookers=True)
        database = Database(children, tools, plan.folder / "mongodb", free[2])
        narrator.say(f"starting MongoDB and Kafka (logs in {logs})")
        database.start()
        broker.start()
        narrator.say(SINGLE_COPY)
        site = Site(
            kafka=broker.bootstrap,
            kafka_admin=broker.administrator,
            secured=broker.secured,
            uri=database.uri,
            admin_uri=Secret(database.admin_uri),
            ports=plan.ports,
            keys=Keys.random(),
            cache=str(plan.root / "build/cache"),
        )
        services = Services(children, site, plan.folder / "work")
        services.provision()
        let_look(broker.administrator, taken=[f"{site.prefix}aggregator"])
        narrator.say("starting the services")
        with ExitStack() as stack:
            stack.callback(services.stop)
            services.start()
            narrator.say(f"all services are ready; {memory(children)}")
            yield services, children


def memory(children: Children) -> str:
    """How much memory everything takes now, in words."""
    each = children.memory()
    parts = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in each.items())
    return f"memory in all: {sum(each.values()) / 1e6:.0f} MB ({parts})"


@contextmanager
def opened(plan: Plan, services: Services, children: Children, narrator: Narrator) -> Iterator[Scene]:
    """The country in place: schools, coordinators, open sessions, slips in the box."""
    played = script(plan.schools)
    with http_client() as http:
        officer = ministry(services, http)
        narrator.say(f"importing {len(played.schools)} schools, signing up their coordinators")
        enrolled = enrolled_schools(officer.identity, played, http, services.site.identity)
        opening = narrator.counter("sessions opened, slips drawn", len(played.cues))
        staged = staged_sessions(played, enrolled, http, services.site.collector, opening)
        yield Scene(
            services=services,
            children=children,
            script=played,
            http=http,
            officer=officer,
            enrolled=enrolled,
            staged=staged,
            ledger=Ledger(),
            tally=Tally(),
        )
