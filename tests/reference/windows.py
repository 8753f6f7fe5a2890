"""Which transactions are members of a window, and what an aggregate makes of them: by scanning, and in exact fractions."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from reference.functions import local
from reference.parser import Window
from reference.values import Money, decimal_of, half_even, in_64_bits


def _local_days(ms: int, window: Window) -> int:
    days = (local(ms, window.zone).date() - date(1970, 1, 1)).days
    return days // (window.size // 86_400_000)


def is_member(window: Window, delay: int, s: int, t: int) -> bool:
    """Is a transaction at `s`, not behind the current one at `t` in the order, a member of the window?"""
    t -= delay
    match window.kind:
        case "sliding":
            return t - window.size < s <= t
        case "panes":
            return t // window.step - window.size // window.step < s // window.step <= t // window.step
        case "tumbling" if window.zone in (None, "UTC"):
            return s // window.size == t // window.size
        case "tumbling":
            return _local_days(s, window) == _local_days(t, window)
    return True


def _exact(value: Any) -> Fraction:
    return Fraction(value.minor if isinstance(value, Money) else value)


def _square_root(value: Fraction) -> float:
    with localcontext() as context:
        context.prec = 60
        return float((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def _finite(value: Fraction) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None


def _mean(values: Sequence[Any]) -> Fraction:
    return sum(map(_exact, values), Fraction()) / len(values)


def _variance(values: Sequence[Any]) -> Fraction:
    mean = _mean(values)
    return sum(((_exact(value) - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)


def _sum(values: Sequence[Any], kind: str, _decimals: int) -> Any:
    total = sum(map(_exact, values), Fraction())
    if kind == "float":
        return _finite(total)
    if not in_64_bits(int(total)):
        return None
    return Money(int(total)) if kind == "money" else int(total)


def _avg(values: Sequence[Any], kind: str, _decimals: int) -> Any:
    if not values:
        return None
    return Money(half_even(_mean(values))) if kind == "money" else _finite(_mean(values))


def _stddev(values: Sequence[Any], kind: str, decimals: int) -> float | None:
    if len(values) < 2:
        return None
    unit = 10**decimals if kind == "money" else 1
    return _square_root(_variance(values) / unit**2)


SIMPLE: dict[str, Callable[[Sequence[Any], str, int], Any]] = {
    "count": lambda values, _kind, _decimals: len(values),
    "sum": _sum,
    "avg": _avg,
    "stddev": _stddev,
    "min": lambda values, _kind, _decimals: min(values, default=None),
    "max": lambda values, _kind, _decimals: max(values, default=None),
    "distinct": lambda values, _kind, _decimals: len(set(values)),
    "first": lambda values, _kind, _decimals: values[0] if values else None,
    "last": lambda values, _kind, _decimals: values[-1] if values else None,
    "prev": lambda values, _kind, _decimals: values[-1] if values else None,
}
"""Aggregates of one argument: present values in order, the argument's kind, decimals of the base currency -> value."""


def percentile(values: Sequence[Any], p: Fraction) -> Any:
    """Nearest rank: the ceil(p/100 * n)-th smallest."""
    if not values:
        return None
    return sorted(values)[max(1, math.ceil(p * len(values) / 100)) - 1]


def zscore(now: Any, others: Sequence[Any], least: int) -> float | None:
    """(now - mean) / sample standard deviation of the members without the current one."""
    if now is None or len(others) < max(least, 2):
        return None
    variance = _variance(others)
    if variance == 0:
        return None
    difference = _exact(now) - _mean(others)
    root = _square_root(difference**2 / variance)
    return -root if difference < 0 else root


def rising(values: Sequence[Any], factor: float | int) -> int:
    """Length of the longest run that ends with the last value, each more than factor times the one before."""
    f, run = decimal_of(factor), 1
    while run < len(values) and _exact(values[-run]) > f * _exact(values[-run - 1]):
        run += 1
    return run
