"""Aggregates: one as written, its arguments typed, in; its normalised definition in the scope and the Slot that reads it out."""

from decimal import Decimal

from fraudc import ir, syntax
from fraudc.builtins import AGGREGATES, FUNCTIONS, Aggregate
from fraudc.check.calls import count_fits, fitting, spread
from fraudc.check.operators import Operand
from fraudc.check.scope import RuleScope, measured
from fraudc.check.windows import window_of
from fraudc.check.wording import written
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Const, Expr, Slot, Type

_LARGEST_PERCENTILE = 100
_MOST_NODES, _DEEPEST = 10_000, 200
_MOST_IN_PROJECT = 200_000  # names and operators


def aggregate(
    node: syntax.Aggregate, arguments: list[Operand | None], condition: Expr | None, scope: RuleScope, diagnostics: Diagnostics
) -> Slot | None:
    """The Slot; None where something is reported. The definition is appended to the scope's aggregates."""
    definition = AGGREGATES.get(node.function.name)
    if definition is None:
        _unknown(node.function, diagnostics)
        return None
    window = window_of(node, definition, diagnostics)
    if not count_fits(node, definition.parameters, diagnostics):
        return None
    parameters = spread(definition.parameters, len(arguments))
    fitted = [argument and fitting(argument, parameter, diagnostics) for argument, parameter in zip(arguments, parameters, strict=True)]
    present = [argument for argument in fitted if argument is not None]
    parameter = _parameter(definition, present, diagnostics) if len(present) == len(fitted) else None
    argument = present[0].expr if present else None
    if parameter is None or window is None or not _small_enough(node, (argument, condition), scope, diagnostics):
        return None
    delay = node.delay.milliseconds if isinstance(node.delay, syntax.Duration) else 0
    excluding = (node.excluding is not None or definition.name == "prev") and not delay  # a delayed window never holds the current one
    function = {"prev": "last", "median": "percentile"}.get(definition.name, definition.name)
    type_ = _result(definition, argument)
    found = ir.Aggregate(scope.next_id(), function, argument, parameter, condition, window, excluding, delay, type_, node.span)
    scope.aggregates.append(found)
    return Slot(found.id, type_)


def _small_enough(node: syntax.Aggregate, exprs: tuple[Expr | None, ...], scope: RuleScope, diagnostics: Diagnostics) -> bool:
    for expr in exprs:
        size, depth = measured(expr, scope.lets) if expr is not None else (0, 0)
        if size > _MOST_NODES or depth > _DEEPEST:
            message = "the lets that this aggregate reads are too large, written out"
            diagnostics.report(planning.TOO_LARGE, message, node.span, "compute less inside the aggregate")
            return False
        scope.written_out.nodes += size
    scope.written_out.nodes += scope.seen
    if scope.written_out.nodes > _MOST_IN_PROJECT:
        message = f"the project's aggregates are too large: {_MOST_IN_PROJECT:,} names and operators, with `where` and lets written out"
        diagnostics.report(planning.TOO_LARGE, message, node.span, "compute less inside aggregates, or shorten `where`")
        return False
    return True


def _result(definition: Aggregate, argument: Expr | None) -> Type:
    if argument is not None and (definition.result == "same" or (definition.name == "avg" and argument.type == "money")):
        return argument.type
    match definition.result:
        case "same" | "unified":
            raise AssertionError("an aggregate whose type is its argument's needs one")
        case type_:
            return type_


def _parameter(definition: Aggregate, arguments: list[Operand], diagnostics: Diagnostics) -> str | None:
    """The second argument as decimal text, the default without one, "" for aggregates that have none; None if it is out of range."""
    if definition.name == "median":
        return "50"
    if len(arguments) < 2 or not isinstance(arguments[1].expr, Const):
        return definition.default
    node, value = arguments[1].node, arguments[1].expr.value
    if isinstance(value, bool | str) or value is None:
        raise AssertionError("a second argument is a number")
    if definition.name == "percentile" and isinstance(node, syntax.Percent):
        diagnostics.report(codes.BAD_LITERAL, "a percentile is a number, not a share", node.span, f"write `{written(node.span)[1:-2]}`")
        return None
    if definition.name == "percentile" and not 0 < value <= _LARGEST_PERCENTILE:
        diagnostics.report(codes.BAD_LITERAL, "a percentile lies above 0 and up to 100", node.span, "write `95`, for example")
        return None
    if definition.name == "zscore" and value < 1:
        diagnostics.report(codes.BAD_LITERAL, "the least number of members is at least 1", node.span, "write `10`, for example")
        return None
    return decimal_text(value)


def decimal_text(value: int | float) -> str:
    """A number as decimal text without exponent and trailing zeros.

    >>> decimal_text(95.0), decimal_text(1e-3), decimal_text(1_000)
    ('95', '0.001', '1000')
    """
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unknown(name: syntax.Name, diagnostics: Diagnostics) -> None:
    if name.name in FUNCTIONS:
        message = f"`{name.name}` is a function of one transaction and has no window"
        diagnostics.report(codes.UNKNOWN_FUNCTION, message, name.span, "remove `over` and what follows")
        return
    label = did_you_mean(name.name, AGGREGATES) or f"there are {', '.join(AGGREGATES)}"
    shown = name.name if len(name.name) <= 60 else name.name[:59] + "…"
    diagnostics.report(codes.UNKNOWN_FUNCTION, f"there is no aggregate `{shown}`", name.span, label)
