"""A file of transactions in, messages in a topic out: keyed by an entity, evenly or at the pace at which they happened."""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fraudc.live.publisher import Publisher
from fraudc_runtime.formats.json import JsonReader
from fraudc_runtime.plan import EntitySpec, FieldSpec, Schema
from fraudc_runtime.routing import key_text
from fraudc_runtime.schema import BadInput, Row

Pace = Callable[[int, int | None], float]
"""When a message is due, in seconds from the first: its number from 0 and its event time in, None where it has none."""


class Transaction(NamedTuple):
    """`key` and `time` are None where the payload has none that can be read."""

    key: bytes | None
    time: int | None
    payload: bytes


class Labels:
    """Reads keys and event times as the job will; `entity` None gives no keys."""

    def __init__(self, schema: Schema, entity: EntitySpec | None) -> None:
        fields = {field.name: field for field in schema.fields}
        self._entity = entity
        self._keys = _reader([fields[name] for name in entity.key]) if entity else None
        self._times = _reader([fields[schema.event_time]])

    def label(self, payloads: list[bytes]) -> Iterator[Transaction]:
        """The payloads with their labels."""
        lengths, joined = tuple(map(len, payloads)), b"\n".join(payloads)
        times = self._times.read(0, lengths, joined)
        keys: list[Row] = self._keys.read(0, lengths, joined) if self._keys else [()] * len(payloads)
        for payload, key, at in zip(payloads, keys, times, strict=True):
            yield Transaction(self._key(key), None if isinstance(at, BadInput) else at[0], payload)

    def _key(self, row: Row) -> bytes | None:
        if self._entity is None or isinstance(row, BadInput):
            return None
        text = key_text(self._entity, list(row))
        return None if text is None else text.encode()


def _reader(fields: list[FieldSpec]) -> JsonReader:
    """All fields may be missing: whether that is bad input is for the job to say."""
    optional = [FieldSpec(field.name, field.type, True, field.path, field.aliases, field.default) for field in fields]
    return JsonReader(tuple(optional), None)


def at_once(_number: int, _at: int | None) -> float:
    """As fast as the cluster takes them."""
    return 0.0


def evenly(rate: float) -> Pace:
    """So many a second."""
    return lambda number, _at: number / rate


def recorded(speed: float) -> Pace:
    """With the gaps between event times divided by `speed`; what happened before the one in front of it follows that at once."""
    first: int | None = None
    latest = 0.0

    def due(_number: int, at: int | None) -> float:
        nonlocal first, latest
        if at is not None:
            first = at if first is None else first
            latest = max(latest, (at - first) / 1000 / speed)
        return latest

    return due


def replay(transactions: Iterator[Transaction], publisher: Publisher, topic: str, pace: Pace = at_once) -> list[int]:
    """Sends them in order until there are no more or it is stopped, and returns the numbers (from 1) of those that are too large.

    What was sent is acknowledged only when the publisher has finished.
    """
    too_large = []
    begun = time.monotonic()
    for number, transaction in enumerate(transactions):
        publisher.wait(begun + pace(number, transaction.time))
        if publisher.stopped():
            break
        if publisher.send(topic, transaction.key, transaction.payload) == "too large":
            too_large.append(number + 1)
    return too_large
