"""An aggregate function in: which accumulators it needs, and the code that reads its value from them, out."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from fraudc_runtime import numbers
from fraudc_runtime.aggregates.accumulator import Accumulator
from fraudc_runtime.aggregates.distinct import Distinct
from fraudc_runtime.aggregates.ends import First, Last
from fraudc_runtime.aggregates.extremes import Extreme
from fraudc_runtime.aggregates.moments import Moment
from fraudc_runtime.aggregates.ranks import Ranked
from fraudc_runtime.aggregates.runs import Rising
from fraudc_runtime.expr import Type
from fraudc_runtime.lower.source import Lowered, Namespace
from fraudc_runtime.plan import Signature

NEEDS: dict[str, tuple[str, ...]] = {
    "count": ("number",),
    "sum": ("sum",),
    "avg": ("number", "sum"),
    "stddev": ("number", "sum", "squares"),
    "zscore": ("number", "sum", "squares"),
    "min": ("min",),
    "max": ("max",),
    "distinct": ("distinct",),
    "first": ("first",),
    "last": ("last",),
    "percentile": ("ranked",),
    "rising": ("rising",),
}


class Recipe(NamedTuple):
    """What an accumulator is made of besides its name: the column's type, and the factor of rising."""

    type: Type
    names: Namespace
    parameter: str


_FAMILIES: dict[str, Callable[[Recipe], Accumulator]] = {
    "number": lambda recipe: Moment(0, recipe.type, recipe.names),
    "sum": lambda recipe: Moment(1, recipe.type, recipe.names),
    "squares": lambda recipe: Moment(2, recipe.type, recipe.names),
    "min": lambda recipe: Extreme("min", ">=", recipe.names),
    "max": lambda recipe: Extreme("max", "<=", recipe.names),
    "distinct": lambda _: Distinct(),
    "first": lambda _: First(),
    "last": lambda _: Last(),
    "ranked": lambda recipe: Ranked(recipe.names),
    "rising": lambda recipe: Rising(Fraction(recipe.parameter), recipe.type, recipe.names),
}


def accumulators(signature: Signature, type: Type, namespace: Namespace) -> dict[str, Accumulator]:
    """What the signature needs, by a name that equal accumulators have in common."""
    found = {}
    for need in NEEDS[signature.function]:
        name = f"{need} {signature.parameter}" if need == "rising" else need
        found[name] = _FAMILIES[need](Recipe(type, namespace, signature.parameter))
    return found


def before_current(signature: Signature) -> bool:
    """Whether the value is read before the current transaction is taken in."""
    return signature.function == "zscore" or signature.excluding


def reading(signature: Signature, type: Type, value: Callable[[str], str], current: Lowered, names: Namespace, decimals: int) -> Lowered:
    """The value's source. `value` gives that of an accumulator, `current` is the current transaction's column value.

    Sources without a variable of their own are read where they stand in a condition.
    """
    match signature.function:
        case "count":
            return Lowered(value("number"), False)
        case "sum":
            return _sum(type, value("sum"), names)
        case "avg":
            return _average(type, value("number"), value("sum"), names)
        case "stddev":
            scale = str(10**decimals) if type == "money" else "1" if type == "int" else names.constant(numbers.ONE)
            deviation = names.constant(numbers.deviation)
            return Lowered(f"{deviation}({value('number')}, {value('sum')}, {value('squares')}, {scale})", True)
        case "zscore":
            return _score(signature, type, value, current, names)
        case "percentile":
            rank = Fraction(signature.parameter) / 100
            position = f"(n * {rank.numerator} + {rank.denominator - 1}) // {rank.denominator} - 1"
            return Lowered(f"({value('ranked')}[{position}] if (n := len({value('ranked')})) else None)", True)
        case "rising":
            return Lowered(value(f"rising {signature.parameter}"), False, 2)
        case "distinct":
            return Lowered(f"len({value('distinct')})", False)
        case _:
            return Lowered(value(signature.function), True)


def captured(signature: Signature) -> tuple[str, ...]:
    """Accumulators whose values are put aside before the current transaction is taken in, so that the rest is computed only when needed."""
    return ("number", "sum", "squares") if signature.function == "zscore" else ()


def _sum(type: Type, total: str, names: Namespace) -> Lowered:
    if type == "float":
        return Lowered(f"{names.constant(numbers.ratio)}({total}, {names.constant(numbers.ONE)})", True)
    inside = f"(n if {numbers.LEAST} <= (n := {total}) <= {numbers.MOST} else None)"
    return Lowered(inside, True, 1, lambda op, limit: f"{total} {op} {limit!r}")


def _average(type: Type, number: str, total: str, names: Namespace) -> Lowered:
    match type:
        case "money":
            found = f"{names.constant(numbers.half_even)}({total}, n)"
        case "float":
            found = f"{names.constant(numbers.ratio)}({total}, n << {numbers.GRAIN})"
        case _:
            found = f"{total} / n"
    return Lowered(f"({found} if (n := {number}) else None)", True)


def _score(signature: Signature, type: Type, value: Callable[[str], str], current: Lowered, names: Namespace) -> Lowered:
    """A score above 0 needs a value above the mean: asked first, since it spares the root."""
    least, n = max(2, int(signature.parameter)), value("number")
    x = f"{names.constant(numbers.grains)}({current.text})" if type == "float" else current.text
    score = f"{names.constant(numbers.standard_score)}({x}, {n}, {value('sum')}, {value('squares')}, {least})"
    guard = f"{n} >= {least}" + (f" and {current.text} is not None" if current.maybe else "")
    above = f"{guard} and {x} * {n} > {value('sum')}"
    return Lowered(f"({score} if {guard} else None)", True, 1, lambda op, limit: above if limit > 0 or (limit == 0 and op == ">") else None)
