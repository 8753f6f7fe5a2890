"""Items as they come in, items in the order (event_time, id, partition, offset) up to a watermark out.

Entry `pending/PART`: msgpack of at most PART items.
"""

from bisect import bisect_left

from fraudc_runtime.record import EVENT_TIME, Item
from fraudc_runtime.state import VERSION, Store, pack, unpack, versioned

_PART = 512


class Pending:
    """What waits for the watermark, sorted. New items are sorted in at once, which costs little as they come nearly in order."""

    def __init__(self, store: Store, parts: int) -> None:
        self._store = store
        self._parts = parts
        stored = (unpack(versioned(store.get(f"pending/{part}") or b"")) for part in range(parts))
        self._items: list[Item] = [tuple(item) for part in stored for item in part]

    def __len__(self) -> int:
        return len(self._items)

    def accept(self, items: list[Item], watermark: int) -> list[Item]:
        """Takes items in, but for those at or behind the watermark, which it returns."""
        self._items += items
        self._items.sort()
        return self.take(watermark)

    def take(self, watermark: int) -> list[Item]:
        """Removes and returns the items up to the watermark."""
        end = bisect_left(self._items, (watermark + 1,))
        taken = self._items[:end]
        del self._items[:end]
        return taken

    def fits(self, wide: int) -> bool:
        """Whether all that waits has this many values."""
        return all(len(item) == wide for item in self._items)

    def flush(self) -> int:
        """Writes all that waits; in how many parts."""
        parts = -(-len(self._items) // _PART)
        for part in range(parts):
            self._store.put(f"pending/{part}", VERSION + pack(self._items[part * _PART : (part + 1) * _PART]))
        for part in range(parts, self._parts):
            self._store.remove(f"pending/{part}")
        self._parts = parts
        return parts

    def last(self) -> int | None:
        """The latest event time that waits."""
        return int(self._items[-1][EVENT_TIME]) if self._items else None
