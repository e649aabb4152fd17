"""The doors of the embedded Kafka: who is asked, who may do everything, and where clients are sent."""

from chassis.settings import Secret
from stack.listeners import ADMIN, BROKER, Listeners

PASSWORDS = {ADMIN: Secret("admins"), BROKER: Secret("brokers")}


def test_a_broker_of_one_open_door_asks_nobody() -> None:
    settings = Listeners(open=1, controller=2).settings(PASSWORDS)
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
    assert "authorizer.class.name" not in settings
    assert not any("admins" in value for value in settings.values())


def test_beside_a_door_where_users_sign_in_tests_may_still_do_everything() -> None:
    listeners = Listeners(open=1, secured=3, controller=2)
    settings = listeners.settings(PASSWORDS)
    assert settings["super.users"] == "User:broker;User:admin;User:ANONYMOUS"
    assert settings["allow.everyone.if.no.acl.found"] == "false"
    assert settings["inter.broker.listener.name"] == "SECURED"
    assert listeners.administrator(PASSWORDS[ADMIN]).user is None


def test_onlookers_are_nobody_special_and_no_topic_can_be_deleted() -> None:
    listeners = Listeners(open=1, secured=3, controller=2, onlookers=True)
    settings = listeners.settings(PASSWORDS)
    assert settings["super.users"] == "User:broker;User:admin"
    assert settings["delete.topic.enable"] == "false"
    administrator = listeners.administrator(PASSWORDS[ADMIN])
    assert (administrator.addresses, administrator.user) == ("127.0.0.1:3", "admin")


def test_the_controllers_door_asks_too() -> None:
    settings = Listeners(secured=3, controller=2).settings(PASSWORDS)
    assert "CONTROLLER:SASL_PLAINTEXT" in settings["listener.security.protocol.map"]
    assert 'user_broker="brokers"' in settings["listener.name.controller.plain.sasl.jaas.config"]


def test_clients_are_sent_to_a_door_in_front_of_where_they_sign_in() -> None:
    settings = Listeners(open=1, secured=3, controller=2, advertised=9).settings(PASSWORDS)
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:1,SECURED://127.0.0.1:9"
    alone = Listeners(open=1, controller=2, advertised=9).settings(PASSWORDS)
    assert alone["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9"


def test_every_port_has_a_name_for_a_sentence() -> None:
    taken = Listeners(open=1, secured=3, controller=2).taken("kafka")
    assert taken == {"kafka's port": 1, "kafka's signed-in port": 3, "kafka's controller port": 2}
