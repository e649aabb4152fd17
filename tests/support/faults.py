"""`make fault`: people answer for half an hour while everything is broken at random; prints the ledger and a verdict.

FAULT_MINUTES is how long it lasts, FAULT_SEED repeats the acts of an earlier run. A third of the time the broker is
stopped, another third the database; in the rest one act follows the other.
"""

import os
import random
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import httpx

from stack.errors import StackError
from stack.ports import free_ports
from stack.services import COMMANDS, Services
from stack.toolbox import ROOT
from support.breakable import BreakableParts, breakable_parts
from support.breaking import Breaker
from support.crowd import Crowd
from support.exactness import equal_second_fold, exact
from support.foreign import Office
from support.running import running_stack
from support.setting import Session, Setting, http_client, new_officer, until

A_SECOND = 3.0
"""How many people begin in a second."""
HANDS = 12
LONGEST = 8.0
ALERT_SECONDS = 60.0
SESSIONS = 8
AWAY_ACTS = ("kill collector", "freeze collector", "kill editor", "kill reporter")
"""What is still broken while the database is stopped."""


def say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


class Run:
    """One run: the stack, the people, and whoever breaks it."""

    def __init__(self, services: Services, parts: BreakableParts, setting: Setting, minutes: float, seed: int) -> None:
        self.services = services
        self.parts = parts
        self.setting = setting
        self.seconds = 60 * minutes
        self.chance = random.Random(seed)
        twins = {"aggregator-2": {"METRICS_PORT": str(free_ports(1)[0])}}
        self.breaker = Breaker(services, tuple(COMMANDS), parts, LONGEST, self.chance, twins)
        self.worker_metrics = [
            services.site.metrics["aggregator"],
            f"http://127.0.0.1:{twins['aggregator-2']['METRICS_PORT']}/metrics",
        ]
        students = int(self.seconds * A_SECOND / SESSIONS)
        self.sessions = [
            setting.session(setting.school(students=students, teachers=40), "teacher", "student")
            for _ in range(SESSIONS)
        ]
        self.crowd = Crowd(setting, self.sessions, {"teacher": 30, "student": students}, self.seconds + 300)

    def acts(self, seconds: float, names: Sequence[str] | None = None) -> None:
        """One act after the other for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.breaker.act(self.chance.choice(names or sorted(self.breaker.acts)))
            threading.Event().wait(self.chance.uniform(0.5, 3.0))

    def without_broker(self, seconds: float) -> None:
        """The broker stopped under load; AssertionError unless every answer is 503 with Retry-After, and the same
        collector says 202 within 20 s of its return."""
        self.breaker.whole()
        collector = self.services.child("collector").pid
        self.parts.broker.stop()
        away = time.monotonic()
        threading.Event().wait(seconds)
        returning = time.monotonic()
        self.parts.broker.start()
        back = time.monotonic()
        until(lambda: any(status == 202 for _, status, _ in self.crowd.known.between(back, back + 60)), "a 202", 20)
        first = time.monotonic() - back
        told = self.crowd.known.between(away + 1, returning)
        assert told, "nobody asked while the broker was stopped"
        assert {(503, True)} == {(status, helpful) for _, status, helpful in told}
        assert collector == self.services.child("collector").pid
        say(
            f"broker stopped for {seconds:.0f} s under load: {len(told)} answers, all 503 with Retry-After; the same "
            f"collector said 202 again {first:.1f} s after its return"
        )

    def without_database(self, seconds: float) -> None:
        """The database stopped under load while collectors are killed; AssertionError unless responses are accepted
        all the time and the alert's condition becomes true."""
        self.breaker.whole()
        self.crowd.prepare(int(seconds * A_SECOND * 0.8), HANDS)
        before = len(self.crowd.known.accepted)
        self.parts.database.stop()
        away = time.monotonic()
        self.acts(max(5.0, seconds - 5.0), AWAY_ACTS)
        accepted = len(self.crowd.known.accepted) - before
        lag, stalled = self.figure("aggregator_lag_records"), self.figure("aggregator_partition_stalled_seconds")
        seconds = time.monotonic() - away
        self.parts.database.start()
        back = time.monotonic()
        assert accepted > 0.5 * A_SECOND * seconds * 0.8, f"only {accepted} were accepted"
        assert stalled > min(ALERT_SECONDS, seconds / 2), f"stalled for {stalled:g} s only"
        until(lambda: self.figure("aggregator_partition_stalled_seconds") < 5, "the fold to go on", 180)
        say(
            f"database stopped for {seconds:.0f} s under load: {accepted} responses accepted meanwhile, lag {lag:.0f}, "
            f"stalled for {stalled:.0f} s (alert from {ALERT_SECONDS:.0f}); drained {time.monotonic() - back:.1f} s "
            "after its return"
        )

    def figure(self, name: str) -> float:
        """The sum of a lag, the greatest of a standstill, over both workers."""
        found = [0.0]
        for address in self.worker_metrics:
            try:
                lines = httpx.get(address, trust_env=False, timeout=5).text.splitlines()
            except httpx.TransportError:
                continue
            found += [float(row.rpartition(" ")[2]) for row in lines if re.match(rf"{name}[ {{]", row)]
        return sum(found) if name.endswith("records") else max(found)

    @contextmanager
    def people_coming(self) -> Iterator[None]:
        """People begin at a steady pace while the block runs; at its end those who have begun finish."""
        stopping = threading.Event()

        def pace() -> None:
            while not stopping.wait(1 / A_SECOND):
                self.crowd.admit(1)

        pacing = threading.Thread(target=pace)
        with self.crowd.answering(HANDS):
            pacing.start()
            try:
                yield
            finally:
                stopping.set()
                pacing.join()


def break_everything(run: Run) -> None:
    """The whole time, stretch by stretch."""
    stretches: list[tuple[Callable[[float], None], float]] = [
        (run.acts, 1 / 9),
        (run.without_broker, 1 / 3),
        (run.acts, 1 / 9),
        (run.without_database, 1 / 3),
        (run.acts, 1 / 9),
    ]
    with run.people_coming():
        for stretch, share in stretches:
            stretch(share * run.seconds)
        run.breaker.whole()
    run.crowd.finish(HANDS)


def close_half(run: Run) -> None:
    """Every second session is closed; whoever signed in when the run began signs in anew."""
    for session in run.sessions[::2]:
        old = session.school.office
        office = Office.signed_in(old.http, old.url, old.user, old.password, old.totp_secret)
        fresh: Session = replace(session, school=replace(session.school, office=office))
        run.setting.close(fresh)


def tell_answers(run: Run) -> None:
    known = run.crowd.known
    statuses = Counter(status for _, status, _ in known.answers)
    assert set(statuses) <= {202, 503}, statuses
    assert all(helpful for _, _, helpful in known.answers), "a 503 without Retry-After"
    acts = ", ".join(f"{count} x {name}" for name, count in sorted(run.breaker.done.items()))
    say(f"{sum(run.breaker.done.values())} acts: {acts}")
    said = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))
    say(
        f"{len(known.accepted)} people were told yes, {len(known.repeated)} of their submissions after an unknown "
        f"outcome; answers of the collector: {said}"
    )


def tell_ledger(run: Run) -> None:
    account = exact(run.setting, run.crowd, seconds=600)
    total = account["total"]
    parts = " + ".join(f"{total[name]} {name}" for name in ("folded", "duplicates", "buried", "markers"))
    say(f"ledger: {total['next']} records = {parts}; balanced")
    cells = sum(session["cells"] for session in account["sessions"].values())
    say(f"counts of {cells} cells equal the people's own record to the last count; verify --ballots agrees")
    assert sum(session["folded"] for session in account["sessions"].values()) == total["folded"]
    assert total["folded"] == len(run.crowd.known.accepted)


def tell_copies(run: Run, folder: Path) -> None:
    """Second fold, rebuild and restore give the same digest."""
    equal_second_fold(run.services)
    digest = run.services.output("aggregator", "digest").strip()
    say(f"digest {digest}: equal after a second fold of the log")
    rebuilt = run.services.output("aggregator", "rebuild").strip()
    assert f"equal digest {digest}" in rebuilt, rebuilt
    say(f"rebuild: {rebuilt}")
    since = stopwatch()
    run.services.output("aggregator", "backup", "--to", str(folder / "backup"))
    took = since()
    size = sum(path.stat().st_size for path in (folder / "backup").rglob("*")) / 1e6
    since = stopwatch()
    with running_stack(folder / "restored", run.parts.kafka, run.parts.mongo, None, ()) as empty:
        provisioned = since()
        key = {"BLOB_KEY": run.services.site.keys.blobs.reveal()}
        refused = empty.run("aggregator", "restore", "--from", str(folder / "backup"), changes=key)
        assert (refused.returncode, "Kafka refuses" in refused.stderr) == (1, True), refused.stderr
        anybody = {"KAFKA_BOOTSTRAP": run.parts.broker.bootstrap, "KAFKA_SECURITY": "", "KAFKA_USER": ""}
        key |= {**anybody, "KAFKA_PASSWORD": ""}  # the door at which everybody may do everything
        restored = empty.output("aggregator", "restore", "--from", str(folder / "backup"), changes=key).strip()
        assert f"digest {digest}" in restored, restored
        back = since()
        verified = empty.output("aggregator", "verify", changes=key)
        assert "everything stored agrees" in verified, verified
        checked = since()
    say(f"restore: {restored}")
    total = len(run.crowd.known.accepted)
    say(
        f"recovery from killed and stopped parts: 0 of {total} acknowledged answers lost; recovery from a backup "
        f"({took:.1f} s, {size:.1f} MB): topics, database and users made after {provisioned:.1f} s, restored after "
        f"{back:.1f} s, verified after {checked:.1f} s; lost are the answers since that backup and no other"
    )


def stopwatch() -> Callable[[], float]:
    """Tells the seconds since now."""
    began = time.monotonic()
    return lambda: time.monotonic() - began


def main() -> int:
    minutes = float(os.environ.get("FAULT_MINUTES") or 30)
    seed = int(os.environ.get("FAULT_SEED") or random.SystemRandom().randrange(1_000_000))
    say(f"FAULT_MINUTES={minutes:g} FAULT_SEED={seed}")
    (ROOT / "build").mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="fault-", dir=ROOT / "build"))
    try:
        with ExitStack() as stack:
            parts = stack.enter_context(breakable_parts(folder / "parts"))
            services = stack.enter_context(running_stack(folder / "stack", parts.kafka, parts.mongo))
            http = stack.enter_context(http_client())
            run = Run(services, parts, Setting(services, http, new_officer(services, http)), minutes, seed)
            say(f"{run.crowd.left()} people with slips in {SESSIONS} schools")
            break_everything(run)
            tell_answers(run)
            close_half(run)
            tell_ledger(run)
            tell_copies(run, folder)
    except (AssertionError, StackError) as found:
        say(f"VERDICT: FAILED: {str(found) or 'see the line above'}; logs in {folder}")
        raise
    rmtree(folder)
    say("VERDICT: nothing lost, nothing counted twice")
    return 0


if __name__ == "__main__":
    sys.exit(main())
