"""A call in, how Python spells it out: arithmetic by operand types, and functions by name, on operands that are present."""

from collections.abc import Callable

from fraudc_runtime import numbers
from fraudc_runtime.expr import Call, Const, Expr
from fraudc_runtime.functions import BOUND, FUNCTIONS, PARTIAL
from fraudc_runtime.lower.source import Namespace

Spelling = Callable[..., str]
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "neg"})


def MAY_MISS(call: Call) -> bool:  # noqa: N802  (reads as the name of a table, which it stands for)
    """Whether the operation can be missing although every operand is present."""
    if call.op == "%":
        return not _nonzero(call.args[1])
    return call.op in _ARITHMETIC or call.op in PARTIAL


def operation(call: Call, namespace: Namespace) -> tuple[tuple[Expr, ...], Spelling]:
    """(operands to lower, what to make of their sources)."""
    match call.op:
        case "+" | "-":
            return call.args, _bounded(call, namespace, lambda a, b: f"{a} {call.op} {b}")
        case "neg":
            return call.args, _bounded(call, namespace, lambda a: f"-{a}")
        case "*":
            return _product(call, namespace)
        case "/":
            return _quotient(call, namespace)
        case "%":
            nonzero = _nonzero(call.args[1])
            return call.args, lambda a, b: f"{a} % {b}" if nonzero else f"({a} % {b} if {b} else None)"
        case "to_float":
            return call.args, lambda a: f"float({a})"
        case _:
            return _function(call, namespace)


def _bounded(call: Call, namespace: Namespace, spell: Spelling) -> Spelling:
    """A result outside 64 bits, or not finite, is None."""

    def bounded(*operands: str) -> str:
        name = namespace.fresh("t")
        if call.type == "float":
            return f"({name} if ({name} := {spell(*operands)}) - {name} == 0.0 else None)"
        return f"({name} if {numbers.LEAST} <= ({name} := {spell(*operands)}) <= {numbers.MOST} else None)"

    return bounded


def _product(call: Call, namespace: Namespace) -> tuple[tuple[Expr, ...], Spelling]:
    if call.type == "money":
        money, number = call.args if call.args[0].type == "money" else call.args[::-1]
        if number.type == "float":
            if isinstance(number, Const) and isinstance(number.value, float):
                factor = numbers.decimal_of(number.value)
                half_even = namespace.constant(numbers.half_even)
                scaled = _bounded(call, namespace, lambda a: f"{half_even}({a} * {factor.numerator}, {factor.denominator})")
                return (money,), scaled
            times = namespace.constant(numbers.times)
            return (money, number), lambda a, b: f"{times}({a}, {b})"
        return (money, number), _bounded(call, namespace, lambda a, b: f"{a} * {b}")
    return call.args, _bounded(call, namespace, lambda a, b: f"{a} * {b}")


def _quotient(call: Call, namespace: Namespace) -> tuple[tuple[Expr, ...], Spelling]:
    if call.type == "money":
        name = namespace.constant(numbers.divided)
        return call.args, lambda a, b: f"{name}({a}, {b})"
    if all(arg.type in ("int", "money", "duration", "timestamp") for arg in call.args):
        return call.args, lambda a, b: f"({a} / {b} if {b} else None)"
    finite = namespace.constant(numbers.finite)
    return call.args, lambda a, b: f"({finite}({a} / {b}) if {b} else None)"


def _function(call: Call, namespace: Namespace) -> tuple[tuple[Expr, ...], Spelling]:
    literal = call.args[1].value if len(call.args) == 2 and isinstance(call.args[1], Const) else None
    if call.op in BOUND and isinstance(literal, str):
        name = namespace.bound((call.op, literal), lambda: BOUND[call.op](literal))
        return call.args[:1], lambda a: f"{name}({a})"
    name = namespace.constant(FUNCTIONS[call.op])
    return call.args, lambda *operands: f"{name}({', '.join(operands)})"


def _nonzero(expr: Expr) -> bool:
    return isinstance(expr, Const) and bool(expr.value)
