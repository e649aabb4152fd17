"""A whole school behind one address sends at once: nobody is refused for good, all are counted once."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from contracts.codec import decode
from contracts.messages import ResponseSubmitted
from support.ballots import Signer, a_session
from support.collecting import LIMIT, Collector, Topics, make_topics, running_collector
from support.parts import KafkaPart

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def place(broker: KafkaPart) -> Topics:
    return make_topics(broker.bootstrap)


@pytest.fixture(scope="module")
def collector(place: Topics) -> Iterator[Collector]:
    with running_collector(place) as running:
        yield running


def until_counted(collector: Collector, body: bytes, statuses: "Counter[int]") -> None:
    """What the page does: keep the response, honour Retry-After, try again with jitter until 202."""
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=LIMIT)
        connection.request("POST", "/v1/responses", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        statuses[answer.status] += 1
        if answer.status == 202:
            return
        time.sleep(int(answer.headers["Retry-After"]) * (1 + random.random() / 2))


@pytest.mark.parametrize("clients", [30, 300, 1000])
def test_everybody_ends_with_202_and_is_in_the_log(collector: Collector, place: Topics, clients: int) -> None:
    signer: Signer = a_session(groups=("student",))
    place.publish(signer.message)
    collector.wait_for(signer.message.session)
    bodies = [json.dumps(signer.response("student", padding="0" * 6000)).encode() for _ in range(clients)]
    statuses: Counter[int] = Counter()
    threads = [threading.Thread(target=until_counted, args=(collector, body, statuses)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * LIMIT)
    assert statuses[202] == clients
    assert set(statuses) <= {202, 503}
    assert clients > 30 or statuses[503] == 0, "a class is never turned away"
    messages = [decode(record.value) for record in place.records(signer.message.school)]
    assert len({message.response_id for message in messages if isinstance(message, ResponseSubmitted)}) == clients
