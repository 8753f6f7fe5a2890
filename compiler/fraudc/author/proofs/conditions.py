"""Typed conditions in, formulas that hold exactly where the condition is true, or false, out; missing values included."""

from collections.abc import Iterator
from typing import cast

from fraudc.author.proofs.domains import Comparison, Domain, among, compared, everything
from fraudc.author.proofs.formulas import ALWAYS, NEVER, Atom, Every, Formula, Some, negated
from fraudc.author.proofs.terms import is_whole
from fraudc_runtime.expr import Call, Const, Expr, children

_OPPOSITE: dict[str, Comparison] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TURNED: dict[str, Comparison] = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_LENIENT = {"and", "or", "not", "??", "if", "in", "is_missing", "is_present"}  # they may have a value where an operand has none


def true_of(condition: Expr) -> Formula:
    """Holds exactly where the condition is true."""
    return _holds(condition, True)


def false_of(condition: Expr) -> Formula:
    """Holds exactly where the condition is false; where it is missing neither this nor `true_of` holds."""
    return _holds(condition, False)


def _holds(condition: Expr, value: bool) -> Formula:
    match condition:
        case Const(value=found):
            return ALWAYS if found is value else NEVER
        case Call("and" | "or", args):
            parts = tuple(_holds(part, value) for part in args)
            return Every(parts) if (condition.op == "and") is value else Some(parts)
        case Call("not", (operand,)):
            return _holds(operand, not value)
        case Call("is_missing" | "is_present", (operand,)):
            there = present(operand)
            return there if (condition.op == "is_present") is value else negated(there)
        case Call(op, (left, right)) if op in _OPPOSITE:
            return _comparison(cast("Comparison", op) if value else _OPPOSITE[op], left, right)
        case Call("in", (operand, *items)):
            return _membership(operand, items, value)
        case Call("if" | "??"):
            return Some(tuple(Every((where, _holds(found, value))) for where, found in _cases(condition)))
        case _:
            return Atom(condition, compared("==", value, whole=True))


def present(expr: Expr) -> Formula:
    """Holds exactly where the expression has a value; what it cannot do without has one then too."""
    match expr:
        case Const(value=value):
            return NEVER if value is None else ALWAYS
        case Call("if" | "??"):
            return Some(tuple(Every((where, present(found))) for where, found in _cases(expr)))
        case Call("and" | "or" | "not" | "in" | "is_missing" | "is_present"):
            return Some((true_of(expr), false_of(expr)))
        case _:
            needed = () if isinstance(expr, Call) and expr.op in _LENIENT else children(expr)
            return Every((Atom(expr, everything(is_whole(expr), missing=False)), *(present(child) for child in needed)))


def _comparison(op: Comparison, left: Expr, right: Expr) -> Formula:
    if _branches(left):
        return Some(tuple(Every((where, _comparison(op, found, right))) for where, found in _cases(left)))
    if _branches(right):
        return Some(tuple(Every((where, _comparison(op, left, found))) for where, found in _cases(right)))
    if isinstance(left, Const):
        left, right, op = right, left, _TURNED[op]
    if isinstance(right, Const):
        return _with_constant(op, left, right)
    return _of_two(op, left, right)


def _with_constant(op: Comparison, left: Expr, right: Const) -> Formula:
    if right.value is None or (isinstance(left, Const) and left.value is None):
        return NEVER
    whole = is_whole(left)
    domain = compared(op, right.value, whole)
    if isinstance(left, Const):
        return NEVER if (domain & among([left.value], whole)).empty else ALWAYS
    return Every((Atom(left, domain), present(left)))


def _of_two(op: Comparison, left: Expr, right: Expr) -> Formula:
    if left == right:
        return present(left) if op in ("==", "<=", ">=") else NEVER
    if repr(left) > repr(right):  # one order of the two, whichever was written first
        left, right, op = right, left, _TURNED[op]
    return Every((Atom((left, right), compared(op, 0, whole=True)), present(left), present(right)))


def _membership(operand: Expr, items: list[Expr], value: bool) -> Formula:
    """True where an item equals; false where all items have a value and none equals."""
    constants = [item.value for item in items if isinstance(item, Const)]
    if len(constants) == len(items) and None not in constants and not isinstance(operand, Const) and not _branches(operand):
        listed = among(constants, is_whole(operand))
        domain = listed if value else Domain(listed.complement().bounds, False, listed.whole)
        return Every((Atom(operand, domain), present(operand)))
    if not items:
        return NEVER if value else present(operand)
    parts = tuple(_comparison("==" if value else "!=", operand, item) for item in items)
    return Some(parts) if value else Every(parts)


def _branches(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.op in ("if", "??")


def _cases(expr: Expr) -> Iterator[tuple[Formula, Expr]]:
    """Which expression gives the value of an `if` or `??`, and where; where none is given the value is missing."""
    match expr:
        case Call("if", (condition, then, otherwise)):
            branches = ((true_of(condition), then), (false_of(condition), otherwise))
        case Call("??", (left, *rest)):
            right = rest[0] if len(rest) == 1 else Call("??", tuple(rest), expr.type)
            branches = ((present(left), left), (negated(present(left)), right))
        case _:
            yield ALWAYS, expr
            return
    for where, found in branches:
        for further, leaf in _cases(found):
            yield Every((where, further)), leaf
