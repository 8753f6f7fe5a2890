"""What the window kinds have in common: the columns of a rule set's members, and the units of state over them."""

from dataclasses import dataclass, field
from typing import Protocol

from fraudc_runtime.aggregates.accumulator import Accumulator
from fraudc_runtime.expr import Type
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.source import Lowered, Namespace, guarded
from fraudc_runtime.plan import Window

ALL_MEMBERS = "|"  # the identity of the column that `count()` has: no argument, no inner `where`


@dataclass(frozen=True, slots=True)
class Column:
    """An aggregate's argument, None where it is missing or the inner `where` is not true.

    `current` reads it for the current transaction; `identity` spells both.
    """

    identity: str
    type: Type
    current: Lowered

    def present(self, value: str) -> str | None:
        """The condition that a value of this column is present; None when it always is."""
        return f"{value} is not None" if self.current.maybe else None

    def when_present(self, value: str, lines: list[str]) -> list[str]:
        return guarded(self.present(value), lines)


@dataclass(slots=True)
class Unit:
    """All that is accumulated of one column over one window in one life: `life` is the revision since which it has been fed without a gap.

    State of another life is never read, since its slots have other identities; what has begun since then starts empty.
    """

    column: Column
    window: Window
    delay: int
    life: int
    accumulators: dict[str, Accumulator] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the windows of one `where` of one entity keep their state."""

    identity: str
    layout: Layout
    namespace: Namespace


class WindowCode(Protocol):
    """The code of all windows of one kind under one `where`.

    Order for a transaction at time `t`: `advance` (what has left goes), then what is read before the current transaction, then `add`, then
    what is read with it. `value` reads an accumulator, `prepare` is what must stand before that, and `ceiling` is something cheaper that is
    never below the value. `restore` makes derived slots again after decoding; before it, `adopt` fits slots whose positions are in `new`,
    which the stored state did not know, into those that it did.
    """

    def times(self) -> list[str]: ...

    def advance(self) -> list[str]: ...

    def add(self) -> list[tuple[Column, list[str]]]: ...

    def restore(self) -> list[str]: ...

    def adopt(self) -> list[str]: ...

    def prepare(self, unit: Unit, name: str, before: bool) -> list[str]: ...

    def value(self, unit: Unit, name: str, before: bool) -> str: ...

    def ceiling(self, unit: Unit, name: str) -> str | None: ...
