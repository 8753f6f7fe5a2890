"""Entity keys and the event times at which they want to be looked at in, those that are due out; kept as map entries by time.

Entry `a/NAME`: msgpack {time: number of parts}. Entry `a/NAME/TIME/PART`: msgpack [[entity, key], ...], at most PART of them.
"""

from collections.abc import Iterator

from fraudc_runtime.state import VERSION, Store, pack, unpack, versioned

_PART = 512


class Agenda:
    """Times are rounded by whoever enters them, so that few of them hold many keys."""

    def __init__(self, name: str, store: Store) -> None:
        self._name = name
        self._store = store
        data = store.get(f"a/{name}")
        self._parts: dict[int, int] = unpack(versioned(data)) if data is not None else {}
        self._new: dict[int, list[tuple[int, str]]] = {}
        self._changed = False

    def enter(self, time: int, entity: int, key: str) -> None:
        """The key is to be given out when the watermark reaches the time."""
        self._new.setdefault(time, []).append((entity, key))

    def next(self) -> int | None:
        """The earliest time that is entered."""
        return min((*self._parts, *self._new), default=None)

    def due(self, watermark: int) -> Iterator[tuple[int, int, str]]:
        """Takes out and gives (time, entity, key) up to the watermark, in order of time."""
        for time in sorted(time for time in {*self._parts, *self._new} if time <= watermark):
            keys = self._new.pop(time, [])
            for part in range(self._parts.pop(time, 0)):
                self._changed = True
                entry = f"a/{self._name}/{time}/{part}"
                keys += [(entity, key) for entity, key in unpack(versioned(self._store.get(entry) or b""))]
                self._store.remove(entry)
            yield from ((time, entity, key) for entity, key in keys)

    def flush(self) -> None:
        """Writes what was entered or taken out since the last time."""
        if not self._new and not self._changed:
            return
        for time, keys in self._new.items():
            for start in range(0, len(keys), _PART):
                part = self._parts.get(time, 0)
                self._store.put(f"a/{self._name}/{time}/{part}", VERSION + pack(keys[start : start + _PART]))
                self._parts[time] = part + 1
        self._new, self._changed = {}, False
        self._store.put(f"a/{self._name}", VERSION + pack(self._parts))
