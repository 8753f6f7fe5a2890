"""A source's frame in, its payloads with where each comes from out; one by one again for those that are dead letters."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

import msgspec

from fraudc_runtime.frames import read_keys, read_source_frame, read_topic_frame


class Payloads(msgspec.Struct, frozen=True, dict=True):
    """A frame's payloads, joined by newlines. `partition` is None where the source has only one; offsets rise.

    `received` are the records' own timestamps (ms, -1: none), or None for a file, whose lines have none. `keys` are those of profile rows
    in a topic.
    """

    source: int
    partition: int | None
    offsets: Sequence[int]
    received: Sequence[int] | None
    lengths: tuple[int, ...]
    joined: bytes
    keys: tuple[bytes | None, ...] | None = None

    def at(self, offset: int) -> bytes:
        """The payload of a source's offset."""
        index = self._index(offset)
        end = self._ends[index] + index  # a newline stands between two
        return self.joined[end - self.lengths[index] : end]

    def received_at(self, offset: int) -> int | None:
        """The record's own timestamp, if it has one."""
        found = -1 if self.received is None else self.received[self._index(offset)]
        return None if found < 0 else found

    @cached_property
    def earliest(self) -> int:
        """The smallest timestamp of a record; what has none counts as -1."""
        return min(self.received or (-1,))

    def _index(self, offset: int) -> int:
        return bisect_left(self.offsets, offset)

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(self.lengths))


def file_payloads(frame: bytes) -> Payloads:
    """The lines of a source frame."""
    source, offset, lengths, joined = read_source_frame(frame)
    return Payloads(source, None, range(offset, offset + len(lengths)), None, lengths, joined)


def topic_payloads(frame: bytes) -> Payloads:
    """The records of a topic frame."""
    return Payloads(*read_topic_frame(frame))


def row_payloads(frame: bytes) -> Payloads:
    """The profile rows of a topic frame."""
    source, partition, offsets, received, lengths, rest = read_topic_frame(frame)
    joined, keys = read_keys(lengths, rest)
    return Payloads(source, partition, offsets, received, lengths, joined, keys)
