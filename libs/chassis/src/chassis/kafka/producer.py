"""A producer that knows what was acknowledged."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from chassis.errors import Unavailable
from chassis.kafka.connection import Place, away, options
from chassis.kafka.records import Outgoing
from chassis.retry import delays


class AckedProducer:
    """An idempotent producer with acks=all whose every record is answered by its own acknowledgement.

    After any failed or expired record the client is thrown away and a new one is built before the next round, since
    kafka-python's idempotent producer stays broken after one failure. Not for several threads at once.
    """

    def __init__(self, place: Place, delivery_seconds: float = 8.0, pause: Callable[[float], None] = time.sleep):
        self._place = place
        self._delivery = delivery_seconds
        self._pause = pause
        self._client: Any = None
        self._waits = delays(0.1, 2.0)

    def send(self, records: Sequence[Outgoing]) -> list[Unavailable | None]:
        """Sends a round and waits; for each record None (acknowledged by all in-sync replicas) or why not.

        Returns within the delivery time plus a second. A record answered with Unavailable may still arrive.
        """
        deadline = time.monotonic() + self._delivery
        try:
            client = self._connected()
            futures = [
                client.send(r.topic, value=r.value, key=r.key, partition=r.partition, timestamp_ms=r.timestamp_ms)
                for r in records
            ]
        except KafkaError as error:
            self._discard()
            return [away(error, self._place) for _ in records]
        outcomes: list[Unavailable | None] = []
        for future in futures:
            try:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
                outcomes.append(None)
            except KafkaError as error:
                outcomes.append(away(error, self._place))
        if any(outcomes):
            self._discard()
        else:
            self._waits = delays(0.1, 2.0)
        return outcomes

    def send_all(self, records: Sequence[Outgoing]) -> None:
        """Sends a round; raises Unavailable unless every record was acknowledged."""
        for outcome in self.send(records):
            if outcome is not None:
                raise outcome

    def close(self) -> None:
        """Lets go of the client without waiting."""
        if self._client is not None:
            _close_aside(self._client)
            self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            milliseconds = int(self._delivery * 1000)
            self._client = KafkaProducer(
                **options(self._place),
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=milliseconds,
                request_timeout_ms=max(1000, milliseconds - 500),
                max_block_ms=milliseconds,
                bootstrap_timeout_ms=milliseconds,
                linger_ms=0,
                metrics_enabled=False,
                reconnect_backoff_max_ms=1000,
            )
        return self._client

    def _discard(self) -> None:
        self.close()
        self._pause(next(self._waits))


def _close_aside(client: Any) -> None:
    threading.Thread(target=_close, args=(client,), name="close-producer", daemon=True).start()


def _close(client: Any) -> None:
    """Ends the client and its thread. Where records are unfinished, kafka-python's own `close` gives up before it has
    ended anything: a thread and its connections would be left over by every failed round of an outage."""
    with suppress(KafkaError):
        client.close(timeout=0)
    if client._sender is not None and client._sender.is_alive():
        client._sender.force_close()
