"""Calls of functions: a call with its typed arguments in, the typed call out, arguments and literals checked by the table of builtins."""

import ipaddress
import zoneinfo
from functools import cache

import re2

from fraudc import syntax
from fraudc.builtins import AGGREGATES, FUNCTIONS, Function, Kind, Parameter
from fraudc.check.operators import Operand, Operators, is_missing_literal, settled
from fraudc.check.wording import is_a, one_of, written
from fraudc.codes import planning
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc.suggest import did_you_mean
from fraudc_runtime.expr import Call, Const, Expr, Type


def call(node: syntax.Call, arguments: list[Operand | None], operators: Operators, diagnostics: Diagnostics) -> Expr | None:
    """The typed call, or None."""
    function = FUNCTIONS.get(node.function.name)
    if function is None:
        _unknown(node.function, diagnostics)
        return None
    if not count_fits(node, function.parameters, diagnostics):
        return None
    parameters = spread(function.parameters, len(arguments))
    open_ = function.result == "unified"
    checked = [
        argument and fitting(argument, parameter, diagnostics, open_) for argument, parameter in zip(arguments, parameters, strict=True)
    ]
    present = [argument for argument in checked if argument is not None]
    return _typed(function, present, operators) if len(present) == len(checked) else None


def _typed(function: Function, arguments: list[Operand], operators: Operators) -> Expr | None:
    if function.result != "unified":
        exprs = tuple(argument.expr for argument in arguments)
        return Call(function.name, exprs, exprs[0].type if function.result == "same" else function.result)
    ahead = 1 if function.name == "if" else 0
    unified = operators.unify(arguments[ahead:])
    if unified is None:
        return None
    return Call(function.name, (*(argument.expr for argument in arguments[:ahead]), *unified), unified[0].type)


def spread(parameters: tuple[Parameter, ...], count: int) -> tuple[Parameter, ...]:
    """One parameter for each argument; the last repeats."""
    return (*parameters, *parameters[-1:] * (count - len(parameters)))[:count]


def count_fits(node: syntax.Call | syntax.Aggregate, parameters: tuple[Parameter, ...], diagnostics: Diagnostics) -> bool:
    """Whether the number of arguments is one that the builtin takes; reports otherwise."""
    needed = sum(not parameter.optional for parameter in parameters)
    most = None if any(parameter.repeats for parameter in parameters) else len(parameters)
    given = len(node.arguments)
    if needed <= given and (most is None or given <= most):
        return True
    name = node.function.name
    signature = ", ".join(f"[{p.name}]" if p.optional else f"{p.name}, …" if p.repeats else p.name for p in parameters)
    message = f"`{name}` takes {_amount(needed, most)}, and here {'is' if given == 1 else 'are'} {given or 'none'}"
    diagnostics.report(codes.ARGUMENT_COUNT, message, node.span, f"`{name}({signature})`")
    return False


def _amount(needed: int, most: int | None) -> str:
    if most is None:
        return f"{needed} arguments or more"
    if needed == most:
        return f"{most or 'no'} argument{'' if most == 1 else 's'}"
    return f"{needed} to {most} arguments" if needed else f"at most {most} argument{'' if most == 1 else 's'}"


def fitting(argument: Operand, parameter: Parameter, diagnostics: Diagnostics, open_: bool = False) -> Operand | None:
    """The argument if the parameter takes it; literals are checked; a literal `missing` gets a type unless others beside it give it one."""
    if parameter.kind != "expression":
        return _literal(argument, parameter, diagnostics)
    if is_missing_literal(argument.expr):
        return argument if open_ else Operand(argument.node, settled(argument.expr, parameter.types[0]))
    if argument.expr.type in parameter.types:
        return argument
    message = f"`{parameter.name}` must be {one_of(parameter.types)}, and {is_a(argument.node, argument.expr.type)}"
    label = _INSTEAD.get((argument.expr.type, parameter.types), f"it takes {one_of(parameter.types)}")
    diagnostics.report(codes.WRONG_ARGUMENT, message, argument.node.span, label)
    return None


_INSTEAD: dict[tuple[Type, tuple[Type, ...]], str] = {
    ("duration", ("int", "float")): "`seconds(x)` turns a duration into a number",
    ("duration", ("int", "float", "money")): "`seconds(x)` turns a duration into a number",
    ("money", ("int", "float")): "divide by an amount of money to get a number",
    ("float", ("int",)): "`floor(x)` gives a whole number",
    ("timestamp", ("duration",)): "subtract a time to get a duration: `event_time - x`",
}


def literal_number(node: syntax.Expression) -> int | float | None:
    """The value of a number that is written out, with or without a sign."""
    match node:
        case syntax.Number(value=value):
            return value
        case syntax.Percent(value=value):
            return value
        case syntax.Negative(operand=syntax.Number(value=value) | syntax.Percent(value=value)):
            return -value
        case _:
            return None


def _literal(argument: Operand, parameter: Parameter, diagnostics: Diagnostics) -> Operand | None:
    node = argument.node
    if parameter.kind in ("number", "whole number"):
        value = literal_number(node)
        if value is None or (parameter.kind == "whole number" and not isinstance(value, int)):
            _not_literal(argument, parameter, diagnostics)
            return None
        text = repr(value)
        return Operand(node, Const("int" if isinstance(value, int) else "float", value, text))
    if not isinstance(node, syntax.String):
        _not_literal(argument, parameter, diagnostics)
        return None
    if complaint := _complaint(parameter.kind, node.value):
        message, label = complaint
        diagnostics.report(codes.BAD_LITERAL, message, node.span, label)
        return None
    return argument


def _not_literal(argument: Operand, parameter: Parameter, diagnostics: Diagnostics) -> None:
    what = {"number": "a number", "whole number": "a whole number"}.get(parameter.kind, "a string")
    message = f"`{parameter.name}` must be {what} that is written out, and here is {written(argument.node.span)}"
    diagnostics.report(codes.NOT_A_LITERAL, message, argument.node.span, _LITERAL_EXAMPLES[parameter.kind])


_LITERAL_EXAMPLES: dict[Kind, str] = {
    "expression": "any expression",
    "number": "a number such as `95`",
    "whole number": "a number such as `2`",
    "pattern": 'a pattern such as `"M[0-9]+"`',
    "network": 'a network such as `"10.0.0.0/8"`',
    "zone": 'a time zone such as `"Europe/Paris"`',
}


def _complaint(kind: Kind, text: str) -> tuple[str, str] | None:
    match kind:
        case "pattern":
            reason = _pattern_fault(text)
            return (f"this pattern cannot be read: {reason}", "patterns follow RE2's syntax") if reason else None
        case "network":
            return None if _is_network(text) else ("this is not a network", _LITERAL_EXAMPLES["network"])
        case "zone":
            return zone_complaint(text)
        case _:
            return None


def zone_complaint(zone: str) -> tuple[str, str] | None:
    """(message, label) for a text that names no IANA time zone."""
    if zone in _zones():
        return None
    return "this is not a time zone", did_you_mean(zone, _zones()) or _LITERAL_EXAMPLES["zone"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _pattern_fault(pattern: str) -> str | None:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        return text[:80] or "malformed"
    return None


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _unknown(name: syntax.Name, diagnostics: Diagnostics) -> None:
    if name.name in AGGREGATES:
        diagnostics.report(
            planning.NO_WINDOW, f"`{name.name}` is an aggregate, which needs a window", name.span, f"write `{name.name}(…) over 1h`"
        )
        return
    shown = name.name if len(name.name) <= 60 else name.name[:59] + "…"
    label = did_you_mean(name.name, [*FUNCTIONS, *AGGREGATES]) or "`fraudc explain E302` shows what there is"
    diagnostics.report(codes.UNKNOWN_FUNCTION, f"there is no function `{shown}`", name.span, label)
