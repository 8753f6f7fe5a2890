"""Conditions in, the clauses that they are made of out: what stands between `and`, `or` and `not`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fraudc.expressions.spell import spell
from fraudc.expressions.trees import nodes
from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Profile, Slot

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
ORDERS = ("<", "<=", ">", ">=")
_LOGIC = ("and", "or", "not")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause, as authors write it. `operands` are what its value hangs on, with their texts."""

    expr: Expr
    text: str
    operands: tuple[tuple[str, Expr], ...]


def leaves(expr: Expr) -> list[Expr]:
    """The clauses' expressions, from left to right."""
    if isinstance(expr, Call) and expr.op in _LOGIC:
        return [leaf for arg in expr.args for leaf in leaves(arg)]
    return [expr]


def clauses(expr: Expr | None, entity: str | None, texts: Mapping[str, str]) -> tuple[Clause, ...]:
    """The clauses of a condition; none without one. `texts` are those of windows, by signature."""
    if expr is None:
        return ()
    found = []
    for leaf in leaves(expr):
        operands = [(spell(operand, entity, texts), operand) for operand in _operands(leaf)]
        found.append(Clause(leaf, spell(leaf, entity, texts), tuple(dict.fromkeys(operands))))
    return tuple(found)


def _operands(leaf: Expr) -> list[Expr]:
    match leaf:
        case Call(op=op, args=args) if op in COMPARISONS:
            return [arg for arg in args if not isinstance(arg, Const)]
        case Call(op="in" | "is_missing" | "is_present", args=args):
            return [args[0]]
        case InList(operand=operand):
            return [operand]
        case _:
            return [node for node in nodes(leaf) if isinstance(node, Field | Let | Profile | Slot)]


Truth = bool | None


def to_blame(expr: Expr, values: Sequence[Truth], wanted: bool = True) -> list[int]:
    """Numbers of the clauses without which the condition would be as wanted, as far as each by itself can say."""
    found: list[int] = []
    _blame(expr, list(enumerate(values)), wanted, found)
    return found


def _blame(expr: Expr, values: list[tuple[int, Truth]], wanted: bool, found: list[int]) -> Truth:
    """Takes the values of the expression's clauses off the list; adds to `found`."""
    if not (isinstance(expr, Call) and expr.op in _LOGIC):
        number, value = values.pop(0)
        if value is not wanted:
            found.append(number)
        return value
    mine: list[int] = []
    wants = not wanted if expr.op == "not" else wanted
    below = [_blame(arg, values, wants, mine) for arg in expr.args]
    value = _combined(expr.op, below)
    if value is not wanted:
        found += mine
    return value


def _combined(op: str, below: list[Truth]) -> Truth:
    if op == "not":
        return None if below[0] is None else not below[0]
    decisive = op == "or"
    return decisive if decisive in below else None if None in below else not decisive
