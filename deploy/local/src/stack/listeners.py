"""The doors of the embedded Kafka: one for tests or onlookers, one where users sign in, and the controller's own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from chassis.kafka import Brokers, Grant, Place, bring_to
from chassis.settings import Secret
from stack.ports import LOOPBACK

ADMIN, BROKER, ANONYMOUS = "admin", "broker", "ANONYMOUS"
PLAIN_MODULE = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listeners:
    """Ports on loopback. At `open` nobody is asked who he is, and everybody may do everything, or with `onlookers` what
    ANONYMOUS is granted; at `secured` users sign in and may do what they were granted. Clients are sent on to
    `advertised` instead of the latter's own port, or the former's where there is no other."""

    controller: int
    open: int | None = None
    secured: int | None = None
    advertised: int | None = None
    onlookers: bool = False

    def taken(self, name: str) -> dict[str, int]:
        """Every port by what it is called in a sentence."""
        ports = {"port": self.open, "signed-in port": self.secured, "controller port": self.controller}
        return {f"{name}'s {kind}": port for kind, port in ports.items() if port is not None}

    def administrator(self, password: Secret) -> Brokers:
        """As whom everything is allowed: at the open door anybody, otherwise the administrator."""
        if self.open is not None and not self.onlookers:
            return Brokers(addresses=f"{LOOPBACK}:{self.open}")
        return Brokers(
            addresses=f"{LOOPBACK}:{self.secured}",
            security="sasl_plaintext",
            mechanism="PLAIN",
            user=ADMIN,
            password=password,
        )

    def settings(self, passwords: Mapping[str, Secret]) -> dict[str, str]:
        """The broker's settings for its doors; they hold the passwords of ADMIN and BROKER where there is one to sign
        in at."""
        own = {"PLAINTEXT": self.open, "SECURED": self.secured, "CONTROLLER": self.controller}
        outer = "PLAINTEXT" if self.secured is None else "SECURED"
        sent = {name: port for name, port in own.items() if port is not None and name != "CONTROLLER"}
        sent[outer] = self.advertised or sent[outer]
        found = {
            "listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in own.items() if port is not None),
            "advertised.listeners": ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in sent.items()),
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller}",
            "inter.broker.listener.name": outer,
        }
        return found if self.secured is None else {**found, **self._guarded(passwords)}

    def _guarded(self, passwords: Mapping[str, Secret]) -> dict[str, str]:
        among = f'username="{BROKER}" password="{passwords[BROKER].reveal()}"'
        known = " ".join(f'user_{user}="{password.reveal()}"' for user, password in passwords.items())
        guard = f"{PLAIN_MODULE} required {among} {known};"
        all_may = self.open is not None and not self.onlookers
        above = [BROKER, ADMIN, ANONYMOUS] if all_may else [BROKER, ADMIN]
        return {
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SECURED:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.secured.plain.sasl.jaas.config": guard,
            "listener.name.secured.scram-sha-512.sasl.jaas.config": f"{SCRAM_MODULE} required;",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": guard,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": ";".join(f"User:{user}" for user in above),
            "allow.everyone.if.no.acl.found": "false",
            # Delete on a topic is for forgetting its old records; nobody may make away with the whole of it. Tests do.
            "delete.topic.enable": "true" if all_may else "false",
        }


def let_look(place: Place, taken: Collection[str] = ()) -> None:
    """Lets onlookers read every topic, in groups of their own: in any but those that are `taken`; and nothing else."""
    operations = {"topic": ("read", "describe_configs"), "group": ("read",)}
    wanted = {
        Grant(user=ANONYMOUS, kind=kind, name="*", operation=operation)
        for kind, allowed in operations.items()
        for operation in allowed
    }
    kept = {Grant(user=ANONYMOUS, kind="group", name=group, operation="read", denied=True) for group in taken}
    bring_to(place, [ANONYMOUS], wanted | kept)
