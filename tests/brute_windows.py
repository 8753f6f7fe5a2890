"""A signature and the list of all transactions of a key in, its value for the last of them out: a literal evaluation, without state."""

import math
from fractions import Fraction
from typing import Any

from fraudc_runtime.plan import Panes, Signature, Sliding, Tumbling, Window

SECOND, DAY = 1_000, 86_400_000


def member(window: Window, delay: int, s: int, t: int) -> bool:
    match window:
        case Sliding(size=size):
            return t - delay - size < s <= t - delay
        case Panes(size=size, step=step):
            return (t - delay) // step - size // step < s // step <= (t - delay) // step
        case Tumbling(size=size, zone=None):
            return s // size == t // size
        case Tumbling():  # half an hour and three hours behind UTC all through these streams
            return (s - 12_600_000) // DAY == (t - 12_600_000) // DAY
        case _:
            return True


def exact(value: Any) -> Fraction:
    return Fraction(value)


def half_even(value: Fraction) -> int:
    return round(value)


def expected(signature: Signature, seen: list[dict[str, Any]], column: str) -> Any:
    """The value for the last of the transactions seen, from all of them."""
    current = seen[-1]
    before_only = signature.excluding or signature.function == "zscore"
    members = [
        each
        for each in (seen[:-1] if before_only else seen)
        if member(signature.window, signature.delay, each["at"], current["at"])
        and (signature.where is None or each["i"] == 1)
        and (signature.condition is None or each["i"] < 2)
    ]
    if signature.argument is None:
        return len(members)
    values = [each[column] for each in members if each[column] is not None]
    match signature.function:
        case "count":
            return len(values)
        case "distinct":
            return len(set(values))
        case "first":
            return values[0] if values else None
        case "last":
            return values[-1] if values else None
        case "min" | "max" as which:
            return None if not values else min(values) if which == "min" else max(values)
        case "percentile":
            rank = math.ceil(Fraction(signature.parameter) / 100 * len(values))
            return sorted(values)[rank - 1] if values else None
        case "rising":
            return rising(signature, values, current, column)
        case _:
            return moment(signature, values, current[column])


def rising(signature: Signature, values: list[Any], current: dict[str, Any], column: str) -> int:
    if current[column] is None or (signature.condition is not None and current["i"] == 2):
        return 0
    length = 1
    while length < len(values) and exact(values[-length]) > Fraction(signature.parameter) * exact(values[-length - 1]):
        length += 1
    return length


def moment(signature: Signature, values: list[Any], x: Any) -> Any:
    assert signature.argument is not None
    kind, n = signature.argument.type, len(values)
    total = sum((exact(value) for value in values), Fraction(0))
    if signature.function == "sum":
        return (float(total) if kind == "float" else int(total)) if kind == "float" or -(2**63) <= total < 2**63 else None
    if signature.function == "avg":
        return None if not n else half_even(total / n) if kind == "money" else float(total / n)
    if n < 2 or (signature.function == "zscore" and (n < 3 or x is None)):
        return None
    variance = sum((exact(value) - total / n) ** 2 for value in values) / (n - 1)
    if signature.function == "stddev":
        return math.sqrt(variance) / (100 if kind == "money" else 1)
    return None if not variance else float(exact(x) - total / n) / math.sqrt(variance)


def money_text(value: int | None) -> str | None:
    return None if value is None else f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02}"
