"""Where Kafka refuses a user, the adapters say what to do; a changed password retires the one before it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from chassis.errors import Unavailable
from chassis.kafka import (
    AckedProducer,
    Brokers,
    CompactedReader,
    Grant,
    Outgoing,
    PartitionedConsumer,
    TopicSpec,
    bring_to,
    check_topics,
    delete_records,
    ensure_topics,
    grants,
    not_writable,
    set_passwords,
    wait_for_broker,
)
from chassis.settings import Secret
from support.parts import KafkaPart
from support.running import forget_users

pytestmark = pytest.mark.integration
REFUSED = "Kafka refuses something to this process's user .*contracts/access.yaml; run `python -m provision`"
NOT_ACCEPTED = "does not accept this process's user and password: compare KAFKA_USER"


@pytest.fixture(scope="module")
def topic(broker: KafkaPart) -> str:
    name = f"t{secrets.token_hex(3)}-topic"
    ensure_topics(broker.bootstrap, [TopicSpec(name=name, partitions=1, config={"retention.ms": "-1"})], 1)
    return name


@pytest.fixture(scope="module")
def user(broker: KafkaPart, topic: str) -> Iterator[Brokers]:
    """A user who may do nothing but write."""
    name = topic.replace("topic", "user")
    password = Secret(secrets.token_hex(8))
    set_passwords(broker.bootstrap, {name: password})
    bring_to(broker.bootstrap, [name], {Grant(user=name, kind="topic", name=topic, operation="write")})
    place = Brokers(addresses=broker.secured or "", security="sasl_plaintext", user=name, password=password)
    assert wait_for_broker(place, 10)
    yield place
    bring_to(broker.bootstrap, [name], set())
    forget_users(broker.bootstrap, name)


def sent(place: Brokers, topic: str) -> Unavailable | None:
    producer = AckedProducer(place, 4.0)
    try:
        [outcome] = producer.send([Outgoing(topic=topic, partition=0, key=b"k", value=b"v", timestamp_ms=0)])
        return outcome
    finally:
        producer.close()


def consumed(place: Brokers, topic: str, group: str | None) -> None:
    consumer = PartitionedConsumer(
        place,
        topic,
        group=group,
        partitions=() if group else (0,),
        assigned=lambda numbers: dict.fromkeys(numbers, 0),
        revoked=lambda numbers: None,
    )
    try:
        for _ in range(20):
            consumer.poll(0.2, 10)
    finally:
        consumer.close()


def test_what_a_user_may_do_works(user: Brokers, topic: str) -> None:
    assert sent(user, topic) is None


ATTEMPTS: dict[str, Callable[[Brokers, str], object]] = {
    "read to the end": lambda place, topic: list(CompactedReader(place, topic).read_to_end(5)),
    "own a partition": lambda place, topic: consumed(place, topic, None),
    "join a group": lambda place, topic: consumed(place, topic, "somebody-elses"),
    "forget records": lambda place, topic: delete_records(place, topic, {0: 0}),
    "make topics": lambda place, topic: ensure_topics(
        place, [TopicSpec(name=f"{topic}-2", partitions=1, config={})], 1
    ),
    "look at rights": lambda place, topic: grants(place, ["anybody"]),
    "give rights": lambda place, topic: bring_to(place, ["anybody"], set()),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_right_that_is_lacking_is_named_with_what_to_do(user: Brokers, topic: str, attempt: str) -> None:
    with pytest.raises(Unavailable, match=REFUSED):
        ATTEMPTS[attempt](user, topic)


def test_what_start_up_may_not_look_at_is_named_with_what_to_do(user: Brokers, topic: str) -> None:
    config = {"retention.ms": "-1"}
    seen = check_topics(user, [TopicSpec(name=name, partitions=1, config=config) for name in (topic, f"{topic}-3")])
    assert seen == [
        f"{topic}-3 is missing, or hidden from this process's user: run `python -m provision`",
        f"{topic}: this process's user may not see its settings; run `python -m provision`",
    ]


def test_which_topics_a_user_may_not_write_to_is_known_before_anything_is_written(
    broker: KafkaPart, user: Brokers, topic: str
) -> None:
    unseen = f"{topic}-4"
    ensure_topics(broker.bootstrap, [TopicSpec(name=unseen, partitions=1, config={})], 1)
    assert not_writable(user, [topic, unseen]) == [unseen]
    assert not_writable(broker.bootstrap, [topic, unseen]) == []


def test_a_wrong_password_is_named_and_never_shown(user: Brokers, topic: str) -> None:
    wrong = replace(user, password=Secret("nobody's password"))
    outcome = sent(wrong, topic)
    assert outcome is not None
    assert NOT_ACCEPTED in outcome.detail
    assert "nobody's" not in str(outcome) + repr(wrong)


def test_a_changed_password_retires_the_old_one(broker: KafkaPart, user: Brokers, topic: str) -> None:
    new = replace(user, password=Secret("a new one"))
    set_passwords(broker.bootstrap, {str(user.user): Secret("a new one")})
    try:
        assert wait_for_broker(new, 10)
        assert sent(new, topic) is None
        with pytest.raises(Unavailable, match=NOT_ACCEPTED):
            wait_for_broker(user, 1)
    finally:
        set_passwords(broker.bootstrap, {str(user.user): user.password or Secret("")})
        assert wait_for_broker(user, 10)


def test_what_is_not_on_the_list_is_taken_back(broker: KafkaPart, user: Brokers, topic: str) -> None:
    name = str(user.user)
    listed = Grant(user=name, kind="topic", name=topic, operation="write")
    strays = {
        Grant(user=name, kind="topic", name="t*", operation="read"),
        Grant(user=name, kind="group", name="some", operation="read", host="127.0.0.1"),
    }
    bring_to(broker.bootstrap, [name], {listed, *strays})
    assert grants(broker.bootstrap, [name]) == {listed, *strays}
    assert bring_to(broker.bootstrap, [name], {listed}) == (0, 2)
    assert grants(broker.bootstrap, [name]) == {listed}
