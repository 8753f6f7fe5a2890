"""The named detectors: parameters in, the let and the condition that they stand for out, as syntax that is checked like any other."""

from collections.abc import Callable
from dataclasses import dataclass

from fraudc.source import Span
from fraudc.syntax import Aggregate, All, Compare, Duration, Expression, Name, Number, Operator, Sliding, Window


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the rule gives; None where it does not. `place` stands for everything that is not written out in the rule."""

    place: Span
    limit: Expression | None = None
    threshold: Expression | None = None
    window: Window | None = None
    field: Name | None = None
    min_samples: Number | None = None
    steps: Number | None = None
    factor: Number | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A let named after the detector, and a condition on it."""

    name: str
    value: Expression
    condition: Expression


def expand(detector: str, given: Parameters) -> Expansion:
    """The expansion of a detector whose needed parameters are given."""
    value, operator, limit = _DETECTORS[detector](given)
    condition = Compare(given.place, Operator(given.place, operator), Name(given.place, detector), limit)
    return Expansion(detector, value, condition)


_Parts = tuple[Expression, str, Expression]  # the let, the comparison, its limit


def _high_value(given: Parameters) -> _Parts:
    return _field(given), ">", _limit(given)


def _velocity(given: Parameters) -> _Parts:
    return _over(given, "count", (), _window(given)), ">=", _limit(given)


def _spending_velocity(given: Parameters) -> _Parts:
    return _over(given, "sum", (_field(given),), _window(given)), ">", _limit(given)


def _customer_profile(given: Parameters) -> _Parts:
    arguments = (_field(given), given.min_samples or Number(given.place, 10))
    return _over(given, "zscore", arguments, given.window or All(given.place)), ">", given.threshold or Number(given.place, 3)


def _rapid_escalation(given: Parameters) -> _Parts:
    arguments = (_field(given), given.factor or Number(given.place, 1))
    window = given.window or Sliding(given.place, Duration(given.place, 600_000), None)
    return _over(given, "rising", arguments, window), ">=", given.steps or Number(given.place, 3)


_DETECTORS: dict[str, Callable[[Parameters], _Parts]] = {
    "high_value": _high_value,
    "velocity": _velocity,
    "spending_velocity": _spending_velocity,
    "customer_profile": _customer_profile,
    "rapid_escalation": _rapid_escalation,
}


def _field(given: Parameters) -> Name:
    return given.field or Name(given.place, "amount")


def _over(given: Parameters, function: str, arguments: tuple[Expression, ...], window: Window) -> Aggregate:
    return Aggregate(given.place, Name(given.place, function), arguments, None, window, None, None)


def _limit(given: Parameters) -> Expression:
    if given.limit is None:
        raise AssertionError("the document's shape demands a limit")
    return given.limit


def _window(given: Parameters) -> Window:
    if given.window is None:
        raise AssertionError("the document's shape demands a window")
    return given.window
