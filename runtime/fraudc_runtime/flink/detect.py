"""The Flink operator `detect`: shard frames in, tagged frames out; a shard's state is one keyed map of bytes."""

from collections.abc import Iterator
from typing import Any

import msgspec
from pyflink.common import Types
from pyflink.datastream import KeyedBroadcastProcessFunction, KeyedProcessFunction, RuntimeContext
from pyflink.datastream.state import MapStateDescriptor

from fraudc_runtime.counts import Counts
from fraudc_runtime.flink.collector import relax
from fraudc_runtime.flink.machine import LiveMachine, LiveShard, LiveShards, Machine, ShardPart, Shards, Store
from fraudc_runtime.flink.published import PublishedRules, sent, subtask
from fraudc_runtime.flink.topics import Rules
from fraudc_runtime.frames import END, MARKER, MAX_WATERMARK, MIN_WATERMARK, STATUS, tagged_frame
from fraudc_runtime.oversize import fitted

_FLAGS = 8  # where a shard frame's flags stand
_EMPTY = 8  # a tagged frame of this length has no records


class _Shards:
    """A task's shards by their keys, and the timers that they ask for."""

    def __init__(self, state: Store, shards: Shards) -> None:
        self._state = state
        self._shards = shards
        self._counts = Counts()
        self._open: dict[str, ShardPart] = {}
        self._ended: set[str] = set()
        self._timers: dict[str, int] = {}
        self._reached: dict[str, int] = {}

    def frame(self, value: bytes, ctx: Any) -> Iterator[bytes]:
        """A shard frame in, tagged frames out, under the shard's key."""
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

    def on_timer(self, timestamp: int, ctx: Any) -> Iterator[bytes]:
        """Event time has come to what a shard asked for, under its key."""
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
        """The shard before it is used."""
        found = self._open.get(name)
        if found is None:
            found = self._open[name] = self._shards.shard(self._state, self._counts)
        return found

    def _timer(self, name: str, at: int | None, ctx: Any) -> None:
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


class _LiveShards(_Shards):
    """Each takes rules over under its own key, before anything else reaches it: until then nothing has changed in it."""

    def __init__(self, state: Store, shards: LiveShards, rules: PublishedRules) -> None:
        super().__init__(state, shards)
        self._live = shards
        self._rules = rules
        self._standing: dict[str, tuple[int, LiveShard]] = {}

    def _shard(self, name: str) -> ShardPart:
        swaps, found = self._standing.get(name) or (0, self._live.shard(self._state, self._counts))
        if swaps < self._rules.swaps:
            found.stand(self._rules.standing, self._rules.programs)
            self._standing[name] = self._rules.swaps, found
            self._open[name] = found
        return found


class DetectFunction(KeyedProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """A shell over the machine's shards, keyed by shard.

    `bounded`: the job starts without state, so until something was written there is nothing to read.
    """

    _shards: _Shards

    def __init__(self, machine: Machine, bounded: bool) -> None:
        self._machine = machine
        self._bounded = bounded

    def open(self, runtime_context: RuntimeContext) -> None:
        relax()
        state = runtime_context.get_map_state(_descriptor())
        self._shards = _Shards(FreshStore(state) if self._bounded else state, self._machine.shards())

    def process_element(self, value: bytes, ctx: KeyedProcessFunction.Context) -> Iterator[bytes]:
        yield from self._shards.frame(value, ctx)

    def on_timer(self, timestamp: int, ctx: KeyedProcessFunction.OnTimerContext) -> Iterator[bytes]:
        yield from self._shards.on_timer(timestamp, ctx)


class PublishedDetectFunction(KeyedBroadcastProcessFunction):  # type: ignore[misc]  # pyflink ships no types
    """The same by the rules that reach it. No record of the outputs has more than `most` bytes."""

    _rules: PublishedRules
    _shards: _Shards

    def __init__(self, machine: LiveMachine, rules: Rules, most: int) -> None:
        self._machine = machine
        self._begins = rules
        self._most = most

    def open(self, runtime_context: RuntimeContext) -> None:
        relax()
        self._rules = PublishedRules(self._begins, "detect", *subtask(runtime_context))
        self._shards = _LiveShards(runtime_context.get_map_state(_descriptor()), self._machine.shards(), self._rules)

    def process_element(self, value: bytes, ctx: KeyedBroadcastProcessFunction.ReadOnlyContext) -> Iterator[bytes]:
        yield from sent(self._rules.begin(ctx))
        yield from self._fitted(self._shards.frame(value, ctx))
        yield from sent(self._rules.reach(int.from_bytes(value[:_FLAGS], "big", signed=True)))

    def process_broadcast_element(self, value: bytes, ctx: KeyedBroadcastProcessFunction.Context) -> Iterator[bytes]:
        yield from sent(self._rules.receive(value, ctx))

    def on_timer(self, timestamp: int, ctx: KeyedBroadcastProcessFunction.OnTimerContext) -> Iterator[bytes]:
        yield from sent(self._rules.begin(ctx))
        yield from self._fitted(self._shards.on_timer(timestamp, ctx))
        yield from sent(self._rules.reach(timestamp))

    def _fitted(self, frames: Iterator[bytes]) -> Iterator[bytes]:
        return (fitted(frame, self._most) for frame in frames)


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
