"""What kind of value an expression has: syntax tree and the kinds of names in, one of the type names (None for `missing`) out."""

from collections.abc import Callable

from reference.functions import RESULTS
from reference.parser import Aggregate, Dotted, Literal, Membership, MoneyLiteral, Name, Node, Operation
from reference.values import Duration, Money, Timestamp

Lookup = Callable[[Name | Dotted], str | None]
_KINDS = {bool: "bool", int: "int", float: "float", str: "string", Money: "money", Timestamp: "timestamp", Duration: "duration"}
_BOOLEAN = {"and", "or", "not", "==", "!=", "<", "<=", ">", ">=", "is missing", "is present"}


def unified(left: str | None, right: str | None) -> str | None:
    """The kind that two branches share: int and float are float, `missing` is anything."""
    if left is None or right is None or left == right:
        return left or right
    return "float"


def kind_of(node: Node, lookup: Lookup) -> str | None:
    match node:
        case Literal(value=value):
            return _KINDS.get(type(value))
        case MoneyLiteral():
            return "money"
        case Name() | Dotted():
            return lookup(node)
        case Membership():
            return "bool"
        case Aggregate(name=name, arguments=arguments):
            return RESULTS.get(name) or _aggregate(name, kind_of(arguments[0], lookup))
        case Operation(name=name, operands=operands):
            return _operation(name, [kind_of(operand, lookup) for operand in operands])


def _aggregate(name: str, argument: str | None) -> str | None:
    return "float" if name == "avg" and argument != "money" else argument


def _operation(name: str, kinds: list[str | None]) -> str | None:
    if name in _BOOLEAN:
        return "bool"
    if name in RESULTS:
        return RESULTS[name]
    if name in ("+", "-"):
        return _sum(name, kinds[0], kinds[1])
    if name == "/":
        return "money" if kinds[0] == "money" and kinds[1] != "money" else "float"
    if name == "*":
        return "money" if "money" in kinds else unified(kinds[0], kinds[1])
    if name in ("??", "least", "greatest", "if"):
        kinds = kinds[1:] if name == "if" else kinds
        result = kinds[0]
        for other in kinds[1:]:
            result = unified(result, other)
        return result
    return kinds[0]  # %, neg, abs, round


def _sum(name: str, left: str | None, right: str | None) -> str | None:
    if "timestamp" in (left, right):
        return "duration" if name == "-" and left == right else "timestamp"
    return unified(left, right)
