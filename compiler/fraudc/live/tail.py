"""A topic in, its committed messages out: to the end as it is now, or on and on."""

import time
from collections.abc import Iterator
from typing import Literal

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from fraudc.live.connection import PATIENCE, Connection
from fraudc.live.failure import ServerFailure

Start = Literal["beginning", "end"]
_TURN = 0.1
_BATCH = 500
_LOST = (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC, KafkaError._UNKNOWN_PARTITION, KafkaError.TOPIC_AUTHORIZATION_FAILED)
_ELECTING = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)  # of a topic that was made just now


class Tail:
    """Messages of a topic from a start that is fixed when this is made: whatever is committed later is seen.

    ServerFailure if the cluster cannot be reached or has no such topic. Partitions added later are not read.
    """

    def __init__(self, connection: Connection, topic: str, start: Start) -> None:
        self._topic = topic
        self._servers = connection.servers
        self.partitions = connection.partitions(topic)
        self._consumer = connection.consumer()
        self._ended: set[int] = set()
        try:
            bounds = {number: _bounds(self._consumer, TopicPartition(topic, number)) for number in self.partitions}
            self._last = {number: high - 1 for number, (_, high) in bounds.items()}
            self._ended |= {number for number, (low, high) in bounds.items() if low == high}
            begins = {number: low if start == "beginning" else high for number, (low, high) in bounds.items()}
            self._consumer.assign([TopicPartition(topic, number, begin) for number, begin in begins.items()])
        except KafkaException as error:
            raise ServerFailure(f"{topic} on {self._servers} cannot be read: {error.args[0].str()}") from error

    def __enter__(self) -> "Tail":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def messages(self) -> Iterator[list[Message]]:
        """Without end: what is there, after a tenth of a second nothing. A cluster that goes away is waited for."""
        while True:
            yield self._next()

    def history(self) -> Iterator[Message]:
        """What was committed when this was made, each partition in its order, and perhaps what came since.

        ServerFailure if the cluster stops answering.
        """
        heard = time.monotonic()
        while len(self._ended) < len(self.partitions):
            seen = len(self._ended)
            found = self._next()
            yield from found
            if found or len(self._ended) > seen:
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise ServerFailure(f"Kafka at {self._servers} has stopped answering")

    def _next(self) -> list[Message]:
        found = []
        for message in self._arrived():
            error = message.error()
            partition = message.partition()
            if error is None:
                found.append(message)
                if partition is not None and (message.offset() or 0) >= self._last[partition]:
                    self._ended.add(partition)
            elif error.code() == KafkaError._PARTITION_EOF and partition is not None:
                self._ended.add(partition)
            elif error.code() in _LOST:
                raise ServerFailure(f"{self._topic} on {self._servers} cannot be read: {error.str()}")
        return found

    def _arrived(self) -> list[Message]:
        """Waits for the first only: the client would wait for all that it may give at once."""
        first = self._consumer.poll(_TURN)
        return [] if first is None else [first, *self._consumer.consume(_BATCH, 0)]


def _bounds(consumer: Consumer, partition: TopicPartition) -> tuple[int, int]:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            bounds = consumer.get_watermark_offsets(partition, timeout=PATIENCE)
            break
        except KafkaException as error:
            if error.args[0].code() not in _ELECTING or time.monotonic() > end:
                raise
            time.sleep(_TURN)
    if bounds is None:
        raise ServerFailure(f"{partition.topic} does not say where it ends")
    return bounds
