"""First and last member in the order of events."""

from dataclasses import dataclass

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.lower.layout import Layout


@dataclass(frozen=True, slots=True)
class First:
    """Moving: a cursor into the log, moved past members without a value when it is read; so nothing is done per member."""

    def moving(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|first", "0", "derived"),)

    def add(self, v: Slots, x: str, s: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def remove(self, v: Slots, x: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def expire(self, v: Slots, until: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def growing(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|first", "None"),)

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"if {v[0]} is None: {v[0]} = {x}"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = None"]

    def kept(self, v: Slots) -> Slots:
        return v

    def restore(self, v: Slots) -> list[str]:  # noqa: ARG002  (the interface)
        return []


@dataclass(frozen=True, slots=True)
class Last:
    """Moving: the value and its time, by which the reader sees whether it is still inside."""

    def moving(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|last", "None"), layout.slot(f"{identity}|last time", "0"))

    def add(self, v: Slots, x: str, s: str) -> list[str]:
        return [f"{v[0]} = {x}", f"{v[1]} = {s}"]

    def remove(self, v: Slots, x: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def expire(self, v: Slots, until: str) -> list[str]:
        return [f"if {v[1]} <= {until}: {v[0]} = None"]

    def growing(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|last", "None"),)

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"{v[0]} = {x}"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = None"]

    def kept(self, v: Slots) -> Slots:
        return v

    def restore(self, v: Slots) -> list[str]:  # noqa: ARG002  (the interface)
        return []
