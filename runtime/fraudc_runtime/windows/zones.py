"""Local days: an IANA zone and an instant in ms in, the offset or the local day out, exact through every clock change."""

from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_FIRST, _LAST = -62_135_510_400_000, 253_402_127_999_000  # a day and more inside the years 1 to 9999, where datetime ends
_SPAN = 1 << 33  # ms of one table of offsets, about 99 days
_PROBE = 3 * 3_600_000  # no zone changes twice within three hours


class Zone:
    """A zone's offsets, tabulated on first use; `offset` and `day` take ms since the epoch."""

    def __init__(self, name: str) -> None:
        self._zone = ZoneInfo(name)
        self._tables: dict[int, tuple[list[int], list[int]]] = {}

    def offset(self, at: int) -> int:
        """Local minus UTC, in ms."""
        span = at // _SPAN
        table = self._tables.get(span)
        if table is None:
            table = self._tables[span] = self._tabulate(span)
        return table[1][bisect_right(table[0], at) - 1]

    def day(self, at: int) -> int:
        """Days from 1970-01-01 to the local date."""
        return (at + self.offset(at)) // DAY

    def recurs(self, at: int) -> bool:
        """Whether a clock that goes back over midnight makes a local date near this instant come twice."""
        changes = [c for span in range((at - DAY) // _SPAN, (at + DAY) // _SPAN + 1) for c in self._changes(span)]
        return any(at - DAY <= c <= at + DAY and self.day(c) < self.day(c - 1) for c in changes)

    def _changes(self, span: int) -> list[int]:
        self.offset(span * _SPAN)
        starts = self._tables[span][0]
        return [start for start in starts if self.offset(start) != self.offset(start - 1)]

    def _tabulate(self, span: int) -> tuple[list[int], list[int]]:
        """(starts in ms, offsets from there), the first start at the span's own."""
        at = span * _SPAN
        starts, offsets = [at], [self._exact(at)]
        while at < (span + 1) * _SPAN:
            after = min(at + _PROBE, (span + 1) * _SPAN)
            if self._exact(after) != offsets[-1]:
                starts.append(self._change(at, after))
                offsets.append(self._exact(after))
            at = after
        return starts, offsets

    def _change(self, before: int, after: int) -> int:
        old = self._exact(before)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if self._exact(middle) == old else (before, middle)
        return after

    def _exact(self, at: int) -> int:
        moment = _EPOCH + timedelta(milliseconds=min(max(at, _FIRST), _LAST))
        offset = moment.astimezone(self._zone).utcoffset()
        return 0 if offset is None else offset // timedelta(milliseconds=1)
