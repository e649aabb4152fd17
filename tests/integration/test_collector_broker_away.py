"""A broker that stops, refuses or comes late: nothing is answered 202 that is not in the log, and all ends well."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kafka.errors import KafkaError

from chassis.errors import Unavailable
from chassis.kafka import AckedProducer, Outgoing
from contracts import topics
from stack.parts import Parts, parts
from support.ballots import Signer, a_session
from support.collecting import make_topics, running_collector, until
from support.parts import KafkaPart

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """A broker that this test alone may stop."""
    with parts(tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def signer() -> Signer:
    return a_session()


def test_a_stopped_broker_is_503_with_retry_after_and_202_again_once_it_is_back(own: Parts, signer: Signer) -> None:
    place = make_topics(own.broker.bootstrap)
    place.publish(signer.message)
    # Its own limit is long here, so that the wait for Kafka itself is what is seen.
    with running_collector(place, DIRECTORY_STALENESS_SECONDS="30", SETTLE_SECONDS="40") as collector:
        collector.wait_for(signer.message.session)
        first, second = signer.response(), signer.response()
        assert collector.send(first).status == 202
        own.broker.pause()
        try:
            begun = time.monotonic()
            answer = collector.send(second)
            assert (answer.status, answer.json["title"]) in ((503, "broker"), (503, "late"))
            assert int(answer.headers["Retry-After"]) > 0
            assert time.monotonic() - begun < 4.0, "the answer comes within the delivery timeout"
            assert collector.get("/readyz").status == 200, "Kafka away afterwards leaves it ready"
        finally:
            own.broker.resume()
        until(lambda: collector.send(second).status == 202, 20)
        receipts = [record.value for record in place.records(signer.message.school)]
        assert len({value for value in receipts}) == 2


def test_a_producer_that_is_thrown_away_leaves_no_thread_behind(own: Parts) -> None:
    place = make_topics(own.broker.bootstrap)
    producer = AckedProducer(own.broker.bootstrap, 120.0)
    record = Outgoing(topic=place.prefix + topics.RESPONSES, partition=0, key=None, value=b"{}", timestamp_ms=1)
    outcomes: list[Unavailable | None] = []

    def senders() -> int:
        return sum(thread.name.startswith("kafka-python-producer") for thread in threading.enumerate())

    def unfinished() -> bool:
        try:
            producer._client.flush(timeout=0)
        except KafkaError:
            return True
        return False

    before = senders()
    assert producer.send([record]) == [None]
    own.broker.pause()
    try:
        sending = threading.Thread(target=lambda: outcomes.extend(producer.send([record])))
        sending.start()
        until(unfinished)
        producer.close()
        until(lambda: senders() == before)  # long before the record's own time has run out
        sending.join()
        assert [type(one) for one in outcomes] == [Unavailable]
    finally:
        own.broker.resume()


def test_a_directory_out_of_date_is_503_and_says_degraded(own: Parts, signer: Signer) -> None:
    place = make_topics(own.broker.bootstrap)
    place.publish(signer.message)
    with running_collector(place) as collector:
        collector.wait_for(signer.message.session)
        own.broker.pause()
        try:
            until(lambda: "kafka" in collector.get("/readyz").json["degraded"])
            assert collector.get("/readyz").status == 200
            answer = collector.send(signer.response())
            assert (answer.status, answer.json["title"]) == (503, "directory")
            until(lambda: collector.send({**signer.response(), "session": "ZZZZZZZZ"}).status == 503)
        finally:
            own.broker.resume()
        until(lambda: collector.send(signer.response()).status == 202, 20)


def test_a_collector_stopped_between_check_and_send_never_says_yes_late(own: Parts, signer: Signer) -> None:
    place = make_topics(own.broker.bootstrap)
    place.publish(signer.message)
    with running_collector(place, DIRECTORY_STALENESS_SECONDS="30", SETTLE_SECONDS="40") as collector:
        collector.wait_for(signer.message.session)
        own.broker.pause()
        answers: list[int] = []
        asking = threading.Thread(target=lambda: answers.append(collector.send(signer.response()).status))
        try:
            asking.start()
            until(lambda: collector.counters().get("collector_waiting_responses", 0) >= 1)
            workers = _children(collector.process.pid)
            for worker in workers:
                _signal(worker, signal.SIGSTOP)
            time.sleep(4.0)  # longer than the delivery timeout, which is what is tried here
        finally:
            own.broker.resume()
            for worker in workers:
                _signal(worker, signal.SIGCONT)
        asking.join(30)
        assert answers == [503]


def _children(parent: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _signal(process: int, number: int) -> None:
    os.kill(process, number)


def test_one_record_that_the_broker_refuses_does_not_refuse_the_next(broker: KafkaPart, signer: Signer) -> None:
    small = make_topics(broker.bootstrap, {"max.message.bytes": "1250"})
    small.publish(signer.message)
    with running_collector(small) as collector:
        collector.wait_for(signer.message.session)
        barriers = ["money", "devices", "internet", "rooms", "support", "time", "teacher-skills", "materials"]
        hindered = ["student-devices", "student-internet", "teacher-devices", "teacher-skills", "student-skills"]
        big = signer.response(background={"barriers": barriers, "blended_hindered": hindered})
        good = signer.response(answers={})
        assert collector.send(good).status == 202
        refused = collector.send(big)
        assert (refused.status, refused.json["title"]) == (503, "broker")
        assert collector.send(signer.response(answers={})).status == 202
        assert len(small.records(signer.message.school)) == 2


def test_more_than_may_wait_are_turned_away_with_retry_after(own: Parts, signer: Signer) -> None:
    place = make_topics(own.broker.bootstrap)
    place.publish(signer.message)
    with running_collector(
        place, DIRECTORY_STALENESS_SECONDS="30", SETTLE_SECONDS="40", SUBMISSIONS_AT_MOST="2"
    ) as collector:
        collector.wait_for(signer.message.session)
        own.broker.pause()
        try:
            with ThreadPoolExecutor(6) as pool:
                answers = list(pool.map(collector.send, [signer.response() for _ in range(6)]))
        finally:
            own.broker.resume()
        assert {answer.status for answer in answers} == {503}
        reasons = [answer.json["title"] for answer in answers]
        assert reasons.count("busy") >= 1
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)
