"""Members in the order of their values, for medians and percentiles by nearest rank."""

from dataclasses import dataclass

from sortedcontainers import SortedList

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.lower.layout import Layout
from fraudc_runtime.lower.source import Namespace


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sorted list, O(log n) a member; growing also the log of the values by which it is stored."""

    namespace: Namespace

    def _empty(self) -> str:
        return self.namespace.constant(SortedList)

    def moving(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|ranked", f"{self._empty()}()", "derived"),)

    def add(self, v: Slots, x: str, s: str) -> list[str]:  # noqa: ARG002  (the interface)
        return [f"{v[0]}.add({x})"]

    def remove(self, v: Slots, x: str) -> list[str]:
        return [f"{v[0]}.remove({x})"]

    def expire(self, v: Slots, until: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def growing(self, layout: Layout, identity: str) -> Slots:
        log = layout.log(f"{identity}|ranked")
        return (layout.slot(f"{identity}|ranked", f"{self._empty()}()", "derived"), layout.column(log, "value"), f"S[{log.base}]")

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"{v[0]}.add({x})", f"{v[1]}.append({x})"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = {self._empty()}()", f"{v[2]} += len({v[1]})", f"{v[1]} = []"]

    def kept(self, v: Slots) -> Slots:
        return (v[1],)

    def restore(self, v: Slots) -> list[str]:
        return [f"{v[0]} = {self._empty()}({v[1]})"]
