"""What an alert shows behind the lets: a rule's own `when` in, the fields that stand in it out, in order of first appearance."""

from collections.abc import Iterator

from typing_extensions import assert_never

from fraudc import syntax
from fraudc.check.scope import RuleScope


def fields_read(when: syntax.Expression, scope: RuleScope) -> tuple[str, ...]:
    """Fields read outside of aggregates; a name that a let has is the let."""
    names = (name for name in _names(when) if name not in scope.lets and name in scope.fields)
    return tuple(dict.fromkeys(names))


def _names(root: syntax.Expression) -> Iterator[str]:
    waiting: list[syntax.Expression] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.Name):
            yield node.name
        waiting += reversed(_children(node))


def _children(node: syntax.Expression) -> tuple[syntax.Expression, ...]:
    match node:
        case syntax.Not(operand=operand) | syntax.Negative(operand=operand) | syntax.Presence(operand=operand):
            return (operand,)
        case syntax.Chain(operands=operands):
            return operands
        case syntax.Compare(left=left, right=right):
            return (left, right)
        case syntax.Membership(operand=operand, among=syntax.Items(items=items)):
            return (operand, *items)
        case syntax.Membership(operand=operand):
            return (operand,)
        case syntax.Call(arguments=arguments):
            return arguments
        case syntax.Aggregate() | syntax.Member() | syntax.Name() | syntax.Invalid():
            return ()
        case (
            syntax.Number() | syntax.Percent() | syntax.Money() | syntax.Duration() | syntax.String() | syntax.Boolean() | syntax.Missing()
        ):
            return ()
        case _:
            assert_never(node)
