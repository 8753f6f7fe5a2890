"""Typed expressions as trees: what to do at one node in, the result for the whole out; with a stack of its own, for trees may be deep."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from fraudc_runtime.expr import Call, Expr, InList, children

Result = TypeVar("Result")


def fold(expr: Expr, combine: Callable[[Expr, tuple[Result, ...]], Result]) -> Result:
    """Calls combine(node, results of its children) from the leaves up, and returns the root's result."""
    results: list[Result] = []
    waiting: list[tuple[Expr, bool]] = [(expr, False)]
    while waiting:
        node, ready = waiting.pop()
        below = children(node)
        if ready or not below:
            at = len(results) - len(below)
            results[at:] = [combine(node, tuple(results[at:]))]
        else:
            waiting.append((node, True))
            waiting += [(child, False) for child in reversed(below)]
    return results[0]


def rebuilt(node: Expr, below: tuple[Expr, ...]) -> Expr:
    """The node over other children."""
    match node:
        case Call(op=op, type=type_):
            return Call(op, below, type_)
        case InList(list=name):
            return InList(below[0], name)
        case _:
            return node


def nodes(expr: Expr) -> Iterator[Expr]:
    """Every node, parents before children, children from left to right."""
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(children(node))
