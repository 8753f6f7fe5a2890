"""Typed expressions: what the compiler emits and the machine turns into Python; closed, frozen, JSON by tag.

Values at run time: bool, int, float and str are Python's own; money is an int of the base currency's minor units; timestamp and duration
are ints of milliseconds; a missing value is None. Operators are total on these values: what has no result is None.
"""

from typing import Literal

import msgspec

Type = Literal["bool", "int", "float", "money", "string", "timestamp", "duration"]
Value = bool | int | float | str | None


class Const(msgspec.Struct, frozen=True, tag_field="node", tag="const"):
    """A literal. `text` is how a signature spells it (`2 EUR`), so that a new exchange rate keeps the signature."""

    type: Type
    value: Value
    text: str


class Field(msgspec.Struct, frozen=True, tag_field="node", tag="field"):
    """A field of the transaction that is being evaluated."""

    name: str
    type: Type
    optional: bool


class Profile(msgspec.Struct, frozen=True, tag_field="node", tag="profile"):
    """A profile field of the rule's entity; missing without a profile row, whatever its type."""

    name: str
    type: Type


class Match(msgspec.Struct, frozen=True, tag_field="node", tag="match"):
    """A field of the held match's transaction; only inside `unless`."""

    name: str
    type: Type
    optional: bool


class Let(msgspec.Struct, frozen=True, tag_field="node", tag="let"):
    """A named value of the same rule, defined before its use."""

    name: str
    type: Type


class Slot(msgspec.Struct, frozen=True, tag_field="node", tag="slot"):
    """The current value of the aggregate whose `Signature.id` this is."""

    signature: str
    type: Type


class Call(msgspec.Struct, frozen=True, tag_field="node", tag="call"):
    """An operator or function on its arguments.

    `op` is one of `+ - * / % == != < <= > >= and or not neg ?? if in is_missing is_present to_float`, or a function's name. The
    types of the arguments select the meaning. `in` has the operand first and the items behind it. `to_float` makes an int a float
    where the language unifies the two (`??`, `if`, `least`, `greatest`). Patterns, zones, networks and digits arrive as Const,
    already checked.
    """

    op: str
    args: "tuple[Expr, ...]"
    type: Type


class InList(msgspec.Struct, frozen=True, tag_field="node", tag="in_list"):
    """Membership in `Plan.lists[list]`; a signature spells the list's name, not what it holds."""

    operand: "Expr"
    list: str
    type: Type = "bool"


Expr = Const | Field | Profile | Match | Let | Slot | Call | InList


def children(expr: Expr) -> tuple[Expr, ...]:
    """The direct sub-expressions, in order of appearance."""
    match expr:
        case Call(args=args):
            return args
        case InList(operand=operand):
            return (operand,)
        case _:
            return ()


def slots(expr: Expr) -> tuple[str, ...]:
    """Ids of the signatures that the expression reads directly, in order of appearance, repeats included."""
    if isinstance(expr, Slot):
        return (expr.signature,)
    return tuple(signature for child in children(expr) for signature in slots(child))
