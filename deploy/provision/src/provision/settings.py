"""What provisioning has to be told, from environment variables."""

from dataclasses import dataclass

from chassis.settings import Secret, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Where Kafka and MongoDB are, how many copies of a record are kept, and the passwords of the services."""

    kafka_bootstrap: str = setting("brokers as host:port, comma separated")
    replication: int = setting("copies of every record: 3 in production, 1 on a single machine", 3, minimum=1)
    mongo_admin_uri: Secret = setting("MongoDB address with an administrator's user and password in it")
    identity_db_password: Secret = setting("password of the database user of identity")
    aggregator_db_password: Secret = setting("password of the database user of the aggregator")
    reporter_db_password: Secret = setting("password of the database user of the reporter")
    name_prefix: str = setting("put before the names of topics, databases, roles and users, to keep stacks apart", "")
    wait_seconds: float = setting("how long to wait for Kafka and MongoDB to answer", 60.0, minimum=0)
