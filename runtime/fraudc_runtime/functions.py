"""The language's functions: run-time values in, a value or None out; one table from name to implementation.

Every implementation gets present arguments only and is total on them. Patterns, networks and zones are bound before, by `BOUND`.
"""

import math
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Any

import re2

from fraudc_runtime.numbers import LEAST, within_64_bits
from fraudc_runtime.windows.zones import DAY, Zone

EARTH_KM = 6371.0088
HOUR, MINUTE, SECOND = 3_600_000, 60_000, 1_000
Number = int | float


def absolute(x: Number) -> Number | None:
    return None if x == LEAST and isinstance(x, int) else abs(x)


def rounded(x: Number, digits: int = 0) -> Number | None:
    """Half to even on the exact value, in the argument's own type."""
    if isinstance(x, int):
        return within_64_bits(x if digits >= 0 else 0 if digits < -20 else round(x, digits))
    try:
        return round(x, max(-400, min(digits, 400)))
    except OverflowError:
        return None


def floor(x: Number) -> int | None:
    return within_64_bits(math.floor(x))


def ceil(x: Number) -> int | None:
    return within_64_bits(math.ceil(x))


def square_root(x: Number) -> float | None:
    return None if x < 0 else math.sqrt(x)


def logarithm(x: Number) -> float | None:
    return None if x <= 0 else math.log(x)


def exponential(x: Number) -> float | None:
    try:
        return math.exp(x)
    except OverflowError:
        return None


def contains(s: str, t: str) -> bool:
    return t in s


def left(s: str, n: int) -> str:
    return s[: max(n, 0)]


def right(s: str, n: int) -> str:
    return s[-n:] if n > 0 else ""


def hour(ts: int) -> int:
    return ts // HOUR % 24


def weekday(ts: int) -> int:
    """Monday is 1; the epoch was a Thursday."""
    return (ts // DAY + 3) % 7 + 1


def distance_km(lat1: Number, lon1: Number, lat2: Number, lon2: Number) -> float | None:
    """Great-circle distance of points in degrees by the haversine formula, on a sphere of the earth's mean radius."""
    try:
        a, b = math.radians(lat1), math.radians(lat2)
        chord = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    except (ValueError, OverflowError):
        return None
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, max(0.0, chord))))


def matcher(pattern: str) -> Callable[[str], bool]:
    full = re2.compile(pattern).fullmatch
    return lambda s: full(s) is not None


def network_test(network: str) -> Callable[[str], bool | None]:
    """An address of the other IP version is outside; a malformed one is missing."""
    inside = ip_network(network, strict=False)

    def test(ip: str) -> bool | None:
        try:
            return ip_address(ip) in inside
        except ValueError:
            return None

    return test


def zoned_hour(zone: str) -> Callable[[int], int]:
    offset = Zone(zone).offset
    return lambda ts: hour(ts + offset(ts))


def zoned_weekday(zone: str) -> Callable[[int], int]:
    offset = Zone(zone).offset
    return lambda ts: weekday(ts + offset(ts))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": absolute,
    "round": rounded,
    "floor": floor,
    "ceil": ceil,
    "least": min,
    "greatest": max,
    "sqrt": square_root,
    "ln": logarithm,
    "exp": exponential,
    "lower": str.lower,
    "upper": str.upper,
    "length": len,
    "contains": contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "left": left,
    "right": right,
    "hour": hour,
    "weekday": weekday,
    "seconds": lambda d: d / SECOND,
    "minutes": lambda d: d / MINUTE,
    "hours": lambda d: d / HOUR,
    "days": lambda d: d / DAY,
    "distance_km": distance_km,
}

# A literal second argument is bound once: (function, its literal) -> a function of the first argument.
BOUND: dict[str, Callable[[str], Callable[[Any], Any]]] = {
    "matches": matcher,
    "in_network": network_test,
    "hour": zoned_hour,
    "weekday": zoned_weekday,
}

# Functions that may have no result although every argument is present.
PARTIAL = frozenset({"abs", "round", "floor", "ceil", "sqrt", "ln", "exp", "distance_km", "in_network"})
