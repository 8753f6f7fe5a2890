"""Number, sum and sum of squares of members, as exact ints."""

from dataclasses import dataclass

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.expr import Type
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.source import Namespace
from fraudc_runtime.numbers import grains, squared_grains


@dataclass(frozen=True, slots=True)
class Moment:
    """The sum of the members' 0th, 1st or 2nd power; powers of doubles in grains (see numbers)."""

    power: int
    type: Type
    namespace: Namespace

    def amount(self, x: str) -> str:
        """What one member contributes."""
        if self.power == 0:
            return "1"
        if self.type == "float":
            return f"{self.namespace.constant(grains if self.power == 1 else squared_grains)}({x})"
        return x if self.power == 1 else f"{x} * {x}"

    def moving(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|power {self.power}", "0", "exact"),)

    def add(self, v: Slots, x: str, s: str) -> list[str]:  # noqa: ARG002  (the interface)
        return [f"{v[0]} += {self.amount(x)}"]

    def remove(self, v: Slots, x: str) -> list[str]:
        return [f"{v[0]} -= {self.amount(x)}"]

    def expire(self, v: Slots, until: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    growing = moving

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"{v[0]} += {self.amount(x)}"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = 0"]

    def kept(self, v: Slots) -> Slots:
        return v

    def restore(self, v: Slots) -> list[str]:  # noqa: ARG002  (the interface)
        return []
