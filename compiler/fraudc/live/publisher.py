"""Messages in, their acknowledgement by the cluster counted exactly; order is kept, and the first refusal ends it."""

import time
from collections.abc import Callable
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message

from fraudc.live.connection import Connection
from fraudc.live.failure import ServerFailure

_SERVED_EVERY: Final = 500  # messages, so that acknowledgements are read while more is sent
_TURN: Final = 0.1  # seconds that one wait takes at most, so that a stop is seen
_TICK: Final = 0.001


def never() -> bool:
    """Nobody stops it."""
    return False


class Publisher:
    """`sent` counts messages given to the client, `acknowledged` those that all replicas in sync have."""

    def __init__(self, connection: Connection) -> None:
        self.sent = 0
        self.acknowledged = 0
        self._servers = connection.servers
        self._producer = connection.producer()
        self._refused: KafkaError | None = None

    def send(self, topic: str, key: bytes | None, value: bytes | None) -> bool:
        """False for a message that is too large for the cluster. ServerFailure once the cluster has refused another."""
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(_TURN)
                self._check()
                continue
            except KafkaException as error:
                if error.args[0].code() == KafkaError.MSG_SIZE_TOO_LARGE:
                    return False
                raise ServerFailure(f"Kafka at {self._servers}: {error.args[0].str()}") from error
            self.sent += 1
            if self.sent % _SERVED_EVERY == 0:
                self._producer.poll(0)
                self._check()
            return True

    def wait(self, until: float, stopped: Callable[[], bool] = never) -> None:
        """Sends in the background until an instant of the monotonic clock, or until it is stopped."""
        while (left := until - time.monotonic()) > 0 and not stopped():
            self._producer.poll(min(max(left, _TICK), _TURN))
            self._check()

    def finish(self, patience: float | None = None) -> None:
        """Waits until everything sent is acknowledged, at most `patience` seconds; ServerFailure if the cluster refuses any of it."""
        end = None if patience is None else time.monotonic() + patience
        while self._producer.flush(_TURN) and (end is None or time.monotonic() < end):
            self._check()
        self._check()

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.acknowledged += 1
        elif self._refused is None:
            self._refused = error

    def _check(self) -> None:
        if self._refused is not None:
            raise ServerFailure(f"Kafka at {self._servers} took {self.acknowledged:,} messages, then: {self._refused.str()}")
