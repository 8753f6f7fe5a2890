"""The syntax tree of an expression: what was written, untyped; frozen nodes whose place in the file takes no part in equality."""

from dataclasses import dataclass, field

from fraudc.source import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in a file."""

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Invalid(Node):
    """What could not be read and has been reported; silent in the phases behind."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """An int of 64 bits, or a finite float."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Percent(Node):
    """`5%`, as the float 0.05."""

    value: float


@dataclass(frozen=True, slots=True)
class Money(Node):
    """`amount` is plain decimal text without underscores and trailing zeros; the currency is not looked up yet."""

    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class Duration(Node):
    milliseconds: int


@dataclass(frozen=True, slots=True)
class String(Node):
    """`value` is decoded."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Missing(Node):
    """The literal `missing`."""


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`customer.segment`, or `match.amount` (owner `match`)."""

    owner: Name
    name: Name


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Operator(Node):
    """The operator's own text and place."""

    text: str


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """`a + b - c`: operands of one precedence, from left to right, with the operators between them (one fewer)."""

    operands: "tuple[Expression, ...]"
    operators: tuple[Operator, ...]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: Operator
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list written in place."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`x in […]` or `x in name`."""

    operand: "Expression"
    among: Items | Name
    negated: bool


@dataclass(frozen=True, slots=True)
class Presence(Node):
    """`x is present`, or `x is missing`."""

    operand: "Expression"
    present: bool


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: Name
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Sliding(Node):
    """`over 10m`, with `step` also `over 1h every 5m`."""

    size: Duration
    step: Duration | None


@dataclass(frozen=True, slots=True)
class Tumbling(Node):
    size: Duration
    zone: String | None


@dataclass(frozen=True, slots=True)
class All(Node):
    """`over all`."""


@dataclass(frozen=True, slots=True)
class Excluding(Node):
    """`excluding current`."""


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    function: Name
    arguments: "tuple[Expression, ...]"
    condition: "Expression | None"
    window: "Window"
    excluding: Excluding | None
    delay: Duration | Invalid | None


Window = Sliding | Tumbling | All | Invalid
Literal = Number | Percent | Money | Duration | String | Boolean | Missing
Expression = Invalid | Literal | Name | Member | Not | Negative | Chain | Compare | Membership | Presence | Call | Aggregate
