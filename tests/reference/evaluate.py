"""An expression and the transaction it is evaluated at in, its value out (None for missing), by walking the tree."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from reference import windows
from reference.functions import FUNCTIONS
from reference.kinds import kind_of
from reference.operators import arithmetic, compare, negated
from reference.parser import Aggregate, Dotted, Literal, Membership, MoneyLiteral, Name, Node, Operation
from reference.project import Project, Rule, list_value
from reference.reading import Transaction
from reference.values import DECIMALS, Duration, Money, Timestamp, in_64_bits


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: `visible` lets are above it; `history` are the rule's transactions of the key, the current one last."""

    project: Project
    rule: Rule
    transaction: Transaction
    visible: int = 0
    history: tuple[Transaction, ...] = ()
    profile: dict[str, Any] = field(default_factory=dict)
    match: Transaction | None = None
    memo: dict[tuple[int, int], Any] = field(default_factory=dict)

    def let(self, name: str) -> int | None:
        """Index of the let of that name above this place."""
        found = [at for at, (let, _) in enumerate(self.rule.lets[: self.visible]) if let == name]
        return found[-1] if found else None

    def lookup(self, name: Name | Dotted) -> str | None:
        """The kind of value behind a name."""
        if isinstance(name, Dotted):
            if name.owner == "match":
                return self.project.fields[name.name].kind
            return self.project.entities[name.owner].profile[name.name].kind
        at = self.let(name.name)
        if at is None:
            return self.project.fields[name.name].kind
        return kind_of(self.rule.lets[at][1], replace(self, visible=at).lookup)

    def kind(self, node: Node) -> str | None:
        return kind_of(node, self.lookup)


def evaluate(node: Node, scope: Scope) -> Any:
    match node:
        case Literal(value=value):
            return value
        case MoneyLiteral(text=text, currency=currency):
            return scope.project.money(text, currency)
        case Name(name=name):
            at = scope.let(name)
            if at is None:
                return scope.transaction.fields[name]
            return evaluate(scope.rule.lets[at][1], replace(scope, visible=at))
        case Dotted(owner=owner, name=name):
            if owner == "match":
                assert scope.match is not None
                return scope.match.fields[name]
            return scope.profile.get(name)
        case Membership():
            return _membership(node, scope)
        case Aggregate():
            return _bounded(_aggregate(node, scope))
        case Operation():
            return _bounded(_operation(node, scope))


def _bounded(value: Any) -> Any:
    """Missing instead of an integer outside 64 bits and of a float that is not finite."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case int() | Money() | Timestamp() | Duration():
            number = value if isinstance(value, int) else value.minor if isinstance(value, Money) else value.ms
            return value if in_64_bits(number) else None
    return value


def _membership(node: Membership, scope: Scope) -> bool | None:
    value = evaluate(node.operand, scope)
    if value is None:
        return None
    if isinstance(node.items, str):
        kind = scope.kind(node.operand)
        items = [list_value(text, kind, scope.project) for text in scope.project.lists[node.items]]
    else:
        items = [evaluate(item, scope) for item in node.items]
    if any(item is not None and item == value for item in items):
        return True
    return None if any(item is None for item in items) else False


_SPECIAL: dict[str, Callable[[tuple[Node, ...], Scope], Any]] = {
    "is missing": lambda operands, scope: evaluate(operands[0], scope) is None,
    "is present": lambda operands, scope: evaluate(operands[0], scope) is not None,
    "and": lambda operands, scope: _and([evaluate(operand, scope) for operand in operands]),
    "or": lambda operands, scope: negated(_and([negated(evaluate(operand, scope)) for operand in operands])),
    "??": lambda operands, scope: next((v for v in (evaluate(operand, scope) for operand in operands) if v is not None), None),
    "if": lambda operands, scope: _choose(evaluate(operands[0], scope), operands, scope),
}


def _and(values: list[bool | None]) -> bool | None:
    if False in values:
        return False
    return None if None in values else True


def _choose(condition: bool | None, operands: tuple[Node, ...], scope: Scope) -> Any:
    return None if condition is None else evaluate(operands[1 if condition else 2], scope)


def _operation(node: Operation, scope: Scope) -> Any:
    name, operands = node.name, node.operands
    value = _SPECIAL[name](operands, scope) if name in _SPECIAL else _strict(name, [evaluate(operand, scope) for operand in operands])
    if name in ("??", "if", "least", "greatest") and type(value) is int and scope.kind(node) == "float":
        return float(value)
    return value


def _strict(name: str, values: list[Any]) -> Any:
    """Operators and functions that are missing when an operand is."""
    if any(value is None for value in values):
        return None
    if name == "not":
        return negated(values[0])
    if name in FUNCTIONS:
        try:
            return FUNCTIONS[name](*values)
        except (ValueError, OverflowError):
            return None
    return compare(name, *values) if name in ("==", "!=", "<", "<=", ">", ">=") else arithmetic(name, *values)


def _at_member(node: Node, member: Transaction, scope: Scope) -> Any:
    """The value that an argument or inner condition had at a member's own time; it never changes afterwards."""
    place = (id(node), member.line)
    if place not in scope.memo:
        scope.memo[place] = evaluate(node, replace(scope, transaction=member, history=()))
    return scope.memo[place]


def _aggregate(node: Aggregate, scope: Scope) -> Any:
    now = scope.transaction
    members = [m for m in scope.history if windows.is_member(node.window, node.delay, m.time, now.time)]
    if node.excluding or node.name in ("prev", "zscore"):
        members = [member for member in members if member is not now]
    if node.condition is not None:
        members = [member for member in members if _at_member(node.condition, member, scope) is True]
    if not node.arguments:
        return len(members)
    argument = node.arguments[0]
    values = [value for value in (_at_member(argument, member, scope) for member in members) if value is not None]
    return _summary(node, values, now in members, scope)


def _summary(node: Aggregate, values: list[Any], current_is_member: bool, scope: Scope) -> Any:
    argument, more = node.arguments[0], [value.value for value in node.arguments[1:] if isinstance(value, Literal)]
    now = _at_member(argument, scope.transaction, scope)
    match node.name:
        case "median":
            return windows.percentile(values, Fraction(50))
        case "percentile":
            return windows.percentile(values, Fraction(repr(more[0])))
        case "zscore":
            return windows.zscore(now, values, more[0] if more else 10)
        case "rising":
            return windows.rising(values, more[0] if more else 1) if current_is_member and now is not None else 0
    return windows.SIMPLE[node.name](values, scope.kind(argument) or "", DECIMALS[scope.project.base])
