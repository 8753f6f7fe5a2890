"""Items as they come in, items in the order (event_time, id, partition, offset) up to a watermark out."""

from bisect import bisect_left

from fraudc_runtime.record import EVENT_TIME, Item


class Pending:
    """What waits for the watermark, sorted. New items are sorted in at once, which costs little as they come nearly in order."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    @property
    def items(self) -> list[Item]:
        return self._items

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

    def last(self) -> int | None:
        """The latest event time that waits."""
        return int(self._items[-1][EVENT_TIME]) if self._items else None
