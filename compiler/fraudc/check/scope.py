"""What an expression may read, by where it stands: the rule's entity, lets and aggregates in, names resolved or refused out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fraudc import ir
from fraudc.check.lists import ListReader
from fraudc.codes import planning
from fraudc.diagnostics import Code
from fraudc.expressions.trees import fold
from fraudc_runtime.expr import Expr, Let, Type
from fraudc_runtime.plan import EntitySpec, FieldSpec, Schema


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands. `aggregates`, `lets`: may it hold them; `windowed_lets`: also those that hold aggregates.

    `refusal` is the code for an aggregate or let that may not stand here, `name` how messages call the place.
    """

    name: str
    refusal: Code
    instead: str
    aggregates: bool = False
    lets: bool = True
    windowed_lets: bool = False
    match: bool = False


WHERE = Place("`where`", planning.NOT_IN_WHERE, "move this condition to `when`", lets=False)
LET = Place("a let", planning.NESTED_AGGREGATE, "", aggregates=True, windowed_lets=True)
WHEN = Place("`when`", planning.NESTED_AGGREGATE, "", aggregates=True, windowed_lets=True)
MEMBER = Place("an aggregate", planning.NESTED_AGGREGATE, "here stand fields, profile fields and functions of them")
UNLESS = Place("`unless`", planning.NOT_IN_UNLESS, "here stand fields, `match.FIELD` and lets without aggregates", match=True)
LIMIT = Place(
    "a detector's limit", planning.NOT_IN_LIMIT, "give the aggregate a name with `let`, and write that name here", windowed_lets=True
)


@dataclass(frozen=True, slots=True)
class Named:
    """A let that has been checked; `type` None if it could not be. `size` and `depth`: nodes, with the lets that it reads written out."""

    name: str
    type: Type | None
    windowed: bool
    size: int = 1
    depth: int = 1


@dataclass(slots=True)
class WrittenOut:
    """Nodes of all aggregates of the project so far, each with its rule's `where` and the lets that it reads written out."""

    nodes: int = 0


@dataclass(slots=True)
class RuleScope:
    """What the expressions of one rule share. `promised` are all its lets' names, `lets` those checked so far.

    `seen` are the nodes of the rule's `where`; `written_out` is shared by all rules.
    """

    rule: str
    schema: Schema
    fields: Mapping[str, FieldSpec]
    entity: EntitySpec | None
    entity_known: bool
    lists: ListReader
    promised: frozenset[str]
    written_out: WrittenOut
    seen: int = 0
    lets: dict[str, Named] = field(default_factory=dict)
    aggregates: list[ir.Aggregate] = field(default_factory=list)

    def next_id(self) -> str:
        """An id for the rule's next aggregate."""
        return f"{self.rule}/{len(self.aggregates)}"


Checked = Expr | None  # None: a mistake that has been reported


def measured(expr: Expr, lets: Mapping[str, Named]) -> tuple[int, int]:
    """(nodes, nodes in each other) of an expression with its lets written out."""

    def combine(node: Expr, below: tuple[tuple[int, int], ...]) -> tuple[int, int]:
        if isinstance(node, Let):
            return lets[node.name].size, lets[node.name].depth
        return 1 + sum(size for size, _ in below), 1 + max((depth for _, depth in below), default=0)

    return fold(expr, combine)
