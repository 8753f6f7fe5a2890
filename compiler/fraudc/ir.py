"""Typed rules: between the checker, which makes them, and the planner, which turns them into a Plan."""

from dataclasses import dataclass, field

from fraudc.source import Span
from fraudc_runtime import plan
from fraudc_runtime.expr import Expr, Type


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate as it stands in a rule; `id` is unique in the project and stands in the Slot that reads it.

    Normalised: `prev` is `last` with `excluding`, `median` percentile 50; defaults are filled in. Argument and condition may read the
    rule's lets. `parameter` is decimal text, "" for aggregates that have none; `delay` is in milliseconds; `place` is where it stands.
    """

    id: str
    function: str
    argument: Expr | None
    parameter: str
    condition: Expr | None
    window: plan.Window
    excluding: bool
    delay: int
    type: Type
    place: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A plan's rule whose Slots name `aggregates` by id; `expansion` is the detector's condition alone, None without a detector."""

    rule: plan.Rule
    aggregates: tuple[Aggregate, ...]
    expansion: Expr | None


@dataclass(frozen=True, slots=True)
class Project:
    """A checked project."""

    schema: plan.Schema
    lists: dict[str, plan.ListValues]
    rules: tuple[Rule, ...]
