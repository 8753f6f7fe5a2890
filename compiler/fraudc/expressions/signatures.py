"""Canonical texts of windows: an aggregate in, the text that decides for ever which state is its own out."""

from collections.abc import Mapping

from fraudc import ir
from fraudc.expressions.spell import spell, spell_duration, spell_window
from fraudc.expressions.trees import fold, rebuilt
from fraudc_runtime.expr import Expr, Let


def aggregate_text(aggregate: ir.Aggregate, entity: str | None) -> str:
    """`sum(amount where channel == "ecom") over 1h excluding current delayed by 1d`."""
    arguments = [] if aggregate.argument is None else [spell(aggregate.argument, entity)]
    inside = ", ".join([*arguments, *([aggregate.parameter] if aggregate.parameter else [])])
    if aggregate.condition is not None:
        inside = f"{inside} where {spell(aggregate.condition, entity)}".lstrip()
    excluding = " excluding current" if aggregate.excluding else ""
    delay = f" delayed by {spell_duration(aggregate.delay)}" if aggregate.delay else ""
    return f"{aggregate.function}({inside}) over {spell_window(aggregate.window)}{excluding}{delay}"


def signature_text(aggregate: ir.Aggregate, entity: str, where: Expr | None) -> str:
    """`customer where channel == "ecom": count() over 10m`; the aggregate must read no lets."""
    seen = f" where {spell(where, entity)}" if where is not None else ""
    return f"{entity}{seen}: {aggregate_text(aggregate, entity)}"


def written_out(expr: Expr, lets: Mapping[str, Expr]) -> Expr:
    """The expression with what each let stands for in its place; the lets given read no others."""

    def combine(node: Expr, below: tuple[Expr, ...]) -> Expr:
        return lets[node.name] if isinstance(node, Let) else rebuilt(node, below)

    return fold(expr, combine)
