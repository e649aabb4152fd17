"""Kafka's own users and what each may do, brought to a list: what is not on it is taken away."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)

from chassis.errors import Fatal
from chassis.kafka.admin import asking
from chassis.kafka.connection import Place
from chassis.settings import Secret

SCRAM = "SCRAM-SHA-512"
ROUNDS = 8192


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """`user` may do `operation` (read, write, delete, describe_configs, ...) from the address `host` on the topic or
    group of that name, or whose name begins so where it ends in `*`; with `denied` he may
    not, whatever else allows it."""

    user: str
    kind: str
    name: str
    operation: str
    host: str = "*"
    denied: bool = False


def set_passwords(place: Place, passwords: Mapping[str, Secret]) -> None:
    """Makes SCRAM users or changes their passwords; connections that are signed in stay so. Fatal if refused."""
    wanted = [
        UserScramCredentialUpsertion(user, SCRAM, password.reveal(), iterations=ROUNDS)
        for user, password in passwords.items()
    ]
    with asking(place) as admin:
        answers = admin.alter_user_scram_credentials(wanted)
    if failed := {user: why for user, why in answers.items() if why}:
        raise Fatal("Kafka did not take users: " + "; ".join(f"{user}: {why}" for user, why in failed.items()))


def grants(place: Place, users: Collection[str]) -> set[Grant]:
    """What the users may do now."""
    with asking(place) as admin:
        return {found for user in users for found in _of(admin, user)}


def bring_to(place: Place, users: Collection[str], wanted: Iterable[Grant]) -> tuple[int, int]:
    """Grants what is missing and takes back what is not wanted; (how many granted, how many taken back)."""
    listed = set(wanted)
    with asking(place) as admin:
        held = {found for user in users for found in _of(admin, user)}
        missing, too_much = sorted(listed - held, key=repr), sorted(held - listed, key=repr)
        if too_much:
            admin.delete_acls([_acl(grant) for grant in too_much])
        if missing and (failed := admin.create_acls([_acl(grant) for grant in missing])["failed"]):
            raise Fatal(f"Kafka did not take rights: {', '.join(sorted(error.__name__ for error in failed))}")
    return len(missing), len(too_much)


def _of(admin: Any, user: str) -> Iterable[Grant]:
    everything = ACLFilter(
        f"User:{user}",
        None,
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    for acl in admin.describe_acls(everything)[0]:
        pattern = acl.resource_pattern
        exact = "" if pattern.pattern_type is ACLResourcePatternType.LITERAL else "*"
        yield Grant(
            user=user,
            kind=pattern.resource_type.name.lower(),
            name=pattern.resource_name + exact,
            operation=acl.operation.name.lower(),
            host=acl.host,
            denied=acl.permission_type is ACLPermissionType.DENY,
        )


def _acl(grant: Grant) -> ACL:
    prefixed = grant.name.endswith("*") and grant.name != "*"
    return ACL(
        f"User:{grant.user}",
        grant.host,
        ACLOperation[grant.operation.upper()],
        ACLPermissionType.DENY if grant.denied else ACLPermissionType.ALLOW,
        ResourcePattern(
            ResourceType[grant.kind.upper()],
            grant.name.removesuffix("*") if prefixed else grant.name,
            ACLResourcePatternType.PREFIXED if prefixed else ACLResourcePatternType.LITERAL,
        ),
    )
