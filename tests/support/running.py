"""A whole stack for tests: all services on free ports over the real broker and database, waiting times lowered."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
)
from kafka.errors import KafkaError
from pymongo import MongoClient

from support.parts import KafkaPart, MongoPart

if TYPE_CHECKING:
    from stack.services import Services

Changes = Mapping[str, Mapping[str, str]]
"""Settings by process (identity, relay, collector, aggregator, editor, reporter) that win over the usual ones."""


@contextmanager
def running_stack(
    folder: Path,
    broker: KafkaPart,
    database: MongoPart,
    changes: Changes | None = None,
    processes: Sequence[str] | None = None,
) -> Iterator["Services"]:
    """All services (or the named `processes`), ready, with topics and databases of their own; `.child(name)` can be
    killed and frozen, `.restart(name)` starts it again, `.run("aggregator", "ledger", "--json")` runs a command."""
    from chassis.settings import Secret
    from stack.children import Children
    from stack.services import COMMANDS, Services
    from stack.site import Keys, Ports, Site
    from stack.toolbox import locate

    assert broker.secured is not None, "a stack's services sign in: start the pair anew with `python -m stack parts`"
    site = Site(
        kafka=broker.bootstrap,
        secured=broker.secured,
        uri=database.uri,
        admin_uri=Secret(database.admin_uri),
        ports=Ports.free(),
        keys=Keys.random(),
        prefix=f"t{secrets.token_hex(3)}-",
        cache=str(folder / "cache"),
        changes=changes or {},
    )
    with ExitStack() as stack:
        stack.callback(_forget, site.prefix, broker, database)
        children = stack.enter_context(Children(locate().setpriv, folder / "logs"))
        services = Services(children, site, folder / "work")
        services.provision()
        stack.callback(services.stop)
        services.start(tuple(COMMANDS) if processes is None else processes)
        yield services


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, broker: KafkaPart, database: MongoPart) -> Iterator["Services"]:
    """One stack for all tests that leave it as they found it: campaigns and schools of their own, nothing killed."""
    with running_stack(tmp_path_factory.mktemp("stack"), broker, database) as services:
        yield services


@pytest.fixture
def own_stack(tmp_path: Path, broker: KafkaPart, database: MongoPart) -> Iterator[Callable[..., "Services"]]:
    """Starts a stack for this test alone, `own_stack(changes={"relay": {"KEY_POOL": "2"}})`; stopped at its end."""
    with ExitStack() as started:

        def start(changes: Changes | None = None) -> "Services":
            return started.enter_context(running_stack(tmp_path / secrets.token_hex(3), broker, database, changes))

        yield start


def _forget(prefix: str, broker: KafkaPart, database: MongoPart) -> None:
    """Leaves a shared broker and database as they were."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(database.admin_uri) as client:
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)
        for row in client.admin.command("usersInfo")["users"]:
            if row["user"].startswith(prefix):
                client.admin.command("dropUser", row["user"])
        for row in client.admin.command("rolesInfo")["roles"]:
            if row["role"].startswith(prefix):
                client.admin.command("dropRole", row["role"])
    with suppress(KafkaError):
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        try:
            admin.delete_topics([name for name in admin.list_topics() if name.startswith(prefix)])
        finally:
            admin.close()
        if broker.secured:
            forget_users(broker.bootstrap, prefix)


def forget_users(bootstrap: str, prefix: str) -> None:
    """Removes the Kafka users whose names begin so, and their rights."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        users = [user for user in admin.describe_user_scram_credentials() if user.startswith(prefix)]
        if users:
            admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, "SCRAM-SHA-512") for user in users])
            everywhere = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
            admin.delete_acls(
                [ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, everywhere) for user in users]
            )
    finally:
        admin.close()
