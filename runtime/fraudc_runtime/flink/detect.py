"""The Flink operator `detect`: shard frames in, tagged frames out; a shard's state is one keyed map of bytes."""

from collections.abc import Iterator

import msgspec
from pyflink.common import Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import MapStateDescriptor

from fraudc_runtime.counts import Counts
from fraudc_runtime.flink.collector import relax
from fraudc_runtime.flink.machine import Machine, ShardPart, Shards, Store
from fraudc_runtime.frames import END, MARKER, MAX_WATERMARK, MIN_WATERMARK, STATUS, tagged_frame

_FLAGS = 8  # where a shard frame's flags stand
_EMPTY = 8  # a tagged frame of this length has no records


class DetectFunction(KeyedProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """A shell over the machine's shards, keyed by shard.

    `bounded`: the job starts without state, so until something was written there is nothing to read.
    """

    _state: Store
    _shards: Shards

    def __init__(self, machine: Machine, bounded: bool) -> None:
        self._machine = machine
        self._bounded = bounded

    def open(self, runtime_context: RuntimeContext) -> None:
        relax()
        state = runtime_context.get_map_state(_descriptor())
        self._state = FreshStore(state) if self._bounded else state
        self._shards = self._machine.shards()
        self._counts = Counts()
        self._open: dict[str, ShardPart] = {}
        self._ended: set[str] = set()
        self._timers: dict[str, int] = {}
        self._reached: dict[str, int] = {}

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Iterator[bytes]:
        name = ctx.get_current_key()
        shard = self._shard(name)
        flags = value[_FLAGS]
        if flags & MARKER:
            shard.flush()
            self._timer(name, shard.pending_until(), ctx)  # in the snapshot
            return
        yield from _records(shard.frame(value))
        self._reached[name] = int.from_bytes(value[:_FLAGS], "big", signed=True)
        if flags & END:
            yield from self._end(name)
        else:
            self._timer(name, shard.due(), ctx)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[bytes]:
        name = ctx.get_current_key()
        if name in self._ended:
            return
        self._timers.pop(name, None)
        shard = self._shard(name)
        if timestamp > self._reached.get(name, MIN_WATERMARK):  # else a frame has brought it as far already
            self._reached[name] = timestamp
            yield from _records(shard.on_time(timestamp))
        self._timer(name, shard.due(), ctx)
        self._timer(name, shard.pending_until(), ctx)  # which may be the only one to wake this shard: after a restore `coalesce` does not

    def _shard(self, name: str) -> ShardPart:
        found = self._open.get(name)
        if found is None:
            found = self._open[name] = self._shards.shard(self._state, self._counts)
        return found

    def _timer(self, name: str, at: int | None, ctx: KeyedProcessFunction.Context) -> None:
        """One timer a shard, at the earliest time anything is due; what is due by where the shard is already, its frame has done."""
        if at is not None and self._reached.get(name, MIN_WATERMARK) < at < self._timers.get(name, MAX_WATERMARK):
            self._timers[name] = at
            ctx.timer_service().register_event_time_timer(at)

    def _end(self, name: str) -> Iterator[bytes]:
        """`coalesce` has sent every shard's transactions before the first end, so the last open shard is the task's last."""
        del self._open[name]
        self._ended.add(name)
        if not self._open:
            yield tagged_frame(MAX_WATERMARK, [(STATUS, None, msgspec.json.encode(self._counts))])


class FreshStore:
    """A store known to be empty until something is written: spares a look-up for each new key of a bounded run."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written = False

    def get(self, key: str) -> bytes | None:
        return self._store.get(key) if self._written else None

    def put(self, key: str, value: bytes) -> None:
        self._written = True
        self._store.put(key, value)

    def remove(self, key: str) -> None:
        if self._written:
            self._store.remove(key)


def _records(frame: bytes) -> Iterator[bytes]:
    if len(frame) > _EMPTY:
        yield frame


def _descriptor() -> MapStateDescriptor:
    """These types stay as they are for ever: savepoints hold them."""
    return MapStateDescriptor("entries", Types.STRING(), Types.PICKLED_BYTE_ARRAY())
