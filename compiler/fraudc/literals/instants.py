"""RFC 3339 times with an offset: text in, epoch milliseconds out."""

import re
from datetime import datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,20})?([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_END = 253_402_300_800_000  # the year 10000


def instant(text: str) -> int | None:
    """Epoch ms, digits behind the millisecond cut off; None if the text is no such time or outside the years 1970 to 9999."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{clock}+00:00")
    except ValueError:
        return None
    ms = (local - _EPOCH) // timedelta(milliseconds=1) + int(((fraction or ".")[1:4]).ljust(3, "0"))
    if offset not in ("Z", "z"):
        minutes = int(offset[1:3]) * 60 + int(offset[4:])
        ms -= (minutes if offset[0] == "+" else -minutes) * 60_000
    return ms if 0 <= ms < _END else None
