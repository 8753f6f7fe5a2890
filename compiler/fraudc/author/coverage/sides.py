"""What tests showed of one point in, its two sides out: which was hit, and what the other would take."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeGuard

from fraudc.author.coverage.points import Side
from fraudc.author.testing.clauses import ORDERS
from fraudc.author.testing.probing import Reading
from fraudc.expressions.spell import spell_duration
from fraudc.literals.instants import instant
from fraudc_runtime.expr import Call, Const, Expr, Type, Value
from fraudc_runtime.render import money_text

_WHOLE: tuple[Type, ...] = ("int", "money", "timestamp", "duration")
Moment = tuple[tuple[int, str | None], int]  # (which test, entity key), ms
NEAR = 0.01  # of a float's threshold, relative: nothing is one unit away from it


def of_clause(readings: Sequence[Reading]) -> tuple[Side, Side]:
    values = {reading.value for reading in readings}
    return Side("true", "was never true", True in values), Side("false", "was never false", False in values)


def is_threshold(expr: Expr) -> TypeGuard[Call]:
    """A comparison by order of numbers, amounts, durations or times."""
    return isinstance(expr, Call) and expr.op in ORDERS and expr.args[0].type != "string"


def of_threshold(expr: Call, readings: Sequence[Reading], decimals: int) -> tuple[Side, Side]:
    """Exactly at the threshold, and one unit beyond it on the side where the clause changes; of floats, near it on both sides."""
    type = _common(expr)
    gaps = [gap for reading in readings if (gap := _gap(expr, reading, decimals)) is not None]
    if type not in _WHOLE:
        near = [reading.value for reading, gap in _near(expr, readings, decimals)]
        return Side("true", "was never true within 1 %", True in near), Side("false", "was never false within 1 %", False in near)
    beyond = 1 if expr.op in (">", "<=") else -1
    unit = _unit(type, decimals)
    word = f"{unit} {'above' if beyond > 0 else 'below'} it"
    return Side("at", "no test is exactly at it", 0 in gaps), Side("beyond", f"no test is {word}", beyond in gaps)


def _near(expr: Call, readings: Sequence[Reading], decimals: int) -> Iterable[tuple[Reading, Decimal]]:
    for reading in readings:
        gap, sides = _gap(expr, reading, decimals), _both(expr, reading, decimals)
        if gap is not None and sides is not None and abs(gap) <= max(abs(sides[1]), abs(sides[0]) if sides[1] == 0 else 0) * Decimal(NEAR):
            yield reading, gap


def _common(expr: Call) -> Type:
    types = {arg.type for arg in expr.args}
    return "float" if "float" in types else expr.args[0].type


def _unit(type: Type, decimals: int) -> str:
    match type:
        case "money":
            return money_text(1, decimals)
        case "duration" | "timestamp":
            return "1ms"
        case _:
            return "1"


def _gap(expr: Call, reading: Reading, decimals: int) -> Decimal | None:
    """Left minus right, in units."""
    sides = _both(expr, reading, decimals)
    return None if sides is None else sides[0] - sides[1]


def _both(expr: Call, reading: Reading, decimals: int) -> tuple[Decimal, Decimal] | None:
    """Both sides in units; None if one is missing."""
    known = {id(operand): found for (_, operand), found in zip(reading.clause.operands, reading.operands, strict=True)}
    found = []
    for arg in expr.args:
        operand = known.get(id(arg))
        value = _constant(arg.value) if isinstance(arg, Const) else None if operand is None else _units(arg.type, operand.value, decimals)
        if value is None:
            return None
        found.append(value)
    return found[0], found[1]


def _constant(value: Value) -> Decimal | None:
    return None if value is None else Decimal(value)


def _units(type: Type, value: object, decimals: int) -> Decimal | None:
    if value is None:
        return None
    match type:
        case "money":
            return Decimal(str(value)).scaleb(decimals)
        case "duration":
            return Decimal(str(value)) * 1000
        case "timestamp":
            return Decimal(found) if (found := instant(str(value))) is not None else None
        case _:
            return Decimal(str(value))


def of_cooldown(cooldown: int, alerts: Iterable[Moment], matches: Iterable[Moment]) -> tuple[Side, Side]:
    """Of alerts and of matches, as they are decided."""
    matched = set(matches)
    ends = [(key, at + cooldown) for key, at in alerts]
    inside = any((key, at - 1) in matched for key, at in ends)
    last = spell_duration(cooldown - 1)
    return (
        Side("inside", f"no test has a match {last} after an alert, the last one that it suppresses", inside),
        Side("outside", f"no test has a match {spell_duration(cooldown)} after an alert", any(end in matched for end in ends)),
    )
