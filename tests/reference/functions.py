"""Functions of the language on present values: arguments in, value out, None where there is no result."""

import ipaddress
import math
import operator
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import re2

from reference.values import Duration, Money, Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def local(ms: int, zone: str | None) -> datetime:
    """Local date and time of an instant."""
    moment = _EPOCH + timedelta(milliseconds=ms)
    return moment if zone is None else moment.astimezone(ZoneInfo(zone))


def _left(text: str, count: int) -> str:
    return text[: max(count, 0)]


def _right(text: str, count: int) -> str:
    return text[max(len(text) - max(count, 0), 0) :]


def _absolute(value: Any) -> Any:
    return Money(abs(value.minor)) if isinstance(value, Money) else abs(value)


def _hour(moment: Timestamp, zone: str | None = None) -> int:
    return local(moment.ms, zone).hour


def _weekday(moment: Timestamp, zone: str | None = None) -> int:
    return local(moment.ms, zone).isoweekday()


def _distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    p1, p2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(1.0, half)))


def _in_network(address: str, network: str) -> bool | None:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network)
    except ValueError:
        return None


def _per(unit: int) -> Callable[[Duration], float]:
    return lambda duration: duration.ms / unit


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": _absolute,
    "round": lambda x, digits=0: type(x)(round(x, digits)),
    "floor": math.floor,
    "ceil": math.ceil,
    "least": min,
    "greatest": max,
    "sqrt": math.sqrt,
    "ln": math.log,
    "exp": math.exp,
    "lower": str.lower,
    "upper": str.upper,
    "length": len,
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "left": _left,
    "right": _right,
    "matches": lambda text, pattern: re2.fullmatch(pattern, text) is not None,
    "hour": _hour,
    "weekday": _weekday,
    "seconds": _per(1000),
    "minutes": _per(60_000),
    "hours": _per(3_600_000),
    "days": _per(86_400_000),
    "distance_km": _distance_km,
    "in_network": _in_network,
}
_NAMES = {
    "int": "floor ceil length hour weekday count distinct rising",
    "float": "sqrt ln exp seconds minutes hours days distance_km stddev zscore",
    "string": "lower upper left right",
    "bool": "contains starts_with ends_with matches in_network",
}
RESULTS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""Kind of result of the functions and aggregates whose result does not depend on their arguments."""
