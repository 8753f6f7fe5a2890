"""Constant folding: an expression in, one that has the same value on every transaction out, computed as the machine would."""

import operator
from collections.abc import Callable
from decimal import Decimal

from fraudc.expressions.spell import spell_duration
from fraudc.expressions.trees import fold, rebuilt
from fraudc_runtime.expr import Call, Const, Expr, Type, Value
from fraudc_runtime.numbers import divided, finite, ratio, times, within_64_bits
from fraudc_runtime.plan import MoneySpec

_WHOLE = ("int", "money", "duration")
_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]  # the checker let only ordered types through
    "<=": operator.le,  # type: ignore[dict-item]  # likewise
    ">": operator.gt,  # type: ignore[dict-item]  # likewise
    ">=": operator.ge,  # type: ignore[dict-item]  # likewise
}
_ARITHMETIC: dict[str, Callable[[int | float, int | float], int | float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def folded(expr: Expr, money: MoneySpec | None) -> Expr:
    """The expression with operators on literals done, and branches that cannot be taken left out. Functions are left alone."""

    def combine(node: Expr, below: tuple[Expr, ...]) -> Expr:
        return _call(node, below, money) if isinstance(node, Call) else rebuilt(node, below)

    return fold(expr, combine)


def _call(node: Call, args: tuple[Expr, ...], money: MoneySpec | None) -> Expr:
    rest = rebuilt(node, args)
    match node.op:
        case "and" | "or":
            return _logic(args, rest, decisive=node.op == "or")
        case "if":
            return _branch(args, node.type) if isinstance(args[0], Const) else rest
        case "??":
            return (args[1] if args[0].value is None else args[0]) if isinstance(args[0], Const) and len(args) == 2 else rest
        case "is_missing" | "is_present":
            known = isinstance(args[0], Const)
            return _bool((args[0].value is None) == (node.op == "is_missing")) if known and isinstance(args[0], Const) else rest
        case _:
            constants = [arg for arg in args if isinstance(arg, Const)]
            return _operator(node, constants, money, rest) if len(constants) == len(args) else rest


def _logic(args: tuple[Expr, ...], rest: Expr, decisive: bool) -> Expr:
    """`and` is decided by false, `or` by true, whatever else is missing; the other value makes no difference."""
    if any(isinstance(arg, Const) and arg.value is decisive for arg in args):
        return _bool(decisive)
    open_ = tuple(arg for arg in args if not (isinstance(arg, Const) and arg.value is not None))
    if not open_:
        return _bool(not decisive)
    if all(isinstance(arg, Const) for arg in open_):
        return open_[0]  # nothing but missing
    return open_[0] if len(open_) == 1 else rebuilt(rest, open_)


def _branch(args: tuple[Expr, ...], type_: Type) -> Expr:
    condition, then, otherwise = args
    match condition:
        case Const(value=None):
            return Const(type_, None, "missing")
        case Const(value=value):
            return then if value else otherwise
        case _:
            raise AssertionError(condition)


def _operator(node: Call, args: list[Const], money: MoneySpec | None, rest: Expr) -> Expr:
    if node.op not in (*_COMPARISONS, *_ARITHMETIC, "/", "%", "not", "neg", "to_float"):
        return rest
    if any(arg.value is None for arg in args):
        return Const(node.type, None, "missing")
    value = _computed(node, args)
    if value is None:
        return Const(node.type, None, "missing")
    text = _text(node.type, value, money)
    return rest if text is None else Const(node.type, value, text)


def _computed(node: Call, args: list[Const]) -> Value:
    values = [arg.value for arg in args]
    if node.op == "not":
        return not values[0]
    if node.op in _COMPARISONS:
        return _COMPARISONS[node.op](values[0], values[1])
    numbers = [value for value in values if isinstance(value, int | float)]
    if node.op == "to_float":
        return float(numbers[0])
    if node.op == "neg":
        return _bounded(-numbers[0], node.type)
    return _binary(node, args, numbers[0], numbers[1])


def _binary(node: Call, args: list[Const], a: int | float, b: int | float) -> Value:
    by_number = args[0].type == "money" and args[1].type != "money"
    if node.op == "%":
        return a % b if b else None
    if by_number and isinstance(a, int) and node.op in "*/":
        return times(a, b) if node.op == "*" else divided(a, b)
    if node.op == "/":
        return _quotient(a, b)
    return _bounded(_ARITHMETIC[node.op](a, b), node.type)


def _quotient(a: int | float, b: int | float) -> float | None:
    if isinstance(a, int) and isinstance(b, int):
        return ratio(a, b)
    return finite(a / b) if b else None


def _bounded(value: int | float, type_: Type) -> int | float | None:
    return within_64_bits(int(value)) if type_ in _WHOLE else finite(float(value))


def _bool(value: bool) -> Const:
    return Const("bool", value, "true" if value else "false")


def _text(type_: Type, value: Value, money: MoneySpec | None) -> str | None:
    """The canonical literal; None for a type that has none."""
    match type_, value:
        case "bool", bool():
            return "true" if value else "false"
        case "int", int():
            return str(value)
        case "float", float():
            return repr(value)
        case "duration", int():
            return f"-{spell_duration(-value)}" if value < 0 else spell_duration(value)
        case "money", int() if money is not None:
            return f"{format(Decimal(value).scaleb(-money.decimals), 'f')} {money.base}"
        case _:
            return None
