"""On the running stack each service's Kafka user is refused whatever its work does not need."""

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import AuthorizationError, KafkaError, UnknownTopicOrPartitionError

pytestmark = pytest.mark.integration
ALLOWED = {
    "identity": {"campaigns-v1": {"write"}, "sessions-v1": {"write"}, "responses-v1": {"write"}},
    "collector": {"sessions-v1": {"read"}, "responses-v1": {"write"}},
    "aggregator": {
        "campaigns-v1": {"read"},
        "sessions-v1": {"read"},
        "responses-v1": {"read", "write", "delete"},
        "responses-v1-dlq": {"read", "write", "delete"},
        "editions-v1": {"read", "write"},
    },
}
"""The rule in words: what each user may do in which topic, and nothing else."""
TOPICS = ["campaigns-v1", "sessions-v1", "responses-v1", "responses-v1-dlq", "editions-v1"]


def options(stack: Any, user: str) -> dict[str, Any]:
    told = stack.site.environment(user)
    return {
        "bootstrap_servers": told["KAFKA_BOOTSTRAP"],
        "security_protocol": told["KAFKA_SECURITY"].upper(),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": told["KAFKA_USER"],
        "sasl_plain_password": told["KAFKA_PASSWORD"],
    }


@pytest.fixture(scope="module")
def ends(stack: Any) -> Iterator[Callable[[str], int]]:
    """How many records were ever written to a topic's first partition, as the administrator sees it."""
    with closing(KafkaConsumer(bootstrap_servers=stack.site.kafka, enable_auto_commit=False)) as consumer:

        def end(topic: str) -> int:
            place = TopicPartition(stack.site.prefix + topic, 0)
            return int(consumer.end_offsets([place])[place])

        yield end


@pytest.mark.parametrize("user", ALLOWED)
def test_a_service_may_read_write_and_forget_only_where_its_work_is(stack: Any, user: str) -> None:
    expected = {
        (topic, act): act in ALLOWED[user].get(topic, set()) for topic in TOPICS for act in ("read", "write", "delete")
    }
    found = {}
    prefix = stack.site.prefix
    with closing(KafkaAdminClient(**options(stack, user))) as admin:
        for topic in TOPICS:
            place = TopicPartition(prefix + topic, 0)
            found[topic, "read"] = _done(partial(_read, stack, user, place))
            found[topic, "delete"] = _done(partial(admin.delete_records, {place: 0}))
            found[topic, "write"] = _done(partial(_write_too_much, stack, user, prefix + topic))
    assert found == expected


@pytest.mark.parametrize("user", ALLOWED)
def test_a_service_may_change_neither_topics_nor_users_nor_rights_nor_settings(
    stack: Any, user: str, ends: Callable[[str], int]
) -> None:
    prefix = stack.site.prefix
    before = ends("responses-v1")
    rights = ACL(
        f"User:{prefix}{user}",
        "*",
        ACLOperation.ALL,
        ACLPermissionType.ALLOW,
        ResourcePattern(ResourceType.TOPIC, "*"),
    )
    with closing(KafkaAdminClient(**options(stack, user))) as admin:
        longer = ConfigResource(ConfigResourceType.TOPIC, f"{prefix}responses-v1", configs={"retention.ms": "1"})
        attempts: dict[str, Callable[[], Any]] = {
            "make a topic": lambda: admin.create_topics({f"{prefix}{user}": {"num_partitions": 1}}),
            "delete sessions": lambda: admin.delete_topics([f"{prefix}sessions-v1"]),
            "change retention": lambda: admin.alter_configs([longer], raise_on_unknown=False),
            "grant rights": lambda: _raise_first(admin.create_acls([rights])["failed"]),
            "change a password": lambda: _raise_unless_none(
                admin.alter_user_scram_credentials(
                    [UserScramCredentialUpsertion(f"{prefix}{user}", "SCRAM-SHA-512", "mine")]
                )
            ),
        }
        assert {name: _done(attempt) for name, attempt in attempts.items()} == dict.fromkeys(attempts, False)
    assert ends("responses-v1") == before


def test_only_the_aggregator_may_join_its_group(stack: Any) -> None:
    joined = {}
    for user in ALLOWED:
        group = f"{stack.site.prefix}aggregator"
        with closing(KafkaAdminClient(**options(stack, user))) as admin:
            joined[user] = _done(partial(admin.describe_groups, [group]))
    assert joined == {"identity": False, "collector": False, "aggregator": True}


def test_nobody_has_a_right_beyond_the_list_and_the_reporter_no_user(stack: Any) -> None:
    prefix = stack.site.prefix
    everything = ACLFilter(
        None,
        None,
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    with closing(KafkaAdminClient(bootstrap_servers=stack.site.kafka)) as admin:
        acls = [acl for acl in admin.describe_acls(everything)[0] if acl.principal.startswith(f"User:{prefix}")]
        users = {name for name in admin.describe_user_scram_credentials() if name.startswith(prefix)}
    assert {prefix + user for user in ALLOWED} == users
    found = {
        (acl.principal.removeprefix(f"User:{prefix}"), acl.resource_pattern.resource_name, acl.operation.name.lower())
        for acl in acls
    }
    listed = {
        (user, prefix + topic, act)
        for user, places in ALLOWED.items()
        for topic, acts in places.items()
        for act in {*acts, "describe_configs"}
    }
    assert found == listed | {("aggregator", f"{prefix}aggregator", "read")}
    assert {acl.permission_type for acl in acls} == {ACLPermissionType.ALLOW}
    assert {acl.resource_pattern.pattern_type for acl in acls} == {ACLResourcePatternType.LITERAL}


def test_nobody_signs_in_with_anothers_password(stack: Any) -> None:
    wrong = {**options(stack, "collector"), "sasl_plain_username": f"{stack.site.prefix}aggregator"}
    with pytest.raises(KafkaError):
        KafkaAdminClient(**wrong, bootstrap_timeout_ms=1_000).close()


def test_the_aggregators_own_user_cannot_restore_and_is_told_who_can(stack: Any, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    assert stack.run("aggregator", "backup", "--to", str(folder)).returncode == 0
    done = stack.run("aggregator", "restore", "--from", str(folder))
    assert done.returncode == 1
    assert "user write to sessions-v1, campaigns-v1; nothing was restored. A restore is run as" in done.stderr


def _read(stack: Any, user: str, place: TopicPartition) -> None:
    """Asks for the records of a partition from its beginning; whatever comes is thrown away."""
    with closing(KafkaConsumer(**options(stack, user), group_id=None, enable_auto_commit=False)) as consumer:
        if place.topic not in consumer.topics():
            raise UnknownTopicOrPartitionError(place.topic)
        consumer.assign([place])
        consumer.seek(place, 0)
        consumer.poll(timeout_ms=500)


def _write_too_much(stack: Any, user: str, topic: str) -> None:
    """Sends a record that the broker refuses for its size, after it has looked who sends it: nothing is written."""
    producer = KafkaProducer(
        **options(stack, user), acks="all", enable_idempotence=False, max_request_size=4 << 20, max_block_ms=5_000
    )
    try:
        producer.send(topic, value=b"x" * (2 << 20), partition=0).get(timeout=5)
    finally:
        producer.close(timeout=0)


def _done(attempt: Callable[[], Any]) -> bool:
    """Whether the broker let it pass; a refusal for another reason than rights is one that came after them."""
    try:
        _look_for_refusals(attempt())
    except AuthorizationError:
        return False
    except KafkaError as error:
        return False if "Authoriz" in repr(error) else not isinstance(error, UnknownTopicOrPartitionError)
    return True


def _look_for_refusals(answer: Any) -> None:
    if "AUTHORIZATION_FAILED" in repr(answer) or "AuthorizationFailed" in repr(answer):
        raise AuthorizationError(repr(answer))


def _raise_first(errors: list[Any]) -> None:
    for error in errors:
        raise error()


def _raise_unless_none(answers: dict[str, str | None]) -> None:
    for answer in answers.values():
        if answer is not None:
            raise AuthorizationError(answer)
