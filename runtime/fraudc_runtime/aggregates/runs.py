"""The run of ever larger members that ends with the newest."""

from dataclasses import dataclass
from fractions import Fraction

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.expr import Type
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.source import Namespace
from fraudc_runtime.numbers import exceeds


@dataclass(frozen=True, slots=True)
class Rising:
    """Moving: the times of the run, of which a window reads those inside it; windows of every size share them. Growing: its length.

    The slots are (run, value of the newest member).
    """

    factor: Fraction
    type: Type
    namespace: Namespace

    def _continues(self, x: str, before: str) -> str:
        """Whether x > factor * before, exactly."""
        if self.factor == 1:
            return f"{x} > {before}"
        if self.type == "float":
            return f"{self.namespace.constant(exceeds)}({x}, {self.namespace.constant(self.factor)}, {before})"
        left = x if self.factor.denominator == 1 else f"{x} * {self.factor.denominator}"
        return f"{left} > {self.factor.numerator} * {before}"

    def moving(self, layout: Layout, identity: str) -> Slots:
        name = f"{identity}|rising {self.factor}"
        return (layout.slot(name, "[]"), layout.slot(f"{name}|newest", "None"))

    def add(self, v: Slots, x: str, s: str) -> list[str]:
        return self.add_within(v, x, s, None)

    def add_within(self, v: Slots, x: str, s: str, size: int | None) -> list[str]:
        """Halves a run whose older half has left the largest window, so that dropping costs O(1) a member."""
        halve = [f" x = {v[0]}", f" if len(x) > 31 and x[len(x) >> 1] <= {s} - {size}: del x[: len(x) >> 1]"]
        return [
            f"m = {v[1]}",
            f"{v[1]} = {x}",
            f"if m is not None and {self._continues(x, 'm')}:",
            f" {v[0]}.append({s})",
            *(halve if size is not None else []),
            f"else: {v[0]} = [{s}]",
        ]

    def remove(self, v: Slots, x: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def expire(self, v: Slots, until: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def growing(self, layout: Layout, identity: str) -> Slots:
        name = f"{identity}|rising {self.factor}"
        return (layout.slot(name, "0"), layout.slot(f"{name}|newest", "None"))

    def grow(self, v: Slots, x: str) -> list[str]:
        return [
            f"{v[0]} = {v[0]} + 1 if {v[1]} is not None and {self._continues(x, v[1])} else 1",
            f"{v[1]} = {x}",
        ]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = 0", f"{v[1]} = None"]

    def kept(self, v: Slots) -> Slots:
        return v

    def restore(self, v: Slots) -> list[str]:  # noqa: ARG002  (the interface)
        return []
