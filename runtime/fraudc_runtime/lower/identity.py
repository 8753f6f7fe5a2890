"""An expression in, its canonical text out: what identifies columns and windows in state, whatever rates and list contents are."""

from collections.abc import Iterable
from typing import TypeVar

from fraudc_runtime.expr import Const, Expr, Field, InList, Let, Match, Profile, Slot, children
from fraudc_runtime.plan import Rule, Signature

Seeing = TypeVar("Seeing", Rule, Signature)


def by_where(those: Iterable[Seeing]) -> dict[str, list[Seeing]]:
    """Rules or signatures by the spelling of their `where`."""
    found: dict[str, list[Seeing]] = {}
    for each in those:
        found.setdefault(spell(each.where), []).append(each)
    return found


def spell(expr: Expr | None) -> str:
    """Equal texts are equal meanings; "" for no expression."""
    if expr is None:
        return ""
    parts: list[str] = []
    waiting: list[Expr | str] = [expr]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        parts.append(_head(item))
        inner = children(item)
        if inner:
            waiting.append(")")
            waiting += [part for child in reversed(inner) for part in (child, " ")]
    return "".join(parts)


def _head(expr: Expr) -> str:
    match expr:
        case Const(type=type_, text=text):
            return f"{type_}:{text!r}"
        case Field(name=name) | Let(name=name):
            return name
        case Profile(name=name):
            return f"profile.{name}"
        case Match(name=name):
            return f"match.{name}"
        case Slot(signature=signature):
            return f"slot:{signature}"
        case InList(list=name):
            return f"(in list:{name}"
        case _:
            return f"({expr.op}"
