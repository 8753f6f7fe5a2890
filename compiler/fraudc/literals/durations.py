"""Durations as rules write them (`1h30m`): text in, milliseconds out."""

import re

UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}

_WHOLE = re.compile("".join(rf"(?:(?P<{unit}>[0-9]+){unit}(?!s))?" for unit in UNITS))
LONGEST = 3_652_500 * UNITS["d"]  # 10,000 years: no such time added to a transaction's leaves 64 bits


def milliseconds(text: str) -> int | None:
    """The duration in ms; None if the text is none: whole numbers, units descending, each once, at most 10,000 years."""
    found = _WHOLE.fullmatch(text) if 0 < len(text) <= 100 else None
    if found is None:
        return None
    total = sum(int(number) * UNITS[unit] for unit, number in found.groupdict().items() if number)
    return total if total <= LONGEST else None
