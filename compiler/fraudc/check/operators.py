"""The operators' table of types: an operator and its typed operands in, the typed call out; or a report that says what to write instead."""

from dataclasses import dataclass

from fraudc import syntax
from fraudc.check.wording import TYPE_WORDS, is_a, written
from fraudc.codes import types as codes
from fraudc.diagnostics import Diagnostics
from fraudc_runtime.expr import Call, Const, Expr, Type

_NUMBERS: tuple[Type, Type] = ("int", "float")


@dataclass(frozen=True, slots=True)
class Operand:
    """A typed expression with what was written for it."""

    node: syntax.Expression
    expr: Expr


def _table() -> dict[tuple[str, Type, Type], Type]:
    table: dict[tuple[str, Type, Type], Type] = {
        ("%", "int", "int"): "int",
        ("/", "int", "int"): "float",
        ("/", "money", "money"): "float",
        ("/", "duration", "duration"): "float",
        ("-", "timestamp", "timestamp"): "duration",
        ("-", "timestamp", "duration"): "timestamp",
        ("+", "timestamp", "duration"): "timestamp",
    }
    for op in "+-*":
        table[op, "int", "int"] = "int"
    for op in "+-":
        table |= {(op, "money", "money"): "money", (op, "duration", "duration"): "duration"}
    for op in "+-*/":
        table |= {(op, "int", "float"): "float", (op, "float", "int"): "float", (op, "float", "float"): "float"}
    for number in _NUMBERS:
        table |= {("*", "money", number): "money", ("*", number, "money"): "money", ("/", "money", number): "money"}
    return table


_ARITHMETIC = _table()
_WHEN_MISSING: dict[tuple[str, Type], Type] = {  # the type of a literal `missing` beside this one, where it is not the same
    ("*", "money"): "int",
    ("+", "timestamp"): "duration",
}


def is_missing_literal(expr: Expr) -> bool:
    """A literal `missing`, whose type is open until something beside it settles it."""
    return isinstance(expr, Const) and expr.value is None


def settled(expr: Expr, type_: Type) -> Expr:
    """The expression; a literal `missing` with the type given."""
    return Const(type_, None, "missing") if is_missing_literal(expr) else expr


_INSTEAD: dict[tuple[str, Type], str] = {
    ("*", "money"): "multiply money by a number",
    ("+", "string"): "text is not joined in rules; compare the parts one by one",
    ("%", "int"): "both sides must be whole numbers: `floor(x) % 3`",
    ("%", "float"): "both sides must be whole numbers: `floor(x) % 3`",
    ("+", "timestamp"): "`-` gives the duration between two times",
}
_BESIDE: dict[tuple[str, Type], Type] = {  # what an operator wants beside this type, where it is not the same
    ("+", "timestamp"): "duration",
    ("-", "timestamp"): "duration",
    ("*", "money"): "float",
    ("/", "money"): "float",
}
_ADVICE: dict[tuple[str, Type, Type], str] = {
    ("+", "duration", "timestamp"): "write the time first: `event_time + 5m`",
    ("-", "duration", "timestamp"): "write the time first: `event_time - 5m`",
    ("/", "int", "money"): "divide money by money, or money by a number",
    ("/", "float", "money"): "divide money by money, or money by a number",
    ("*", "duration", "int"): "use `seconds(x)` to get a number",
    ("*", "int", "duration"): "use `seconds(x)` to get a number",
    ("*", "duration", "float"): "use `seconds(x)` to get a number",
    ("*", "float", "duration"): "use `seconds(x)` to get a number",
    ("/", "duration", "int"): "use `seconds(x)` to get a number",
    ("/", "duration", "float"): "use `seconds(x)` to get a number",
}


class Operators:
    """Types the operators of one project; `base` is the currency that hints suggest."""

    def __init__(self, diagnostics: Diagnostics, base: str) -> None:
        self._diagnostics = diagnostics
        self._base = base

    def arithmetic(self, operator: syntax.Operator, left: Operand, right: Operand) -> Expr | None:
        """`+ - * / %`; money stands first in a product."""
        a, b = _settled_pair(operator.text, left.expr, right.expr)
        result = _ARITHMETIC.get((operator.text, a.type, b.type))
        if result is None:
            self._refuse(operator, Operand(left.node, a), Operand(right.node, b))
            return None
        if operator.text == "*" and b.type == "money":
            a, b = b, a
        return Call(operator.text, (a, b), result)

    def comparison(self, operator: syntax.Operator, left: Operand, right: Operand) -> Expr | None:
        """`== != < <= > >=`: two values of one type; int and float compare as numbers."""
        for operand, other in ((left, right), (right, left)):
            if is_missing_literal(operand.expr):
                asked = "is present" if operator.text == "!=" else "is missing"
                label = f"write {written(other.node.span)[:-1]} {asked}`"
                self._diagnostics.report(codes.COMPARED_WITH_MISSING, "nothing can be compared with `missing`", operand.node.span, label)
                return None
        types = {left.expr.type, right.expr.type}
        if len(types) > 1 and types != {"int", "float"}:
            self._report_mix(left, right)
            return None
        if types == {"bool"} and operator.text not in ("==", "!="):
            message = f"{is_a(left.node, 'bool')}, which has no order"
            self._diagnostics.report(codes.WRONG_OPERAND, message, operator.span, "compare with `==` or `!=`, or join with `and`")
            return None
        return Call(operator.text, (left.expr, right.expr), "bool")

    def unify(self, operands: list[Operand]) -> list[Expr] | None:
        """The operands in one type: ints become floats beside a float, a literal `missing` takes the others' type."""
        typed = [operand for operand in operands if not is_missing_literal(operand.expr)]
        if not typed:
            self._diagnostics.report(
                codes.NO_TYPE, "nothing here says what type is missing", operands[0].node.span, "write a value or a field"
            )
            return None
        types = {operand.expr.type for operand in typed}
        if len(types) > 1 and types != {"int", "float"}:
            other = next(operand for operand in typed if operand.expr.type not in _alike(typed[0].expr.type))
            self._report_mix(typed[0], other)
            return None
        common: Type = "float" if len(types) > 1 else types.pop()
        return [as_type(settled(operand.expr, common), common) for operand in operands]

    def _refuse(self, operator: syntax.Operator, left: Operand, right: Operand) -> None:
        both = (left.expr.type, right.expr.type)
        if advice := _ADVICE.get((operator.text, *both)):
            message = f"{is_a(left.node, both[0])}, and {is_a(right.node, both[1])}"
            self._diagnostics.report(codes.MIXED_TYPES, message, operator.span, advice)
        elif both[0] == both[1] or set(both) == {"int", "float"}:
            message = f"`{operator.text}` does not take {'numbers with decimals' if set(both) <= {'int', 'float'} else TYPE_WORDS[both[0]]}"
            self._diagnostics.report(
                codes.WRONG_OPERAND, message, operator.span, _INSTEAD.get((operator.text, both[0]), "it takes numbers")
            )
        else:
            self._report_mix(left, right, operator.text)

    def _report_mix(self, left: Operand, right: Operand, operator: str = "") -> None:
        message = f"{is_a(left.node, left.expr.type)}, and {is_a(right.node, right.expr.type)}"
        literal = left if isinstance(left.expr, Const) and not isinstance(right.expr, Const) else right
        other = (right if literal is left else left).expr.type
        wanted = _BESIDE.get((operator, other), other)
        self._diagnostics.report(codes.MIXED_TYPES, message, literal.node.span, self._instead(literal, wanted))

    def _instead(self, literal: Operand, wanted: Type) -> str:
        """What to write for a value that stands beside one of another type."""
        match literal.node, wanted:
            case syntax.Number(value=value), "money":
                return f"write the currency: `{value:_} {self._base}`"
            case syntax.Number(), "duration":
                return f"write the unit: {written(literal.node.span)[:-1]}m`"
            case ((syntax.Number() | syntax.Money() | syntax.Boolean() | syntax.Duration()), "string"):
                return f'put it in quotes: `"{written(literal.node.span)[1:-1]}"`'
            case syntax.String(value=value), ("int" | "float") if value.replace(".", "", 1).isdecimal() and len(value) < 20:
                return f"write it without quotes: `{value}`"
            case ((syntax.String() | syntax.Number()), "timestamp"):
                return "times stand in fields alone; dates that bound a rule stand in its `from:` and `until:`"
            case syntax.Money(amount=amount), ("int" | "float"):
                return f"write it without the currency: `{amount}`"
            case _ if literal.expr.type == "duration" and wanted in _NUMBERS:
                return "`seconds(x)`, `minutes(x)`, `hours(x)` and `days(x)` turn a duration into a number"
            case _ if literal.expr.type == "money" and wanted in _NUMBERS:
                return f"divide by an amount of money to get a number: `/ 1 {self._base}`"
            case _:
                return f"this must be {TYPE_WORDS[wanted]}"


def as_type(expr: Expr, type_: Type) -> Expr:
    """An int where a float is wanted becomes one, inside `??` each operand by itself; everything else stays."""
    if (expr.type, type_) != ("int", "float"):
        return expr
    if is_missing_literal(expr):
        return settled(expr, type_)
    if isinstance(expr, Call) and expr.op == "??":
        return Call("??", tuple(as_type(operand, type_) for operand in expr.args), type_)
    return Call("to_float", (expr,), "float")


def joined(op: str, operands: list[Expr]) -> Expr:
    """`and`, `or`, `??` over many operands: they associate, so brackets inside make no difference."""
    return _balanced(op, [part for operand in operands for part in _parts(op, operand)])


def _balanced(op: str, operands: list[Expr]) -> Expr:
    """A tree as shallow as it can be, its leaves in order."""
    if len(operands) == 1:
        return operands[0]
    middle = (len(operands) + 1) // 2
    return Call(op, (_balanced(op, operands[:middle]), _balanced(op, operands[middle:])), operands[0].type)


def _parts(op: str, expr: Expr) -> list[Expr]:
    if isinstance(expr, Call) and expr.op == op:
        return [part for operand in expr.args for part in _parts(op, operand)]
    return [expr]


def _alike(type_: Type) -> tuple[Type, ...]:
    return _NUMBERS if type_ in _NUMBERS else (type_,)


def _settled_pair(op: str, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    if is_missing_literal(left) and is_missing_literal(right):
        return settled(left, "int"), settled(right, "int")
    if is_missing_literal(right):
        return left, settled(right, _WHEN_MISSING.get((op, left.type), left.type))
    return settled(left, _WHEN_MISSING.get((op, right.type), right.type) if op == "*" else right.type), right
