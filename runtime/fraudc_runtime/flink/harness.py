"""Drives one Python operator without a cluster: elements, watermarks and timers in, main and side outputs and snapshots of state out."""

import heapq
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyflink.datastream import OutputTag, TimeDomain
from pyflink.datastream.state import StateDescriptor

from fraudc_runtime.frames import MIN_WATERMARK


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a checkpoint of the operator holds: state as bytes, and timers as (time, key)."""

    state: dict[tuple[str, Any], bytes]
    timers: tuple[tuple[int, Any], ...]


@dataclass
class Harness:
    """One task of an operator. Each function the factory makes is opened at once; `snapshot` continues where another harness was.

    `main` and `sides` (by the tag's id) gather what the function yields, in order. For a keyed function every element has a key.
    """

    make: Callable[[], Any]  # a ProcessFunction or KeyedProcessFunction
    snapshot_of: Snapshot | None = None
    main: list[Any] = field(default_factory=list)
    sides: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    current_watermark: int = MIN_WATERMARK

    def __post_init__(self) -> None:
        start = self.snapshot_of or Snapshot({}, ())
        self._state = dict(start.state)
        self._timers = list(start.timers)
        heapq.heapify(self._timers)
        self._key: Any = None
        self._timestamp: int | None = None
        self._function = self.make()
        self._function.open(_RuntimeContext(self))

    def element(self, value: Any, *, key: Any = None, timestamp: int | None = None) -> "Harness":
        """Processes one element."""
        self._key, self._timestamp = key, timestamp
        self._collect(self._function.process_element(value, _Context(self)))
        return self

    def watermark(self, time: int) -> "Harness":
        """Moves event time; timers that come due fire in the order of time, those that they register in turn included."""
        self.current_watermark = max(time, self.current_watermark)
        while self._timers and self._timers[0][0] <= self.current_watermark:
            self._timestamp, self._key = heapq.heappop(self._timers)
            self._collect(self._function.on_timer(self._timestamp, _Context(self)))
        return self

    def snapshot(self) -> Snapshot:
        """What a restored task would start with; what the function keeps in attributes is not in it."""
        return Snapshot(dict(self._state), tuple(sorted(self._timers)))

    def restored(self) -> "Harness":
        """A new task from a snapshot taken now, with nothing gathered yet."""
        return Harness(self.make, self.snapshot(), current_watermark=self.current_watermark)

    @property
    def timers(self) -> list[tuple[int, Any]]:
        """(time, key) of every registered timer, earliest first."""
        return sorted(self._timers)

    def _collect(self, yielded: Iterable[Any] | None) -> None:
        for value in yielded or ():
            if isinstance(value, tuple) and value and isinstance(value[0], OutputTag):
                self.sides[value[0].tag_id].append(value[1])
            else:
                self.main.append(value)

    def _read(self, name: str) -> Any:
        stored = self._state.get((name, self._key))
        return None if stored is None else pickle.loads(stored)

    def _write(self, name: str, value: Any) -> None:
        """State lives as bytes, as it does in RocksDB: changing a value that was read changes nothing."""
        if value is None:
            self._state.pop((name, self._key), None)
        else:
            self._state[name, self._key] = pickle.dumps(value)

    def _register(self, time: int) -> None:
        if (time, self._key) not in self._timers:
            heapq.heappush(self._timers, (time, self._key))

    def _delete(self, time: int) -> None:
        if (time, self._key) in self._timers:
            self._timers.remove((time, self._key))
            heapq.heapify(self._timers)


@dataclass(frozen=True, slots=True)
class _Context:
    """Context, OnTimerContext and TimerService in one."""

    harness: Harness

    def get_current_key(self) -> Any:
        return self.harness._key

    def timestamp(self) -> int | None:
        return self.harness._timestamp

    def time_domain(self) -> TimeDomain:
        return TimeDomain.EVENT_TIME

    def timer_service(self) -> "_Context":
        return self

    def current_watermark(self) -> int:
        return self.harness.current_watermark

    def register_event_time_timer(self, time: int) -> None:
        self.harness._register(time)

    def delete_event_time_timer(self, time: int) -> None:
        self.harness._delete(time)


@dataclass(frozen=True, slots=True)
class _RuntimeContext:
    harness: Harness

    def get_state(self, descriptor: StateDescriptor) -> "_ValueState":
        return _ValueState(self.harness, descriptor.name)

    def get_map_state(self, descriptor: StateDescriptor) -> "_MapState":
        return _MapState(self.harness, descriptor.name)

    def get_list_state(self, descriptor: StateDescriptor) -> "_ListState":
        return _ListState(self.harness, descriptor.name)


@dataclass(frozen=True, slots=True)
class _ValueState:
    harness: Harness
    name: str

    def value(self) -> Any:
        return self.harness._read(self.name)

    def update(self, value: Any) -> None:
        self.harness._write(self.name, value)

    def clear(self) -> None:
        self.harness._write(self.name, None)


@dataclass(frozen=True, slots=True)
class _ListState:
    harness: Harness
    name: str

    def get(self) -> Iterator[Any]:
        return iter(self.harness._read(self.name) or ())

    def add(self, value: Any) -> None:
        self.harness._write(self.name, [*self.get(), value])

    def update(self, values: list[Any]) -> None:
        self.harness._write(self.name, list(values) or None)

    def clear(self) -> None:
        self.harness._write(self.name, None)


@dataclass(frozen=True, slots=True)
class _MapState:
    harness: Harness
    name: str

    def _all(self) -> dict[Any, Any]:
        return self.harness._read(self.name) or {}

    def get(self, key: Any) -> Any:
        return self._all().get(key)

    def put(self, key: Any, value: Any) -> None:
        self.harness._write(self.name, {**self._all(), key: value})

    def remove(self, key: Any) -> None:
        left = self._all()
        left.pop(key, None)
        self.harness._write(self.name, left or None)

    def contains(self, key: Any) -> bool:
        return key in self._all()

    def items(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._all().items())

    def keys(self) -> Iterator[Any]:
        return iter(self._all())

    def is_empty(self) -> bool:
        return not self._all()

    def clear(self) -> None:
        self.harness._write(self.name, None)
