"""Durations as rules write them (`1h30m`): text in, milliseconds out."""

import re

UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}

_WHOLE = re.compile("".join(rf"(?:(?P<{unit}>[0-9]+){unit}(?!s))?" for unit in UNITS))
_LONGEST = 2**63 - 1


def milliseconds(text: str) -> int | None:
    """The duration in ms; None if the text is none: whole numbers, units descending, each once, within 64 bits."""
    found = _WHOLE.fullmatch(text) if 0 < len(text) <= 100 else None
    if found is None:
        return None
    total = sum(int(number) * UNITS[unit] for unit, number in found.groupdict().items() if number)
    return total if total <= _LONGEST else None
