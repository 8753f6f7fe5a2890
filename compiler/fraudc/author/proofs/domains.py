"""Sets of values that one term may have: comparisons in, unions of intervals and whether the term may be missing out."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fraudc_runtime.expr import Value

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Bound = tuple[int] | tuple[int, Value, int]  # (-1,) below everything, (0, v, 0) right before v, (0, v, 1) right behind v, (1,) above all
Bounds = tuple[Bound, ...]  # ascending; from each even one up to the next
_BELOW: Bound = (-1,)
_ABOVE: Bound = (1,)


@dataclass(frozen=True, slots=True)
class Domain:
    """The values in `bounds`, and "missing" where `missing` says so. Values of one type, in its order.

    `whole` values are integers: bounds between two of them are one bound.
    """

    bounds: Bounds
    missing: bool
    whole: bool

    @property
    def empty(self) -> bool:
        """Whether no value is left, nor missing."""
        return not self.bounds and not self.missing

    def __and__(self, other: "Domain") -> "Domain":
        return Domain(_common(self.bounds, other.bounds), self.missing and other.missing, self.whole)

    def complement(self) -> "Domain":
        """Everything else, missing included or not."""
        return Domain(_others(self.bounds), not self.missing, self.whole)

    def upward(self, missing: bool) -> "Domain":
        """From its least value up."""
        return Domain((self.bounds[0], _ABOVE) if self.bounds else (), missing, self.whole)

    def downward(self, missing: bool) -> "Domain":
        """From its largest value down."""
        return Domain((_BELOW, self.bounds[-1]) if self.bounds else (), missing, self.whole)


def everything(whole: bool, missing: bool = True) -> Domain:
    """All values of a type."""
    return Domain((_BELOW, _ABOVE), missing, whole)


def compared(comparison: Comparison, value: Value, whole: bool) -> Domain:
    """The values for which `x comparison value` is true."""
    before, behind = _bound(value, 0, whole), _bound(value, 1, whole)
    bounds: dict[str, Bounds] = {
        "==": (before, behind), "!=": (_BELOW, before, behind, _ABOVE), "<": (_BELOW, before), "<=": (_BELOW, behind),
        ">": (behind, _ABOVE), ">=": (before, _ABOVE),
    }  # fmt: skip
    found = bounds[comparison]
    if before == behind and comparison in ("==", "!="):  # a fraction, which no whole number equals
        found = () if comparison == "==" else (_BELOW, _ABOVE)
    return Domain(found, False, whole)


def between(low: Value, high: Value, whole: bool, missing: bool) -> Domain:
    """From `low` to `high`, both included."""
    return Domain((_bound(low, 0, whole), _bound(high, 1, whole)), missing, whole)


def among(values: Iterable[Value], whole: bool) -> Domain:
    """Exactly these values."""
    found: Bounds = ()
    for value in values:
        found = _others(_common(_others(found), _others(compared("==", value, whole).bounds)))
    return Domain(found, False, whole)


def _bound(value: Value, side: int, whole: bool) -> Bound:
    if not whole:
        return (0, value, side)
    assert isinstance(value, int | float)
    return (0, math.floor(value) + 1 if side else math.ceil(value), 0)


def _others(bounds: Bounds) -> Bounds:
    start = bounds[1:] if bounds and bounds[0] == _BELOW else (_BELOW, *bounds)
    return start[:-1] if start and start[-1] == _ABOVE else (*start, _ABOVE)


def _common(left: Bounds, right: Bounds) -> Bounds:
    found: list[Bound] = []
    a = b = 0
    while a < len(left) and b < len(right):
        low, high = max(left[a], right[b]), min(left[a + 1], right[b + 1])
        if low < high:
            found += (low, high)
        if left[a + 1] <= right[b + 1]:
            a += 2
        else:
            b += 2
    return tuple(found)
