"""What provisioning has to be told, from environment variables."""

from collections.abc import Iterator
from dataclasses import dataclass

from chassis import kafka
from chassis.kafka import KafkaSettings
from chassis.settings import Secret, setting


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings(KafkaSettings):
    """Where Kafka and MongoDB are, how many copies of a record are kept, and the passwords of the services. The Kafka
    user here is an administrator's; without passwords for the services no Kafka users are made."""

    replication: int = setting("copies of every record: 3 in production, 1 on a single machine", 3, minimum=1)
    mongo_admin_uri: Secret = setting("MongoDB address with an administrator's user and password in it")
    identity_db_password: Secret = setting("password of the database user of identity")
    aggregator_db_password: Secret = setting("password of the database user of the aggregator")
    reporter_db_password: Secret = setting("password of the database user of the reporter")
    identity_kafka_password: Secret | None = setting("password of the Kafka user of identity", None)
    collector_kafka_password: Secret | None = setting("password of the Kafka user of the collector", None)
    aggregator_kafka_password: Secret | None = setting("password of the Kafka user of the aggregator", None)
    name_prefix: str = setting("put before the names of topics, databases, roles and users, to keep stacks apart", "")
    wait_seconds: float = setting("how long to wait for Kafka and MongoDB to answer", 60.0, minimum=0)


def contradictions(settings: Settings) -> Iterator[str]:
    """A sentence for each setting that does not go with another."""
    yield from kafka.contradictions(settings)
    given = {
        "IDENTITY_KAFKA_PASSWORD": settings.identity_kafka_password,
        "COLLECTOR_KAFKA_PASSWORD": settings.collector_kafka_password,
        "AGGREGATOR_KAFKA_PASSWORD": settings.aggregator_kafka_password,
    }
    missing = [name for name, password in given.items() if password is None]
    if missing and (len(missing) < len(given) or settings.kafka_security.startswith("sasl_")):
        yield f"{', '.join(missing)} missing: each service signs in to Kafka as a user of its own"
