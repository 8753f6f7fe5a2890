"""An expression in, its canonical text out: what identifies columns and windows in state, whatever rates and list contents are."""

from fraudc_runtime.expr import Const, Expr, Field, InList, Let, Match, Profile, Slot, children


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
