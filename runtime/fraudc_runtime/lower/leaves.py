"""How names read in generated code: fields of the item, profile columns, the held match's fields; used positions out."""

from dataclasses import dataclass, field

from fraudc_runtime.expr import Field, Let, Match, Profile, Slot
from fraudc_runtime.lower.source import Lowered
from fraudc_runtime.plan import EntitySpec
from fraudc_runtime.record import EVENT_TIME, ID, KEY, positions, width
from fraudc_runtime.rulesets.swapping import Orders

_FIXED = {EVENT_TIME: "t", ID: "id_", KEY: "key"}


@dataclass(slots=True)
class Leaves:
    """Names of one function body: fields are unpacked from the item at its top, profile columns read from the row `P`."""

    orders: Orders
    entity: EntitySpec | None
    lets: dict[str, Lowered] = field(default_factory=dict)
    slots: dict[str, Lowered] = field(default_factory=dict)
    profile_read: bool = False
    _used: set[int] = field(default_factory=set)
    _positions: dict[str, int] = field(default_factory=dict)
    _sure: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._positions = positions(self.orders.plan.schema, self.orders.columns)
        self._sure = frozenset(column.name for column in self.orders.columns if column.sure)

    def read(self, leaf: Field | Profile | Match | Let | Slot) -> Lowered:
        match leaf:
            case Field(name=name, optional=optional):
                return self.field(name, optional)
            case Profile(name=name):
                self.profile_read = True
                return Lowered(f"(P[{self._profile(name)}] if P is not None else None)", True, 1)
            case Match(name=name, optional=optional):
                return Lowered(f"match[{self._positions[name]}]", optional or name not in self._sure)
            case Let(name=name):
                return self.lets[name]
            case Slot(signature=signature):
                return self.slots[signature]

    def field(self, name: str, optional: bool) -> Lowered:
        """A field, which can be missing if it is optional or if some set under which transactions are read goes without it."""
        position = self._positions[name]
        self._used.add(position)
        return Lowered(_name(position), optional or name not in self._sure)

    def _profile(self, name: str) -> int:
        assert self.entity is not None
        return next(at for at, column in enumerate(self.entity.profile) if column.name == name)

    def unpacking(self) -> str:
        """`t, id_, _, …` for all positions of an item, after everything that reads fields was lowered."""
        wanted = {EVENT_TIME, ID, KEY} | self._used
        return ", ".join(_name(position) if position in wanted else "_" for position in range(width(self._positions)))


def _name(position: int) -> str:
    return _FIXED.get(position, f"f{position}")
