"""`make bench-fold`: folding a topic beside merely reading it, in the worst order and in the order of real lessons.

The limit is kafka-python with orjson reading the same topic. The product folds it with everything on: ids, ledger,
release steps, sealed blobs, moments and snapshots, one transaction a batch. Signatures are noise, since the fold does
not check them. BENCH_RESPONSES, BENCH_SESSIONS, BENCH_ROUNDS set the size.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from kafka import KafkaConsumer, TopicPartition

from bench.measure import Contender, Reading, in_turn, machine, table
from contracts import topics
from contracts.messages import SchoolSession
from contracts.questionnaire import CURRENT, bank
from support.aggregating import Aggregation, aggregation, create
from support.builders import a_response, a_session
from support.parts import running_pair

RESPONSES = int(os.environ.get("BENCH_RESPONSES", "200000"))
SESSIONS = int(os.environ.get("BENCH_SESSIONS", "4400"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LEVEL, GROUP = "lower-secondary", "student"
REPEATED = 0.01
LIMIT = "kafka-python and orjson, reading alone"
ORDERS = {"random order (worst)": False, "class by class": True}


def main() -> int:
    """Prints a table for each order; 1 if a ledger does not balance."""
    for name, value in machine(("kafka-python", "orjson", "numpy", "pymongo")).items():
        print(f"{name}: {value}")
    balanced = True
    for order, by_class in ORDERS.items():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-fold-")))
            broker, database = stack.enter_context(running_pair(folder))
            log = stack.enter_context(aggregation(broker, database, folder))
            count = fill(log, by_class)
            contenders = [
                Contender(name=LIMIT, measure=partial(read, log, count)),
                Contender(name=f"fold, one process, {order}", measure=partial(fold, log, count)),
            ]
            results = in_turn(contenders, ROUNDS, print)
            print("\n".join(table(results, LIMIT)))
            balanced &= bool(log.ledger()["balanced"])
    return 0 if balanced else 1


def fill(log: Aggregation, by_class: bool) -> int:
    """Puts the responses on the log, some of them twice; how many records that makes."""
    questions = bank(CURRENT)
    items = tuple(code for code in questions.items if code in set(questions.core(LEVEL, GROUP)))
    people = -(-RESPONSES // SESSIONS)
    sessions = [
        a_session(items=items, level=LEVEL, groups={GROUP: people}, background=questions.background(LEVEL, GROUP))
        for _ in range(SESSIONS)
    ]
    for at in range(0, len(sessions), 2000):
        log.announce(*sessions[at : at + 2000])
    draw = random.Random(1)  # a simulation, not a secret
    acts = [(session, number) for session in sessions for number in range(people)][:RESPONSES]
    acts += draw.sample(acts, int(len(acts) * REPEATED))
    if by_class:
        acts = _classes(sessions, people, draw)
    else:
        draw.shuffle(acts)
    for at in range(0, len(acts), 2000):
        log.submit(*(a_response(session, GROUP, number, signed=False) for session, number in acts[at : at + 2000]))
    return len(acts)


def _classes(sessions: Sequence[SchoolSession], people: int, draw: random.Random) -> list[tuple[SchoolSession, int]]:
    """Classes of 25 one after the other, sixteen at a time; one response in a hundred comes twice."""
    classes = [
        [(session, number) for number in range(at, min(at + 25, people))]
        for session in sessions
        for at in range(0, people, 25)
    ]
    draw.shuffle(classes)
    acts: list[tuple[SchoolSession, int]] = []
    for at in range(0, len(classes), 16):
        together = [act for one in classes[at : at + 16] for act in one]
        draw.shuffle(together)
        acts += together + together[: int(len(together) * REPEATED)]
    return acts


def read(log: Aggregation, count: int) -> Reading:
    """The limit: every record read and its JSON opened, nothing else."""
    name = log.prefix + topics.RESPONSES
    consumer = KafkaConsumer(
        bootstrap_servers=log.bootstrap,
        group_id=None,
        enable_auto_commit=False,
        fetch_max_bytes=50 << 20,
        max_partition_fetch_bytes=8 << 20,
    )
    places = [TopicPartition(name, number) for number in range(topics.topics()[topics.RESPONSES].partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    began, used, left = time.monotonic(), time.process_time(), count
    while left > 0:
        for rows in consumer.poll(timeout_ms=500, max_records=20_000).values():
            for row in rows:
                orjson.loads(row.value)
            left -= len(rows)
    took, cpu = time.monotonic() - began, time.process_time() - used
    consumer.close()
    return Reading(rate=count / took, cpu=cpu / count * 1e6)


def fold(log: Aggregation, count: int) -> Reading:
    """The product: `python -m aggregator drain` into an empty database, in a process of its own."""
    log.client.drop_database(log.database)
    create(log.client, log.database)
    environment = log.environment()
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "drain"], env=environment, capture_output=True, text=True, timeout=1800
    )
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout.splitlines()[-1])
    return Reading(rate=count / found["seconds"], cpu=found["cpu_seconds"] / count * 1e6)


if __name__ == "__main__":
    sys.exit(main())
