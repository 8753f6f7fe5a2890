"""What every accumulator offers the window kinds: lines of code that take a member in and out."""

from typing import Protocol

from fraudc_runtime.lower.layout import Layout

Slots = tuple[str, ...]


class Accumulator(Protocol):
    """Lines over the slots `v`, a present value `x` and its time (or pane) `s`.

    A moving accumulator serves windows whose members leave (`add`, `remove`, `expire`), a growing one those that only grow until they are
    reset (`grow`, `reset`): `kept` are the slots that hold all it knows, and `restore` makes the others from them.
    """

    def moving(self, layout: Layout, identity: str) -> Slots: ...

    def add(self, v: Slots, x: str, s: str) -> list[str]: ...

    def remove(self, v: Slots, x: str) -> list[str]: ...

    def expire(self, v: Slots, until: str) -> list[str]: ...

    def growing(self, layout: Layout, identity: str) -> Slots: ...

    def grow(self, v: Slots, x: str) -> list[str]: ...

    def reset(self, v: Slots) -> list[str]: ...

    def kept(self, v: Slots) -> Slots: ...

    def restore(self, v: Slots) -> list[str]: ...
