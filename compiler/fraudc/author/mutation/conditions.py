"""An expression in, the same with one thing in it changed out: a threshold by a unit, an order with or without equality, a clause less."""

import math
from collections.abc import Iterator
from decimal import Decimal

from fraudc.author.testing.clauses import ORDERS
from fraudc.expressions.spell import spell_duration
from fraudc.expressions.trees import rebuilt
from fraudc_runtime.expr import Call, Const, Expr, InList, children
from fraudc_runtime.plan import MoneySpec
from fraudc_runtime.render import money_text, timestamp_text

_LOOSENED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SAME_AS = {">": -1, ">=": 1, "<": 1, "<=": -1}  # the step of a whole threshold on the right that is the other order


def changed(expr: Expr, money: MoneySpec | None) -> Iterator[Expr]:
    """Every expression that differs in one place; of changes that come to the same, one."""
    yield from _here(expr, money)
    for at, child in enumerate(children(expr)):
        if isinstance(expr, Call) and isinstance(child, Const):
            continue  # its operator's to change
        yield from (_with(expr, at, other) for other in changed(child, money))


def shortened(expr: Expr) -> Iterator[Expr]:
    """Every condition that lacks one clause; of a single clause nothing is left, which is not among them."""
    if isinstance(expr, Call) and expr.op in ("and", "or"):
        for at in range(len(expr.args)):
            rest = (*expr.args[:at], *expr.args[at + 1 :])
            yield rest[0] if len(rest) == 1 else rebuilt(expr, rest)
    if isinstance(expr, Call) and expr.op in ("and", "or", "not"):
        for at, arg in enumerate(expr.args):
            yield from (_with(expr, at, other) for other in shortened(arg))


def _here(expr: Expr, money: MoneySpec | None) -> Iterator[Expr]:
    if not isinstance(expr, Call) or expr.op == "in":
        return
    ordered = expr.op in ORDERS and expr.args[0].type != "string"
    if expr.op in ORDERS:
        yield Call(_LOOSENED[expr.op], expr.args, expr.type)
    for at, arg in enumerate(expr.args):
        if isinstance(arg, Const):
            skipped = (_SAME_AS[expr.op] if at else -_SAME_AS[expr.op]) if ordered and arg.type != "float" else 0
            yield from (_with(expr, at, other) for step in (-1, 1) if step != skipped for other in _stepped(arg, step, money))


def _with(expr: Expr, at: int, child: Expr) -> Expr:
    below = children(expr)
    if isinstance(expr, InList):
        return InList(child, expr.list)
    return rebuilt(expr, (*below[:at], child, *below[at + 1 :]))


def _stepped(const: Const, step: int, money: MoneySpec | None) -> Iterator[Const]:
    """The literal one unit away: of a float, of its last digit."""
    value = const.value
    if value is None or isinstance(value, bool | str):
        return
    match const.type:
        case "float":
            unit = Decimal(1).scaleb(min(int(Decimal(repr(value)).as_tuple().exponent), 0)) if not float(value).is_integer() else Decimal(1)
            moved = float(Decimal(repr(value)) + step * unit)
            if math.isfinite(moved):
                yield Const("float", moved, repr(moved))
        case "money":
            text = f"{money_text(int(value) + step, money.decimals)} {money.base}" if money else ""
            yield Const("money", int(value) + step, text)
        case "duration":
            moved_to = int(value) + step
            yield Const("duration", moved_to, f"{'-' if moved_to < 0 else ''}{spell_duration(abs(moved_to))}")
        case "timestamp":
            yield Const("timestamp", int(value) + step, timestamp_text(int(value) + step))
        case _:
            yield Const("int", int(value) + step, str(int(value) + step))
