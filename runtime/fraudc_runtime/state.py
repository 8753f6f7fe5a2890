"""A key's decoded slots in, map entries of bytes out, and back: self-versioned, by the identity of what a slot means, in segments.

Entry `k/ENTITY/KEY`: VERSION, 8 bytes that name a layout, msgpack of the slots, each log with its newest entries only.
Entry `l/DIGEST`: the layout: [[identity, storage], ...] and the logs, written once by each shard that uses it.
Entry `s/NUMBER/LOG/ENTITY/KEY`: VERSION, SEGMENT entries of a log by column; written once, never changed, removed when all are past.
"""

from hashlib import blake2b
from itertools import islice
from typing import Any, Protocol

import msgspec

from fraudc_runtime.lower.entity import EntityProgram, State
from fraudc_runtime.lower.layout import PROFILE, SEEN, TOUCHED, Log, log_end

VERSION = b"\x01"
SEGMENT = 512
_WIDE = 1  # extension: an int outside 64 bits, big endian, signed
_64_BITS = 63


class Store(Protocol):
    """A map of byte strings; all of a shard's state is entries of one."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, value: bytes) -> None: ...

    def remove(self, key: str) -> None: ...


def _read_wide(code: int, data: memoryview) -> int:
    if code != _WIDE:
        raise ValueError(f"state holds an extension {code}, which this release does not know")
    return int.from_bytes(data, "big", signed=True)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ext_hook=_read_wide)


def _widened(value: Any) -> Any:
    """The value with ints outside 64 bits as extensions, however deep."""
    if isinstance(value, int) and value.bit_length() > _64_BITS:
        return msgspec.msgpack.Ext(_WIDE, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))
    if isinstance(value, list | tuple):
        return [_widened(each) for each in value]
    if isinstance(value, dict):
        return {key: _widened(each) for key, each in value.items()}
    return value


def pack(value: Any) -> bytes:
    """msgpack in which ints may have any size."""
    try:
        return _ENCODER.encode(value)
    except OverflowError:
        return _ENCODER.encode(_widened(value))


def unpack(data: bytes | memoryview) -> Any:
    """What `pack` was given, tuples as lists."""
    return _DECODER.decode(data)


def versioned(data: bytes) -> memoryview:
    """The content behind the version byte; ValueError when another release wrote it."""
    if data[:1] != VERSION:
        raise ValueError(f"state of version {data[0] if data else 'none'}; this release reads version {VERSION[0]}")
    return memoryview(data)[1:]


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class KeyCodec:
    """Reads and writes the keys of one entity in a shard's store."""

    def __init__(self, program: EntityProgram, store: Store) -> None:
        self._program = program
        self._store = store
        layout = program.layout
        self._layout = layout.digest()
        self._derived = [at for at, slot in enumerate(layout.slots) if slot.storage == "derived"]
        self._exact = [at for at, slot in enumerate(layout.slots) if slot.storage == "exact"]
        self._logs = [(log, _digest(log.identity), {_digest(name): at for name, at in log.columns.items()}) for log in layout.logs.values()]
        self._lengths = [(log.stored, next(iter(log.columns.values()), SEEN)) for log in layout.logs.values()]
        self._described = False

    def _entry(self, key: str) -> str:
        return f"k/{self._program.spec.name}/{key}"

    def _segment(self, number: int, log: str, key: str) -> str:
        return f"s/{number}/{log}/{self._program.spec.name}/{key}"

    def load(self, key: str) -> State | None:
        """The key's slots as they were written, derived ones made again; None for a key without state."""
        data = self._store.get(self._entry(key))
        if data is None:
            return None
        content = versioned(data)
        state: State = unpack(content[8:])
        new: set[int] = set()
        if content[:8] != self._layout:
            state, new = self._moved(key, state, bytes(content[:8]))
        state[TOUCHED], state[PROFILE] = 0, None
        if self._derived:
            blank = self._program.fresh()
            for position in self._derived:
                state[position] = blank[position]
        for log, name, columns in self._logs:
            if state[log.stored] > state[log.base]:
                self._join_segments(state, log, name, columns, key)
        if new:
            self._program.adopt(state, new)
        self._program.restore(state)
        return state

    def _join_segments(self, state: State, log: Log, name: str, columns: dict[str, int], key: str) -> None:
        first = state[log.base] // SEGMENT
        parts = [
            unpack(versioned(self._store.get(self._segment(number, name, key)) or b""))
            for number in range(first, state[log.stored] // SEGMENT)
        ]
        skip = state[log.base] - parts[0][0]
        if log.identity == "seen":
            ids, times = ([entry for part in parts for entry in part[1][column]][skip:] for column in ("id", "time"))
            state[SEEN] = dict(zip(ids, times, strict=True)) | state[SEEN]
            return
        for column, position in columns.items():
            older = [entry for part in parts for entry in _column(part[1], column)]
            state[position] = older[skip:] + state[position]

    def save(self, key: str, state: State) -> None:
        """Writes the key's entry, and segments that have become full since."""
        self._describe()
        head = state.copy()
        head[TOUCHED] = head[PROFILE] = None
        for position in self._derived:
            head[position] = None
        for at, (stored, column) in enumerate(self._lengths):
            if state[stored] or len(state[column]) > SEGMENT:
                self._split_log(key, state, head, *self._logs[at])
        for position in self._exact:
            if head[position].bit_length() > _64_BITS:
                head[position] = _widened(head[position])
        self._store.put(self._entry(key), VERSION + self._layout + pack(head))
        state[TOUCHED] = 0

    def _split_log(self, key: str, state: State, head: State, log: Log, name: str, columns: dict[str, int]) -> None:
        """Leaves in the head what does not stand in segments."""
        self._write_segments(key, state, log, name, columns)
        head[log.stored], head[log.removed] = state[log.stored], state[log.removed]
        tail = log_end(state, log) - max(state[log.base], state[log.stored])
        if log.identity == "seen":
            head[SEEN] = dict(_newest(state[SEEN], tail))
        for position in columns.values():
            column = state[position]
            head[position] = column[len(column) - tail :]

    def _write_segments(self, key: str, state: State, log: Log, name: str, columns: dict[str, int]) -> None:
        """The newest entry always stays outside, since a pane's partial still changes."""
        base, stored, end = state[log.base], state[log.stored], log_end(state, log)
        past = min(base, stored) // SEGMENT
        for number in range(state[log.removed] // SEGMENT, past):
            self._store.remove(self._segment(number, name, key))
        start = max(base, stored)
        state[log.removed] = past * SEGMENT if past * SEGMENT < stored else start // SEGMENT * SEGMENT
        if (start // SEGMENT + 1) * SEGMENT >= end:
            return
        origin, entries = _entries(state, log, columns, end - start)
        while (until := (start // SEGMENT + 1) * SEGMENT) < end:
            content = {column: values[start - origin : until - origin] for column, values in entries.items()}
            self._store.put(self._segment(start // SEGMENT, name, key), VERSION + pack([start, content]))
            start = state[log.stored] = until

    def drop(self, key: str, state: State) -> None:
        """Removes all that is stored of the key."""
        self._store.remove(self._entry(key))
        for log, name, _ in self._logs:
            for number in range(state[log.removed] // SEGMENT, state[log.stored] // SEGMENT):
                self._store.remove(self._segment(number, name, key))

    def _describe(self) -> None:
        """Stores what the layout's slots mean, once, so that a later rule set finds them."""
        if self._described:
            return
        self._described = True
        entry = f"l/{self._layout.hex()}"
        if self._store.get(entry) is None:
            layout = self._program.layout
            slots = [[slot.identity, slot.storage] for slot in layout.slots]
            logs = [[log.identity, log.base, log.stored, log.removed, log.columns] for log in layout.logs.values()]
            self._store.put(entry, VERSION + pack([slots, logs]))

    def _moved(self, key: str, old: State, digest: bytes) -> tuple[State, set[int]]:
        """Slots of another rule set's layout, arranged for this one's, with the positions of those that are new."""
        data = self._store.get(f"l/{digest.hex()}")
        if data is None:
            raise ValueError(f"state of an unknown layout {digest.hex()}")
        slots, logs = unpack(versioned(data))
        known = {identity: old[at] for at, (identity, storage) in enumerate(slots) if storage != "derived"}
        state, new = self._program.fresh(), set()
        for at, slot in enumerate(self._program.layout.slots):
            if slot.identity in known:
                state[at] = known[slot.identity]
            elif slot.storage != "derived":
                new.add(at)
        for log, _, _ in self._logs:
            length = max((len(state[at]) for at in log.columns.values()), default=0)
            for at in log.columns.values():
                state[at] = [None] * (length - len(state[at])) + state[at]
        for identity, _, stored, removed, _ in logs:
            if identity not in self._program.layout.logs:
                for number in range(old[removed] // SEGMENT, old[stored] // SEGMENT):
                    self._store.remove(self._segment(number, _digest(identity), key))
        return state, new


def _column(segment: dict[str, list[Any]], column: str) -> list[Any]:
    """A segment's values of a column; what was written while no window read the column has none."""
    return segment[column] if column in segment else [None] * len(next(iter(segment.values())))


def _entries(state: State, log: Log, columns: dict[str, int], count: int) -> tuple[int, dict[str, list[Any]]]:
    """Lists that hold at least the newest `count` entries, and the log's position of their first."""
    if log.identity != "seen":
        return state[log.base], {name: state[at] for name, at in columns.items()}
    newest = _newest(state[SEEN], count)
    return log_end(state, log) - count, {"id": [id for id, _ in newest], "time": [time for _, time in newest]}


def _newest(seen: dict[str, int], count: int) -> list[tuple[str, int]]:
    if count == len(seen):
        return list(seen.items())
    newest = list(islice(reversed(seen.items()), count))
    newest.reverse()
    return newest
