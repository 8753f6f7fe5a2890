"""Operators on two present values: a result, or None where the language has none."""

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from reference.values import Duration, Money, Timestamp, decimal_of, half_even

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def compare(name: str, left: Any, right: Any) -> bool:
    return _COMPARISONS[name](left, right)


def arithmetic(name: str, left: Any, right: Any = None) -> Any:
    match name:
        case "neg":
            return _negative(left)
        case "+":
            return _plus(left, right, 1)
        case "-":
            return _plus(left, right, -1)
        case "*":
            return _times(left, right)
        case "/":
            return _divided(left, right)
        case "%":
            return None if right == 0 else left % right
    raise ValueError(f"no operator {name}")


def _negative(value: Any) -> Any:
    match value:
        case Money(minor=minor):
            return Money(-minor)
        case Duration(ms=ms):
            return Duration(-ms)
    return -value


def _plus(left: Any, right: Any, sign: int) -> Any:
    match left, right:
        case Money(), Money():
            return Money(left.minor + sign * right.minor)
        case Timestamp(), Timestamp():
            return Duration(left.ms - right.ms)
        case (Timestamp(), Duration()) | (Duration(), Timestamp()):
            return Timestamp(left.ms + sign * right.ms)
        case Duration(), Duration():
            return Duration(left.ms + sign * right.ms)
    return left + sign * right


def _times(left: Any, right: Any) -> Any:
    if isinstance(right, Money):
        left, right = right, left
    if isinstance(left, Money):
        return Money(half_even(left.minor * decimal_of(right)))
    return left * right


def _divided(left: Any, right: Any) -> Any:
    match left, right:
        case (_, 0) | (_, Money(minor=0)) | (_, Duration(ms=0)):
            return None
        case Money(), Money():
            return float(Fraction(left.minor, right.minor))
        case Money(), _:
            return Money(half_even(Fraction(left.minor) / decimal_of(right)))
        case Duration(), Duration():
            return left.ms / right.ms
    return left / right
