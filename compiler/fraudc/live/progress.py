"""A job's group, topics and checkpoint folder in, how far it is out: what waits, its last checkpoint, the newest alerts by rule."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec
from confluent_kafka import Consumer, KafkaException, TopicPartition

from fraudc.live.connection import PATIENCE, Connection
from fraudc.live.failure import ServerFailure

NEWEST = 10_000
"""Alerts that are counted by rule, over all partitions."""


class _Alert(msgspec.Struct):
    rule: str
    mode: str


@dataclass(frozen=True, slots=True)
class Lag:
    """A partition of transactions: how many messages the job has not committed yet, None where it has committed nothing so far."""

    partition: int
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The newest complete one: its folder, and when it was complete (epoch ms)."""

    folder: str
    at: int


@dataclass(frozen=True, slots=True)
class Progress:
    """`alerts` are the newest of the topic by rule, at most NEWEST. `lags` and `alerts` are None where their topic is not there.
    `checkpoint` is None where there is none, or where its folder cannot be seen from here, which `unseen` says.
    """

    lags: tuple[Lag, ...] | None
    alerts: dict[str, int] | None
    checkpoint: Checkpoint | None
    unseen: bool


def progress_of(connection: Connection, group: str, folder: str) -> Progress:
    """`folder` is the address of the job's checkpoints. ServerFailure if the cluster cannot be reached."""
    path = _local(folder)
    return Progress(
        lags=_lags(connection, group),
        alerts=_alerts(connection),
        checkpoint=None if path is None else _newest(path),
        unseen=path is None,
    )


def _partitions(connection: Connection, topic: str) -> list[TopicPartition]:
    """None where there is no such topic."""
    try:
        return [TopicPartition(topic, number) for number in connection.partitions(topic)]
    except ServerFailure:
        return []


def _lags(connection: Connection, group: str) -> tuple[Lag, ...] | None:
    topic = connection.topics.transactions
    if not (partitions := _partitions(connection, topic)):
        return None
    consumer = connection.consumer(group)
    try:
        committed = {each.partition: each.offset for each in consumer.committed(partitions, timeout=PATIENCE)}
        ends = {each.partition: _end(consumer, each) for each in partitions}
    except KafkaException as error:
        raise ServerFailure(f"{topic} on {connection.servers} does not say how far {group} is: {error.args[0].str()}") from error
    finally:
        consumer.close()
    return tuple(Lag(number, None if committed[number] < 0 else max(0, end - committed[number])) for number, end in ends.items())


def _end(consumer: Consumer, partition: TopicPartition) -> int:
    bounds = consumer.get_watermark_offsets(partition, timeout=PATIENCE)
    if bounds is None:
        raise ServerFailure(f"{partition.topic} does not say where it ends")
    return bounds[1]


def _alerts(connection: Connection) -> dict[str, int] | None:
    topic = connection.topics.alerts
    if not (partitions := _partitions(connection, topic)):
        return None
    consumer = connection.consumer()
    try:
        found = Counter(alert.rule for alert in _newest_alerts(consumer, partitions))
    except KafkaException as error:
        raise ServerFailure(f"{topic} on {connection.servers} cannot be read: {error.args[0].str()}") from error
    finally:
        consumer.close()
    return dict(found.most_common())


def _newest_alerts(consumer: Consumer, partitions: list[TopicPartition]) -> Iterator[_Alert]:
    each = max(1, NEWEST // len(partitions))
    begins = []
    for partition in partitions:
        low, high = consumer.get_watermark_offsets(partition, timeout=PATIENCE) or (0, 0)
        begins.append(TopicPartition(partition.topic, partition.partition, max(low, high - each)))
    consumer.assign(begins)
    ended: set[int | None] = set()
    decoder = msgspec.json.Decoder(_Alert)
    while len(ended) < len(partitions):
        message = consumer.poll(PATIENCE)
        if message is None:
            return
        if message.error() is not None:
            ended.add(message.partition())
            continue
        try:
            yield decoder.decode(message.value() or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue


def _local(folder: str) -> Path | None:
    parts = urlsplit(folder)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _newest(folder: Path) -> Checkpoint | None:
    complete = [path for pattern in ("*/chk-*/_metadata", "stopped/*/_metadata") for path in folder.glob(pattern)]
    if not complete:
        return None
    newest = max(complete, key=lambda path: path.stat().st_mtime_ns)
    return Checkpoint(str(newest.parent), newest.stat().st_mtime_ns // 1_000_000)
