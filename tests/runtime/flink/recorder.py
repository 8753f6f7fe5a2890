"""A machine that decides nothing: it writes down what the operators around it send, in the records that they send on.

Every line of a source becomes a dead letter [source, offset, text]. A line may also be a command:

    at TIME           the watermark becomes TIME
    to SHARD TEXT     sub-frame TEXT for that shard; the shard answers each frame with an alert {"flags", "watermark", "texts"}
    late TEXT         a late record
    stateless TEXT    an alert that no shard has seen
    fail TEXT         an exception in intake
and TEXT for a shard may be `due TIME` (it wants a timer, which it answers with an alert {"timer"}, unless a frame reaches that time
first), `put K V` or `get K` (its state), `remember K V` (state it writes when it is asked to flush), or `fail`.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from fraudc_runtime import frames
from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.flink.machine import Store
from fraudc_runtime.frames import ALERT, DEAD, LATE, MAX_WATERMARK, MIN_WATERMARK, STATUS, SUBFRAME, tagged_frame

Record = tuple[int, str | None, bytes]


def text(value: Any) -> bytes:
    return msgspec.json.encode(value)


@dataclass(frozen=True)
class Recorder:
    def intake(self) -> "RecordingIntake":
        return RecordingIntake()

    def shards(self) -> "RecordingShards":
        return RecordingShards()


@dataclass
class RecordingIntake:
    watermark: int = MIN_WATERMARK
    counts: Counts = field(default_factory=Counts)

    def frame(self, frame: bytes) -> bytes:
        source, offset, lengths, joined = frames.read_source_frame(frame)
        if source == frames.END_OF_INPUT:
            return tagged_frame(MAX_WATERMARK, [(STATUS, None, text(self.counts))])
        records: list[Record] = []
        start = 0
        for number, length in enumerate(lengths):
            line = joined[start : start + length].decode("latin-1")
            start += length + 1
            self.counts.read += 1
            records.append((DEAD, None, text([source, offset + number, line])))
            records += self._command(line)
        return tagged_frame(self.watermark, records)

    def _command(self, line: str) -> list[Record]:
        verb, _, rest = line.partition(" ")
        if verb == "at":
            self.watermark = int(rest)
        elif verb == "to":
            shard, _, content = rest.partition(" ")
            return [(SUBFRAME, shard, content.encode())]
        elif verb == "late":
            return [(LATE, "key", rest.encode())]
        elif verb == "stateless":
            return [(ALERT, "key", rest.encode())]
        elif verb == "fail":
            raise ValueError(rest)
        return []


class RecordingShards:
    def shard(self, store: Store, counts: Counts) -> "RecordingShard":
        return RecordingShard(store, counts)


@dataclass
class RecordingShard:
    store: Store
    counts: Counts
    wanted: int | None = None
    written: dict[str, str] = field(default_factory=dict)

    def frame(self, frame: bytes) -> bytes:
        watermark, flags, subframes = frames.read_shard_frame(frame)
        if self.wanted is not None and self.wanted <= watermark:
            self.wanted = None
        texts = [self._content(subframe.decode()) for subframe in subframes]
        self.counts.entities.setdefault("customer", EntityCounts()).evaluated += len(texts)
        return tagged_frame(watermark, [(ALERT, None, text({"flags": flags, "watermark": watermark, "texts": texts}))])

    def _content(self, content: str) -> str:
        verb, *rest = content.split(" ")
        if verb == "due":
            self.wanted = int(rest[0])
        elif verb == "put":
            self.store.put(rest[0], rest[1].encode())
        elif verb == "get":
            return f"{content} = {self.store.get(rest[0])!r}"
        elif verb == "remember":
            self.written[rest[0]] = rest[1]
        elif verb == "fail":
            raise ValueError("a shard failed")
        return content

    def due(self) -> int | None:
        return self.wanted

    def on_time(self, watermark: int) -> bytes:
        self.wanted = None
        return tagged_frame(watermark, [(ALERT, None, text({"timer": watermark}))])

    def flush(self) -> None:
        for key, value in self.written.items():
            self.store.put(key, value.encode())
        self.written.clear()

    def pending_until(self) -> int | None:
        return self.wanted
