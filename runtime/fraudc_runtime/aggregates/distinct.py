"""How many different values."""

from dataclasses import dataclass

from fraudc_runtime.aggregates.accumulator import Slots
from fraudc_runtime.lower.layout import Layout


@dataclass(frozen=True, slots=True)
class Distinct:
    """Moving: value -> number of members. Growing: a set, and the log of its values by which it is stored."""

    def moving(self, layout: Layout, identity: str) -> Slots:
        return (layout.slot(f"{identity}|distinct", "{}", "derived"),)

    def add(self, v: Slots, x: str, s: str) -> list[str]:  # noqa: ARG002  (the interface)
        return [f"m = {v[0]}", f"m[{x}] = m.get({x}, 0) + 1"]

    def remove(self, v: Slots, x: str) -> list[str]:
        return [f"m = {v[0]}", f"if m[{x}] == 1: del m[{x}]", f"else: m[{x}] -= 1"]

    def expire(self, v: Slots, until: str) -> list[str]:  # noqa: ARG002  (the interface)
        return []

    def growing(self, layout: Layout, identity: str) -> Slots:
        log = layout.log(f"{identity}|distinct")
        return (layout.slot(f"{identity}|distinct", "set()", "derived"), layout.column(log, "value"), f"S[{log.base}]")

    def grow(self, v: Slots, x: str) -> list[str]:
        return [f"if {x} not in {v[0]}:", f" {v[0]}.add({x})", f" {v[1]}.append({x})"]

    def reset(self, v: Slots) -> list[str]:
        return [f"{v[0]} = set()", f"{v[2]} += len({v[1]})", f"{v[1]} = []"]

    def kept(self, v: Slots) -> Slots:
        return (v[1],)

    def restore(self, v: Slots) -> list[str]:
        return [f"{v[0]} = set({v[1]})"]
