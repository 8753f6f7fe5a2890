"""Smallest and largest member."""

from collections import deque
from dataclasses import dataclass

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.source import Namespace


@dataclass(frozen=True, slots=True)
class Extreme:
    """`behind` is the comparison by which an older value can never be read again: >= for the smallest, <= for the largest.

    Moving: a deque of (time, value) whose front is the answer and where each later one is worse; a newcomer removes from the back what it
    outlives and beats, so each member enters and leaves once. Of one time (or pane) only the best stays, since they leave together.
    """

    name: str
    behind: str
    namespace: Namespace

    def moving(self, layout: Layout, identity: str) -> Slots:
        empty = self.namespace.constant(deque)
        return (layout.slot(f"{identity}|{self.name}", f"{empty}()", "derived"),)

    def add(self, v: Slots, x: str, s: str) -> list[str]:
        return [
            f"m = {v[0]}",
            f"while m and m[-1][1] {self.behind} {x}: m.pop()",
            f"if not m or m[-1][0] != {s}: m.append(({s}, {x}))",
        ]

    def remove(self, v: Slots, x: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def expire(self, v: Slots, until: str) -> list[str]:
        return [f"m = {v[0]}", f"while m and m[0][0] <= {until}: m.popleft()"]

    def growing(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|{self.name}", "None"),)

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"if {v[0]} is None or {v[0]} {self.behind} {x}: {v[0]} = {x}"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = None"]

    def kept(self, v: Slots) -> Slots:
        return v

    def restore(self, v: Slots) -> list[str]:  # noqa: ARG002  (the interface)
        return []
