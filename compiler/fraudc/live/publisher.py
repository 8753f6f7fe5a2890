"""Messages in, their acknowledgement by the cluster counted exactly; order is kept, and the first refusal ends it."""

import time
from collections.abc import Callable
from typing import Final, Literal

from confluent_kafka import KafkaError, KafkaException, Message

from fraudc.live.connection import Connection
from fraudc.live.failure import ServerFailure

_SERVED_EVERY: Final = 500  # messages, so that acknowledgements are read while more is sent
_TURN: Final = 0.1  # seconds that one wait takes at most, so that a stop is seen
_TICK: Final = 0.001
_FLUSHED_FOR: Final = 10.0  # seconds after a stop

Outcome = Literal["sent", "too large", "stopped"]


def never() -> bool:
    """Nobody stops it."""
    return False


class Publisher:
    """`sent` counts messages given to the client, `acknowledged` those that all replicas in sync have. `stopped` says when to give up."""

    def __init__(self, connection: Connection, stopped: Callable[[], bool] = never) -> None:
        self.sent = 0
        self.acknowledged = 0
        self.stopped = stopped
        self._servers = connection.servers
        self._producer = connection.producer()
        self._refused: KafkaError | None = None

    def send(self, topic: str, key: bytes | None, value: bytes | None) -> Outcome:
        """Gives a message to the client, which may have to wait for room. ServerFailure once the cluster has refused one."""
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._delivered)
            except BufferError:
                if self.stopped():
                    return "stopped"
                self._producer.poll(_TURN)
                self._check()
                continue
            except KafkaException as error:
                if error.args[0].code() == KafkaError.MSG_SIZE_TOO_LARGE:
                    return "too large"
                raise ServerFailure(f"Kafka at {self._servers}: {error.args[0].str()}") from error
            self.sent += 1
            if self.sent % _SERVED_EVERY == 0:
                self._producer.poll(0)
                self._check()
            return "sent"

    def wait(self, until: float) -> None:
        """Sends in the background until an instant of the monotonic clock, or until it is stopped."""
        while (left := until - time.monotonic()) > 0 and not self.stopped():
            self._producer.poll(min(max(left, _TICK), _TURN))
            self._check()

    def finish(self) -> None:
        """Waits until everything sent is acknowledged, some seconds more once it is stopped; ServerFailure if any of it is refused."""
        end = None
        while self._producer.flush(_TURN):
            self._check()
            if end is None and self.stopped():
                end = time.monotonic() + _FLUSHED_FOR
            if end is not None and time.monotonic() > end:
                break
        self._check()

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is None:
            self.acknowledged += 1
        elif self._refused is None:
            self._refused = error

    def _check(self) -> None:
        if self._refused is not None:
            raise ServerFailure(f"Kafka at {self._servers} took {self.acknowledged:,} messages, then: {self._refused.str()}")
